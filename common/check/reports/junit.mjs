// The record as JUnit's XML, as Jenkins and others read it. That has no points: they are properties
// of the suite, because not every reader knows those of a test.
import { itemsOf } from './record.mjs';

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What a report has is plain already: here only what XML itself means something by is left. */
const escaped = (text) => String(text).replace(/[&<>"]/g, (char) => escapes[char]);

const attributes = (values) => Object.entries(values)
  .map(([name, value]) => ` ${name}="${escaped(value)}"`).join('');

const property = (name, value) => `    <property${attributes({ name, value })}/>`;

function testcase({ name, says, chapter, passed, lines, seconds }, isFault) {
  const head = `  <testcase${attributes({
    name: `${name}: ${says}`, classname: `chapter-${chapter}`, time: seconds.toFixed(1),
  })}`;
  const tag = isFault ? 'error' : 'failure';
  return passed ? `${head}/>` : `${head}>
    <${tag}${attributes({ message: lines[0] ?? says })}>${escaped(lines.join('\n'))}</${tag}>
  </testcase>`;
}

/** @param {object} seen what a student may see of a record: seenOf */
export function junitOf(seen) {
  const items = itemsOf(seen);
  const isFault = seen.state !== 'graded';
  const failed = items.filter(({ passed }) => !passed).length;
  const suite = attributes({
    name: `checkpoint ${seen.step}`, tests: items.length, failures: isFault ? 0 : failed,
    errors: isFault ? failed : 0,
    time: items.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1),
  });
  const properties = {
    student: seen.name, state: seen.state, seed: seen.seed, box: seen.box,
    points: seen.points, total: seen.total, ...seen.versions,
    ...Object.fromEntries(items
      .map(({ name, points, max }) => [`points ${name}`, `${points}/${max}`])),
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite${suite}>
  <properties>
${Object.entries(properties).map(([name, value]) => property(name, value)).join('\n')}
  </properties>
${items.map((item) => testcase(item, isFault)).join('\n')}
</testsuite>
`;
}

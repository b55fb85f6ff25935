// Gives the next hint of the first test that fails.
//
//   node hint.mjs STEP DIRECTORY [--test NAME] [--level 1..3]
//
// The third hint of a test is what the book's step changes there.
import { grade } from '../grade.mjs';
import { placeOf, recall, remember } from '../place.mjs';
import { planOf } from '../plan.mjs';
import { anySeed } from '../values.mjs';
import { refuse } from '../../stairs/steps.mjs';
import { changeWith } from './changes.mjs';
import { runCommand, stepOf, workOf } from './command.mjs';

const limit = 24; // lines of code in a hint

/** The first test that fails, asked of the program itself. */
async function firstFailure(step, directory) {
  let found;
  const { fault } = await grade(directory, step, {
    out: `${placeOf(directory)}/build`,
    seed: process.env.SEED || anySeed(),
    isEnough: ({ test, state }) => {
      found = state === 'failed' ? test : undefined;
      return found !== undefined;
    },
  });
  return fault === undefined ? found
    : refuse(`it does not build, and the compiler says why: make build DIR=${directory}`);
}

/** The lines of a change around a text. */
function around(hunk, text) {
  const lines = hunk.split('\n');
  const at = Math.max(0, lines.findIndex((line) => text !== undefined && line.includes(text)));
  const first = Math.max(0, Math.min(at - 4, lines.length - limit));
  const cut = (isCut) => (isCut ? ['…'] : []);
  return [...cut(first > 0), ...lines.slice(first, first + limit),
    ...cut(first + limit < lines.length)].join('\n');
}

/** A hint: two are written, the third is the code. */
function hintOf(test, level) {
  if (level < 3) {
    return test.hints[level - 1];
  }
  const [file, text] = test.code;
  return `${file}, as the book has it:\n\n${changeWith(test.step, file, text)
    .map((hunk) => around(hunk, text)).slice(0, 2).join('\n\n')}`;
}

await runCommand({ test: { type: 'string' }, level: { type: 'string' } },
  async ({ test: name, level: wanted }, [stepText, place]) => {
    const directory = workOf(place);
    const step = stepOf(stepText, directory);
    if (wanted !== undefined && !/^[123]$/.test(wanted)) {
      refuse(`N=${wanted}: a test has hints 1, 2 and 3`);
    }
    const { tests } = await planOf(step);
    const test = name === undefined ? await firstFailure(step, directory)
      : tests.find((each) => each.name === name) ?? refuse(`TEST=${name}: there is no such test: `
        + tests.map((each) => each.name).join(' '));
    if (test === undefined) {
      console.log('hint: no test fails');
      return;
    }
    const given = recall(directory, 'hints') ?? {};
    const level = Number(wanted ?? Math.min(3, (given[test.name] ?? 0) + 1));
    remember(directory, 'hints', { ...given, [test.name]: level });
    console.log(`${test.name}: ${test.says}\nhint ${level} of 3: ${hintOf(test, level)}`);
    console.log(`chapter ${Number(test.step.slice(0, 2))}, “${test.section}”`);
  });

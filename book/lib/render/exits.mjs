// Where the exits of a boot go, as a drawing: bars from the first exit to the last, with the kernel's
// lines beside them.
import { refuse } from '../../../common/stairs/steps.mjs';
import { escape, shellHtml, withCode } from './html.mjs';
import { runOf, textOf } from './recorded.mjs';

const width = 360;
const bar = { width: 112, height: 8 };
const lineHeight = 17;
const labelLeft = 144;
const longest = 25; // letters of a line

/** How each kind is filled, what one exit of it is called, and what several are. */
const kinds = {
  call: { fill: 'fill="currentColor" fill-opacity=".25"', one: 'SBI call', many: 'SBI calls' },
  load: { fill: 'fill="url(#exits-load)"', one: 'load', many: 'loads' },
  store: { fill: 'fill="currentColor" fill-opacity=".55"', one: 'store', many: 'stores' },
  fetch: { fill: 'fill="url(#exits-fetch)"', one: 'instruction fault', many: 'instruction faults' },
  instruction: {
    fill: 'fill="url(#exits-instruction)"', one: 'virtual instruction', many: 'virtual instructions',
  },
  interrupt: { fill: 'fill="currentColor"', one: 'interrupt', many: 'interrupts' },
};

/** The patterns among the fillings: how their lines go. */
const patterns = { load: 'M0 4L4 0', fetch: 'M0 2H4', instruction: 'M2 0V4' };

const patternSvg = (kind) => (patterns[kind] ? `<pattern id="exits-${kind}" width="4" height="4" `
  + `patternUnits="userSpaceOnUse"><path d="${patterns[kind]}" stroke="currentColor" `
  + 'stroke-width="1.2"/></pattern>' : '');

const amount = (number, { one, many }) =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

const sum = (counts) => Object.values(counts).reduce((all, each) => all + each, 0);
const rounded = (number) => Number(number.toFixed(1));

/** One path for each kind: its parts of all bars. */
function barsSvg(bars, used) {
  const paths = Object.fromEntries(used.map((kind) => [kind, '']));
  bars.forEach((counts, row) => {
    let left = 0;
    for (const kind of used.filter((each) => counts[each] > 0)) {
      const part = rounded(bar.width * counts[kind] / sum(counts));
      paths[kind] += `M${rounded(left)} ${row * bar.height}h${part}v${bar.height - 1}h-${part}z`;
      left += part;
    }
  });
  return used.map((kind) => `<path ${kinds[kind].fill} stroke="none" d="${paths[kind]}"/>`).join('');
}

/** A text as it is shown: cut. */
const labelOf = (text) =>
  (text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text);

/**
 * The chosen lines, from the given text on, each at the bar in which it begins, or right below the
 * one before.
 */
function labelsOf({ lines, bars, total }, texts, name) {
  let next = 0;
  return texts.map((text) => {
    const line = lines.find((each) => each.text.includes(text))
      ?? refuse(`${name} has no line with "${text}"`);
    const at = Math.round(bars.length * bar.height * line.at / sum(total));
    const y = Math.max(at, next);
    next = y + lineHeight;
    return { at, y, text: labelOf(line.text.slice(line.text.indexOf(text))), exits: line.at };
  });
}

function labelsSvg(labels) {
  const links = labels.map(({ at, y }) =>
    `M${bar.width + 4} ${at}H${bar.width + 14}V${y}H${labelLeft - 4}`);
  const texts = labels.map(({ y, text }) =>
    `<text x="${labelLeft}" y="${y + 4}">${escape(text)}</text>`);
  return `<path stroke-opacity=".55" d="${links.join('')}"/>`
    + `<g fill="currentColor" stroke="none">${texts.join('')}</g>`;
}

/** What each filling stands for, and how many there are. */
const legendSvg = (used, total, top) => used.map((kind, index) => {
  const y = top + index * lineHeight;
  return `<rect x="0" y="${y - 9}" width="24" height="10" ${kinds[kind].fill} stroke="none"/>`
    + `<text x="34" y="${y}" fill="currentColor" stroke="none">${amount(total[kind], kinds[kind])}`
    + '</text>';
}).join('');

/**
 * The drawing, with its caption.
 * @param rest `"Caption." "text of a line" …`, in the order of the lines
 */
export function exitsHtml(step, name, rest = '') {
  if (!/^"[^"]+"( +"[^"]+")+$/.test(rest)) {
    refuse(`@@ exits ${name} ${rest}: it has to be "Caption." and texts of lines, each as "text"`);
  }
  const [caption, ...texts] = [...rest.matchAll(/"([^"]+)"/g)].map(([, text]) => text);
  const run = runOf(step, name);
  const exits = JSON.parse(textOf(step, run));
  const used = Object.keys(kinds).filter((kind) => exits.total[kind] > 0);
  const labels = labelsOf(exits, texts, name);
  const height = Math.max(exits.bars.length * bar.height, labels.at(-1).y) + lineHeight;
  const whole = `${height + used.length * lineHeight + 8}`;
  const told = labels.map(({ text, exits: before }) =>
    `${before.toLocaleString('en')} before “${text}”`).join(', ');
  const kindsTold = used.map((kind) => amount(exits.total[kind], kinds[kind])).join(', ');
  return `<figure class="drawing" v-pre><svg viewBox="-1 -8 ${width + 2} ${whole}" `
    + 'aria-labelledby="exits-t exits-d" font-family="system-ui, sans-serif" font-size="13" '
    + 'fill="none" stroke="currentColor" stroke-width="1">'
    + '<title id="exits-t">Where the exits of a boot go</title>'
    + `<desc id="exits-d">${kindsTold}, in their order from top to bottom, as many in each bar. `
    + `${escape(told)}.</desc>`
    + `<defs>${used.map(patternSvg).join('')}</defs>${barsSvg(exits.bars, used)}${labelsSvg(labels)}`
    + `${legendSvg(used, exits.total, height + 4)}</svg>`
    + `<figcaption>${withCode(caption)}</figcaption></figure>`
    + '<p class="try">Counted in the log that QEMU then writes:</p>'
    + run.commands.map(shellHtml).join('');
}

// How much of a submission is the book's, and which other one is most like it: a reason to talk.
//
// Code is compared by statements. A statement ends at `;`, `{` or `}`, in assembly with its line;
// comments, spaces and line breaks are not looked at, and each name is the same name: keywords,
// numbers, signs and the mnemonics of assembly are what counts. A statement with less than `least`
// of all these says too little to be known again, and is left out. A line of the chapter is a
// statement that the step before does not have. Of those, the share that the snapshot has, and that
// another submission has.
import { withoutComments } from '../../stairs/steps.mjs';
import { sourcesOf, stepBefore } from '../student/changes.mjs';
import { isSource } from '../student/taken.mjs';

const least = 8; // words and signs

const keywords = new Set(`alignas alignof asm auto bool break case catch char char8_t class concept
  const consteval constexpr constinit const_cast continue decltype default delete do double
  dynamic_cast else enum explicit export extern false float for friend goto if inline int long
  mutable namespace new noexcept nullptr operator private protected public register
  reinterpret_cast requires return short signed sizeof static static_assert static_cast struct
  switch template this throw true try typedef typename union unsigned using virtual void volatile
  while define elif endif ifdef ifndef include pragma`.split(/\s+/));

const token = /"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n]){1,12}'|[A-Za-z_]\w*|\d[\w']*|::|->|\S/g;

/** A token without its name. */
const nameless = (word) => (/^[A-Za-z_]/.test(word) ? keywords.has(word) ? word : 'n'
  : word[0] === '"' ? '""' : word);

/** The statements of assembly, a line each: the mnemonic is no name. */
const linesOfAssembly = (lines) => lines.map((line) => {
  const [first, ...others] = line.replace(/^\s*\w+:/, '').match(token) ?? [];
  return [first, ...others.map(nameless)];
});

/** The statements of C++, and of what else has semicolons. A line with `#` is one of its own. */
const statementsOfCode = (lines) => lines.join('\n')
  .replace(/^[ \t]*#[^\n]*/gm, (line) => `;${line};`)
  .split(/[;{}]/).map((statement) => (statement.match(token) ?? []).map(nameless));

/** What a program is made of, as a set of statements. */
export function statementsOf(files) {
  const all = [...files].filter(([name]) => isSource(name)).flatMap(([name, content]) =>
    (name.endsWith('.S') ? linesOfAssembly : statementsOfCode)(
      withoutComments(name, String(content))));
  return new Set(all.filter((words) => words.length >= least).map((words) => words.join(' ')));
}

const shareOf = (count, all) => (all === 0 ? undefined : Math.round(100 * count / all));

/** The top of a step: what a submission has, too. */
const stepStatements = (step) => statementsOf([...sourcesOf(step)]
  .filter(([name]) => !name.includes('/')));

/** How many of its statements each other has: for all at once, by where a statement occurs. */
function commonWith(own, owners, count) {
  const common = new Array(count).fill(0);
  own.forEach((statement) => owners.get(statement).forEach((at) => { common[at] += 1; }));
  return common;
}

/**
 * Compares the submissions of a class.
 * @param {{ name: string, files: Map }[]} submissions
 * @returns {Map<string, object>} by name: { lines, snapshot, like, likeness }, shares in per cent;
 *   a share of nothing is undefined
 */
export function compareAll(submissions, step) {
  const before = stepStatements(stepBefore(step));
  const snapshot = stepStatements(step);
  const all = submissions.map(({ name, files }) => ({
    name, own: [...statementsOf(files)].filter((statement) => !before.has(statement)),
  }));
  const owners = new Map();
  all.forEach(({ own }, at) => own.forEach((statement) =>
    owners.set(statement, [...owners.get(statement) ?? [], at])));
  return new Map(all.map(({ name, own }, at) => {
    const common = commonWith(own, owners, all.length);
    common[at] = 0; // with itself
    const most = Math.max(...common);
    return [name, {
      lines: own.length,
      snapshot: shareOf(own.filter((statement) => snapshot.has(statement)).length, own.length),
      like: most > 0 ? all[common.indexOf(most)].name : undefined,
      likeness: most > 0 ? shareOf(most, own.length) : undefined,
    }];
  }));
}

// What an `@@ diff` or `@@ elided` asks for: files, and symbols or texts in them.

/**
 * Takes `path#one,"text","from".."to" path …` apart.
 * @returns [{ path, selections: [{ name } or { from, to }] }]; without selections the whole file is
 *   meant. Undefined if it is no such list.
 */
export function parseFiles(rest) {
  const text = String.raw`"(?:[^"\\]|\\.)*"`;
  const selection = String.raw`${text}(?:\.\.${text})?|[^\s",#]+`;
  const file = String.raw`([^\s#"]+)(?:#((?:${selection})(?:,(?:${selection}))*))?`;
  if (!new RegExp(`^${file}( +${file})*$`).test(rest)) {
    return undefined;
  }
  return [...rest.matchAll(new RegExp(file, 'g'))].map(([, path, list = '']) => ({
    path,
    selections: [...list.matchAll(new RegExp(selection, 'g'))].map(([each]) => {
      const texts = [...each.matchAll(new RegExp(text, 'g'))]
        .map(([quoted]) => quoted.slice(1, -1).replace(/\\(.)/g, '$1'));
      return texts.length === 0 ? { name: each } : { from: texts[0], to: texts.at(-1) };
    }),
  }));
}

/** What a selection is called in messages and in the address of a box. */
export const nameOf = ({ name, from, to }) => name ?? (from === to ? from : `${from}..${to}`);

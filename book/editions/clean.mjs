// Takes from the text of a page what only works in a browser, and opens what is folded there.
import { toString } from 'hast-util-to-string';
import { h } from 'hastscript';
import { find, findAll, hasClass, isTag, replace } from './tree.mjs';

// What needs scripts or a mouse, what only a voice is to say, and links that belong to the site.
const tags = ['button', 'form', 'fieldset', 'input', 'script'];
const classes = ['header-anchor', 'lang', 'spoken', 'result', 'found', 'onward', 'editions'];
const isGone = (node) => tags.includes(node.tagName) || 'dataLive' in node.properties
  || classes.some((name) => hasClass(node, name));

const isBlock = ({ tagName, properties }) => tagName === 'div'
  && properties.className?.some((name) => /^language-(?!code$)/.test(name));

/** A fenced block, without its colours: each line an element, as in other code. */
function blockOf(node) {
  const name = node.properties.className.find((each) => each.startsWith('language-'));
  const lines = toString(find(node, isTag('code'))).replace(/\n$/, '').split('\n');
  return h('pre', { className: ['block', name] }, [h('code', { className: [name] },
    lines.map((line) => h('span', `${line}\n`)))]);
}

/** Unchanged lines of a file are told by their number: each stands where it was new. */
const unchanged = ({ children: [{ children }] }) => h('p', { className: ['unchanged'] }, children);

/** Any other fold as it is when open. */
function opened(fold) {
  const [summary, ...rest] = fold.children;
  const kind = ['elided', 'fold'].find((name) => hasClass(fold, name)) ?? 'hint';
  return h('div', { className: ['opened', kind] },
    [h('p', { className: ['title'] }, summary.children), ...rest]);
}

/** The sign of a line of a change, as text, so that no colour and no style sheet is needed. */
const signOf = { ins: '+', del: '−' };

function addSigns(file) {
  for (const pre of findAll(file, isTag('pre'))) {
    for (const run of pre.children.filter(({ type }) => type === 'element')) {
      const lines = run.tagName === 'span' ? [run] : run.children;
      for (const line of lines.filter(isTag('span'))) {
        line.children.unshift(h('b', { className: ['sign'] }, `${signOf[run.tagName] ?? ' '} `));
      }
    }
  }
}

/** What came of a state stands below its heading: a heading is also an entry of the contents. */
function partHeading(node) {
  const outcome = node.children.find((child) => hasClass(child, 'outcome'));
  node.children = node.children.filter((child) => child !== outcome);
  const last = node.children.at(-1);
  if (last?.type === 'text') {
    last.value = last.value.trimEnd();
  }
  return outcome ? [node, h('p', { className: ['outcome'] }, ['Then: ', ...outcome.children])]
    : [node];
}

const isFold = isTag('details');
const isHeading = ({ tagName }) => /^h[1-6]$/.test(tagName);

/** What is neither folded, nor coloured, nor without words between what it says. */
function plain(node) {
  if (isFold(node)) {
    return [opened(node)];
  }
  if (isBlock(node)) {
    return [blockOf(node)];
  }
  if (isHeading(node)) {
    return partHeading(node);
  }
  return isTag('span')(node) && hasClass(node, 'outcome')
    ? [h('span', { className: ['outcome'] }, ['(', ...node.children, ')'])] : undefined;
}

/** Attributes that say nothing outside of the site. */
const isOfSite = (name) => /^(data[A-Z]|style$|tabIndex$|target$|download$|dir$)/.test(name);

/** Cleans the text of a page. */
export function clean(tree) {
  replace(tree, (node) => (isGone(node) ? [] : undefined));
  for (const file of findAll(tree, (node) => hasClass(node, 'file'))) {
    replace(file, (node) => (isFold(node) ? [unchanged(node)] : undefined));
    if (!hasClass(file, 'new')) {
      addSigns(file);
    }
  }
  replace(tree, plain);
  for (const { properties } of findAll(tree, () => true)) {
    Object.keys(properties).filter(isOfSite).forEach((name) => { delete properties[name]; });
  }
  return tree;
}

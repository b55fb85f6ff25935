// What stands at the front of an edition: which one it is, and how it differs from the site.
import { h } from 'hastscript';

/** The paragraphs, below a mark that each edition has of its own. */
export const titleOf = ({ title, about, revision: { version, commit, date } }) => [
  h('p', { className: ['name'] }, title),
  h('p', { className: ['about'] }, about),
  h('p', { className: ['small'] }, `Version ${version}, commit ${commit}, ${date}. Code and text `
    + 'are under the MIT license.'),
  h('p', { className: ['small'] }, 'This is made of the pages of a site, where changes have folds, '
    + 'files have addresses, and runs have buttons. Here folds are open, and of a file that '
    + 'changes the unchanged lines are counted: each stands in the chapter that brings it.'),
];

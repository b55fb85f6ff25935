// Small tools for trees of HTML (hast), in which the editions are made.

const isElement = ({ type }) => type === 'element';

/** Whether an element has that class. */
export const hasClass = ({ properties }, name) => properties?.className?.includes(name) ?? false;

/** Whether an element has that name. */
export const isTag = (name) => ({ tagName }) => tagName === name;

/**
 * Puts other nodes in the place of elements below a node, from the outermost on.
 * @param replacementOf gives the nodes for an element, below which it goes on; undefined where the
 *   element stays
 */
export function replace(parent, replacementOf) {
  parent.children = parent.children.flatMap((node) => {
    const nodes = (isElement(node) && replacementOf(node)) || [node];
    nodes.filter(isElement).forEach((each) => replace(each, replacementOf));
    return nodes;
  });
}

/** The elements below a node of which `isWanted` is true, from the outermost on. */
export const findAll = (parent, isWanted) => parent.children.filter(isElement)
  .flatMap((node) => [...(isWanted(node) ? [node] : []), ...findAll(node, isWanted)]);

/** The first of them. */
export const find = (parent, isWanted) => findAll(parent, isWanted)[0];

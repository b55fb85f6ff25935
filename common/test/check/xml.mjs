// Reads XML strictly, as far as our reports go: elements, attributes, text, the five entities.
import assert from 'node:assert/strict';

const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" };

/** XML 1.0, production 2: all characters that a document may have. */
const allowed = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

const unescaped = (text) => {
  assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot|apos);)|<|]]>/, 'what means something to XML');
  return text.replace(/&\w+;/g, (entity) => entities[entity]);
};

function attributesOf(text) {
  const attributes = {};
  const rest = text.replace(/\s+([\w-]+)="([^"]*)"/g, (_, name, value) => {
    assert.ok(!(name in attributes), `${name} is there twice`);
    attributes[name] = unescaped(value);
    return '';
  });
  assert.match(rest, /^\s*$/, 'what is no attribute');
  return attributes;
}

/** @returns {{ name, attributes, children: object[], text: string }} the root */
export function readXml(document) {
  assert.match(document, allowed, 'a character that XML does not have');
  const [, body] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n([^]*)$/.exec(document);
  const open = [{ children: [], text: '' }];
  for (const [, end, name, attributes, alone, text] of body
    .matchAll(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"]*")*)\s*(\/?)>|([^<]+)/g)) {
    if (text !== undefined) {
      open.at(-1).text += unescaped(text);
    } else if (end) {
      assert.equal(open.pop().name, name, 'an element that is not closed');
    } else {
      const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
      open.at(-1).children.push(element);
      open.push(...alone ? [] : [element]);
    }
  }
  assert.equal(open.length, 1, 'an element that is not closed');
  const read = body.match(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"]*")*)\s*(\/?)>|([^<]+)/g).join('');
  assert.equal(read.length, body.length, 'something that is no element');
  assert.equal(open[0].children.length, 1, 'a document has one root');
  return open[0].children[0];
}

// What a JSON schema says of a value, as far as ours go: an unknown word in one is a mistake.
import fs from 'node:fs';

const typeOf = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array'
  : Number.isInteger(value) ? 'integer' : typeof value);

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const isOfType = (value, type) => [type].flat().some((each) => each === typeOf(value)
  || (each === 'number' && typeOf(value) === 'integer'));

/** What each word says is wrong with a value of the right type: [] if nothing is. */
const words = {
  type: (type, value) => (isOfType(value, type) ? [] : [`is no ${[type].flat().join(' or ')}`]),
  const: (wanted, value) => (same(wanted, value) ? [] : [`is not ${JSON.stringify(wanted)}`]),
  enum: (list, value) => (list.some((each) => same(each, value)) ? []
    : [`is none of ${list.join(', ')}`]),
  pattern: (pattern, value) => (typeof value !== 'string'
    || new RegExp(pattern, 'u').test(value) ? [] : [`does not match ${pattern}`]),
  minLength: (least, value) => (value.length >= least ? [] : ['is too short']),
  minItems: (least, value) => (value.length >= least ? [] : ['has too few items']),
  minimum: (least, value) => (value === null || value >= least ? [] : [`is less than ${least}`]),
  maximum: (most, value) => (value === null || value <= most ? [] : [`is more than ${most}`]),
  required: (names, value) => names.filter((name) => !(name in value))
    .map((name) => `has no ${name}`),
  additionalProperties: (allowed, value, { properties }) => (allowed ? []
    : Object.keys(value).filter((name) => !(name in properties)).map((name) => `has ${name}`)),
  properties: (properties, value, _, check) => Object.keys(properties)
    .filter((name) => name in value)
    .flatMap((name) => check(properties[name], value[name], name)),
  items: (item, value, _, check) => value.flatMap((each, at) => check(item, each, at)),
};
const silent = ['$schema', '$defs', '$ref', 'title', 'description'];

/** @returns {string[]} what is wrong with `value`, each with the place of it */
export function faultsOf(value, schemaFile) {
  const root = JSON.parse(fs.readFileSync(schemaFile, 'utf8'));
  const check = (schema, part, place) => {
    const target = schema.$ref === undefined ? {} : root.$defs[schema.$ref.replace('#/$defs/', '')];
    const whole = { ...target, ...schema };
    const unknown = Object.keys(whole).find((word) => !(word in words) && !silent.includes(word));
    if (unknown) {
      throw new Error(`${schemaFile}: nobody here knows what ${unknown} says`);
    }
    const { type, ...rest } = whole;
    const wrongType = type === undefined ? [] : words.type(type, part);
    const faults = wrongType.length > 0 ? wrongType : Object.keys(rest)
      .filter((word) => word in words)
      .flatMap((word) => words[word](whole[word], part, whole,
        (inner, each, name) => check(inner, each, `${place}/${name}`).map((fault) => ({ fault }))));
    return faults.map((fault) => fault.fault ?? `${place} ${fault}`);
  };
  return check(root, value, '');
}

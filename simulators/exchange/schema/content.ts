/** What may stand in an element and in which order: the part of XML Schema that Exchange's requests need. */
import { type Element, type Namespace, namespaces } from '../xml/element.ts';

export interface Type {
  attributes?: Record<string, Value & { required?: boolean }>;
  /** Elements, text, or nothing. */
  content: Particle | Value | null;
}
/** Text of an attribute or an element. `is`: whether it will do. */
export interface Value {
  value: string;
  is: (text: string) => boolean;
}
export type Particle = (
  | { kind: 'element'; namespace: Namespace; name: string; type: Type | (() => Type) }
  | { kind: 'sequence' | 'choice'; parts: Particle[] }
) & { min: number; max: number };

export class Violation extends Error {}

export const one = (namespace: Namespace, name: string, type: Type | (() => Type)): Particle => ({
  ...{ kind: 'element', namespace, name, type, min: 1, max: 1 },
});
export const sequence = (...parts: Particle[]): Particle => ({ kind: 'sequence', parts, min: 1, max: 1 });
export const choice = (...parts: Particle[]): Particle => ({ kind: 'choice', parts, min: 1, max: 1 });
export const optional = <P extends Particle>(part: P): P => ({ ...part, min: 0 });
export const many = <P extends Particle>(part: P, min = 1): P => ({ ...part, min, max: Number.POSITIVE_INFINITY });

export const text: Value = { value: 'string', is: () => true };
export const filled: Value = { value: 'non-empty string', is: (value) => value.length > 0 };
export const truth: Value = { value: 'boolean', is: (value) => /^(true|false|0|1)$/.test(value) };
export const time: Value = {
  value: 'dateTime',
  is: (value) => /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(value),
};
export const whole = (least = -(2 ** 31), most = 2 ** 31 - 1): Value => ({
  ...{ value: `int of ${least} to ${most}` },
  is: (value) => /^[+-]?\d+$/.test(value) && Number(value) >= least && Number(value) <= most,
});
export const anyOf = (...words: string[]): Value => ({
  ...{ value: `one of ${words.join(', ')}`, is: (value) => words.includes(value) },
});
/** A list of them, with spaces. */
export const listOf = (words: string[]): Value => ({
  ...{ value: `list of ${words.join(', ')}` },
  is: (value) => value.split(/\s+/).every((word) => words.includes(word)),
});
export const must = (value: Value): Value & { required: true } => ({ ...value, required: true });
export const simple = (content: Value, attributes: Type['attributes'] = {}): Type => ({ content, attributes });
export const empty = (attributes: Type['attributes'] = {}): Type => ({ content: null, attributes });
export const holding = (content: Particle, attributes: Type['attributes'] = {}): Type => ({ content, attributes });

/** @throws Violation in the words of .NET's validator, as Exchange hands them on */
export function validate(element: Element, { attributes = {}, content }: Type): void {
  const place = `The '${element.name}' element`;
  for (const [name, value] of Object.entries(element.attributes)) {
    if (name.includes(':')) continue;
    const known = attributes[name];
    if (!known) throw new Violation(`The '${name}' attribute is not declared.`);
    if (!known.is(value.trim()))
      throw new Violation(`The '${name}' attribute is invalid - The value '${value}' is invalid: ${known.value}.`);
  }
  for (const [name, { required }] of Object.entries(attributes))
    if (required && !(name in element.attributes)) throw new Violation(`The required attribute '${name}' is missing.`);
  if (content === null || 'kind' in content) {
    if (element.text.trim()) throw new Violation(`${place} cannot contain text.`);
    const end = content ? match(element, content, 0) : 0;
    if (end < element.children.length) throw unexpected(element, end, content);
    return;
  }
  if (element.children.length > 0) throw unexpected(element, 0, null);
  if (!content.is(content === filled || content === text ? element.text : element.text.trim()))
    throw new Violation(`${place} is invalid - The value '${element.text}' is invalid: ${content.value}.`);
}

/** @returns where the children that belong to the particle end */
function match(parent: Element, particle: Particle, from: number): number {
  let at = from;
  for (let times = 0; times < particle.max; times++) {
    const next = once(parent, particle, at);
    if (next === null) {
      if (times < particle.min) throw unexpected(parent, at, particle);
      return at;
    }
    if (next === at) return at;
    at = next;
  }
  return at;
}

function once(parent: Element, particle: Particle, at: number): number | null {
  if (particle.kind === 'element') {
    const found = parent.children[at];
    if (found?.name !== particle.name || found.namespace !== particle.namespace) return null;
    validate(found, typeof particle.type === 'function' ? particle.type() : particle.type);
    return at + 1;
  }
  if (particle.kind === 'choice') {
    for (const part of particle.parts) {
      const next = begins(parent, part, at) ? match(parent, part, at) : null;
      if (next !== null && next > at) return next;
    }
    return particle.parts.some(({ min }) => min === 0) ? at : null;
  }
  if (particle.min === 0 && !particle.parts.some((part) => begins(parent, part, at))) return null;
  return particle.parts.reduce((next, part) => match(parent, part, next), at);
}

function begins(parent: Element, particle: Particle, at: number): boolean {
  const found = parent.children[at];
  if (particle.kind === 'element') return found?.name === particle.name && found.namespace === particle.namespace;
  if (particle.kind === 'choice') return particle.parts.some((part) => begins(parent, part, at));
  for (const part of particle.parts) {
    if (begins(parent, part, at)) return true;
    if (part.min > 0) return false;
  }
  return false;
}

function unexpected(parent: Element, at: number, particle: Particle | null): Violation {
  const found = parent.children[at];
  const expected = particle ? namesOf(particle).join(', ') : '';
  const more = expected ? ` List of possible elements expected: '${expected}'.` : '';
  const address = (namespace: string) => namespaces[namespace as Namespace] ?? namespace;
  const where = `The element '${parent.name}' in namespace '${address(parent.namespace)}'`;
  return new Violation(
    found
      ? `${where} has invalid child element '${found.name}' in namespace '${address(found.namespace)}'.${more}`
      : `${where} has incomplete content.${more}`,
  );
}
const namesOf = (particle: Particle): string[] =>
  particle.kind === 'element' ? [particle.name] : particle.parts.flatMap(namesOf);

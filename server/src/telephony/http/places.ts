/** Where something stands in a JSON answer: by RFC 6901 pointers, with `*` for every element of a list. */

/** A pointer, or a pointer within the first element of a list that has certain values. Values are filled in before. */
export type Place = string | { of?: string; list?: string; where?: Record<string, string>; at: string };

/** The value at an RFC 6901 pointer; undefined when there is none. */
export function atPointer(json: unknown, pointer: string): unknown {
  let value = json;
  for (const key of keysOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** All values at a pointer in which `*` stands for every element of a list. */
export function allAtPointer(json: unknown, pointer: string): unknown[] {
  let values: unknown[] = [json];
  for (const key of keysOf(pointer))
    values = values.flatMap((value) => {
      if (key === '*' && Array.isArray(value)) return value;
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [];
      return [(value as Record<string, unknown>)[key]];
    });
  return values;
}

/**
 * @param answers by the name of their request; '' is the first one.
 * @param fill fills placeholders in what a list is searched for.
 */
export function atPlace(answers: ReadonlyMap<string, unknown>, place: Place, fill: (text: string) => string): unknown {
  if (typeof place === 'string') return atPointer(answers.get(''), place);
  const answer = answers.get(place.of ?? '');
  if (place.list === undefined) return atPointer(answer, place.at);
  const list = atPointer(answer, place.list);
  if (!Array.isArray(list)) return undefined;
  const wanted = Object.entries(place.where ?? {}).map(([at, value]) => [at, fill(value)] as const);
  const found = list.find((element) => wanted.every(([at, value]) => textOf(atPointer(element, at)) === value));
  return found === undefined ? undefined : atPointer(found, place.at);
}

/** As a text that can be compared; null for what is no text, number or truth value. */
export function textOf(value: unknown): string | null {
  const simple = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  return simple ? String(value) : null;
}

const keysOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

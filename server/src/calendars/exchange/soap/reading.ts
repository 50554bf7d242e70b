/** Looking into what Exchange answered: by local name, in Exchange's own namespaces, whatever the order. */
import type { XmlElement } from '../../xml.ts';

/** messages, types and errors: which of them an element is in varies between servers, and no two share a name. */
const ofExchange = /^https?:\/\/schemas\.microsoft\.com\/exchange\/services\//;

export function childNamed(element: XmlElement | null, name: string): XmlElement | null {
  return element?.children.find((child) => child.name === name && ofExchange.test(child.namespace)) ?? null;
}

export function childrenNamed(element: XmlElement | null, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name && ofExchange.test(child.namespace)) ?? [];
}

/** All children that are Exchange's. */
export const childrenOf = (element: XmlElement | null): XmlElement[] =>
  element?.children.filter((child) => ofExchange.test(child.namespace)) ?? [];

/** The text at the end of the path; null where it isn't there. */
export function textAt(element: XmlElement | null, ...path: readonly string[]): string | null {
  let at = element;
  for (const name of path) at = childNamed(at, name);
  return at?.text ?? null;
}

/** Trimmed; null where it is missing or blank. */
export const wordAt = (element: XmlElement | null, ...path: readonly string[]): string | null =>
  textAt(element, ...path)?.trim() || null;

/** xs:boolean, in either spelling; null where it isn't told. */
export function booleanAt(element: XmlElement | null, ...path: readonly string[]): boolean | null {
  switch (wordAt(element, ...path)?.toLowerCase()) {
    case 'true':
    case '1':
      return true;
    case 'false':
    case '0':
      return false;
    default:
      return null;
  }
}

export function integerAt(element: XmlElement | null, ...path: readonly string[]): number | null {
  const text = wordAt(element, ...path);
  return text !== null && /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null;
}

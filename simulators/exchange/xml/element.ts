/** Elements as this simulator reads and writes them. By hand and for itself: the client has its own. */

export const namespaces = {
  soap: 'http://schemas.xmlsoap.org/soap/envelope/',
  messages: 'http://schemas.microsoft.com/exchange/services/2006/messages',
  types: 'http://schemas.microsoft.com/exchange/services/2006/types',
  errors: 'http://schemas.microsoft.com/exchange/services/2006/errors',
} as const;
export type Namespace = keyof typeof namespaces;

export interface Element {
  /** One of those above by its short name, or an address as it was read. */
  namespace: Namespace | string;
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** What may stand in an element: nothing for null and undefined. */
export type Content = Element | string | number | boolean | null | undefined | Content[];
type Attributes = Record<string, string | number | boolean | null | undefined>;

function element(namespace: Namespace, name: string, attributes: Attributes, content: Content[]): Element {
  const made: Element = { namespace, name, attributes: {}, children: [], text: '' };
  for (const [key, value] of Object.entries(attributes))
    if (value !== null && value !== undefined) made.attributes[key] = String(value);
  for (const part of content.flat(9) as Exclude<Content, Content[]>[])
    if (typeof part === 'object' && part) made.children.push(part);
    else if (part !== null && part !== undefined) made.text += String(part);
  return made;
}

/** An element of the types' namespace. */
export const t = (name: string, attributes: Attributes, ...content: Content[]): Element =>
  element('types', name, attributes, content);
/** One of the messages' namespace. */
export const m = (name: string, attributes: Attributes, ...content: Content[]): Element =>
  element('messages', name, attributes, content);
/** One of SOAP's. */
export const s = (name: string, ...content: Content[]): Element => element('soap', name, {}, content);
/** One of the details of a fault. */
export const e = (name: string, ...content: Content[]): Element => element('errors', name, {}, content);

/** One of the types' that is left out where there is nothing to say. */
export const maybe = (name: string, value: string | number | boolean | null | undefined): Element | null =>
  value === null || value === undefined ? null : t(name, {}, value);

export const child = (parent: Element | null | undefined, name: string): Element | undefined =>
  parent?.children.find((each) => each.name === name);
export const childText = (parent: Element | null | undefined, name: string): string | undefined =>
  child(parent, name)?.text.trim();

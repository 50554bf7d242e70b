/** What is sent to Exchange, as a tree: names are checked by the compiler, text is escaped in one place. */

/** m: messages, t: types; the prefixes are declared by the envelope. */
export type XmlName = `${'m' | 't'}:${string}`;

export interface XmlNode {
  name: XmlName;
  attributes: Readonly<Record<string, string | number | boolean>>;
  content: string | readonly XmlNode[];
}

/** Children in the order of Microsoft's schema (xs:sequence): Exchange refuses another one. Null is left out. */
export function element(
  name: XmlName,
  attributes: XmlNode['attributes'] = {},
  content: string | readonly (XmlNode | null)[] = [],
): XmlNode {
  return { name, attributes, content: typeof content === 'string' ? content : content.filter((each) => each !== null) };
}

/** An element that has nothing but text. */
export const textElement = (name: XmlName, text: string | number | boolean): XmlNode => element(name, {}, String(text));

export function writeXml({ name, attributes, content }: XmlNode): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`);
  const inner = typeof content === 'string' ? escapeText(content) : content.map(writeXml).join('');
  return `<${name}${written.join('')}${inner === '' ? '/>' : `>${inner}</${name}>`}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that XML 1.0 (2.2) has no way to write
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Carriage returns are written as references, or a parser would make line feeds of them (XML 1.0, 2.11). */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(unwritable, '')
    .replace(/[&<>\r]/g, (character) => references[character]!);
}

/** White space too: a parser makes blanks of it (XML 1.0, 3.3.3). */
function escapeAttribute(text: string): string {
  return escapeText(text).replace(/["\t\n]/g, (character) => references[character]!);
}

const references: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

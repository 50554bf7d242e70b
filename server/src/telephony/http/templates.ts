/**
 * {{placeholders}} filled in by context: percent-encoded in addresses, JSON-escaped in bodies, refused in headers where
 * they would break out. Values are never code: nothing nests, nothing is evaluated.
 */
import { ConnectorError } from '../../calendars/connector.ts';

export const placeholders = ['extension', 'target', 'mode', 'status', 'until', 'note'] as const;
export type Placeholder = (typeof placeholders)[number];
/** `until` is an ISO instant in UTC, '' when the end isn't known. */
export type Values = Record<Placeholder, string>;

const fill = (template: string, encode: (value: string) => string, values: Values) =>
  template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: Placeholder) => encode(values[name] ?? ''));

/** RFC 3986: everything but unreserved characters is encoded, so a value stays one segment or one parameter. */
export function fillAddress(template: string, values: Values): string {
  const encode = (value: string) => {
    // Encoding leaves dots alone, and the URL parser would walk up the path.
    if (value === '.' || value === '..') throw new ConnectorError('refused', `"${value}" can't stand in an address.`);
    return encodeURIComponent(value.toWellFormed()).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  };
  return fill(template, encode, values);
}

/** A form's body is encoded as addresses are, every other one as the inside of a JSON (or similar) string. */
export function fillBody(template: string, contentType: string, values: Values): string {
  if (/x-www-form-urlencoded/i.test(contentType)) return fillAddress(template, values);
  if (/xml/i.test(contentType)) return fill(template, escapeXml, values);
  return fill(template, (value) => JSON.stringify(value.toWellFormed()).slice(1, -1), values);
}

/** @throws ConnectorError 'refused' for line breaks, which would start another header. */
export function fillHeader(template: string, values: Values): string {
  const text = fill(template, (value) => value, values);
  if (/[\r\n\0]/.test(text)) throw new ConnectorError('refused', 'A header value contains a line break.');
  // HTTP carries Latin-1 at best: what doesn't fit is sent as a question mark rather than refused.
  return text.replace(/[^\t\x20-\x7e\xa0-\xff]/g, '?');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
function escapeXml(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids exactly these
  const allowed = value.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '');
  return allowed.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** The value at an RFC 6901 pointer; undefined when there is none. */
export function atPointer(json: unknown, pointer: string): unknown {
  let value = json;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/**
 * {{placeholders}} filled in by context: percent-encoded in addresses, JSON-escaped in bodies, refused in headers where
 * they would break out. Values are never code: nothing nests, nothing is evaluated.
 */
import { ConnectorError } from '../../calendars/connector.ts';
import { placeholderPattern } from './request-settings.ts';

/** By name; `until` is an ISO instant in UTC, '' when the end isn't known. What is no text comes from answers (found.…). */
export type Values = Readonly<Record<string, unknown>>;

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
const fill = (template: string, encode: (value: string) => string, values: Values) =>
  template.replace(placeholderPattern, (_, name: string) =>
    encode(Object.hasOwn(values, name) ? text(values[name]) : ''),
  );

export const fillText = (template: string, values: Values): string => fill(template, (value) => value, values);

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

/** A form's body is encoded as addresses are, every other text as the inside of a JSON (or similar) string. */
export function fillBody(template: unknown, contentType: string, values: Values): string {
  if (typeof template !== 'string') return JSON.stringify(fillJson(template, values));
  if (/x-www-form-urlencoded/i.test(contentType)) return fillAddress(template, values);
  if (/xml/i.test(contentType)) return fill(template, escapeXml, values);
  return fill(template, (value) => JSON.stringify(value.toWellFormed()).slice(1, -1), values);
}

/** A text that is nothing but one {{found.…}} becomes what was found, be it a number, an object or null. */
function fillJson(template: unknown, values: Values): unknown {
  if (typeof template === 'string') {
    const whole = /^\{\{\s*(found\.\w+)\s*\}\}$/.exec(template);
    if (whole) return Object.hasOwn(values, whole[1]!) ? values[whole[1]!] : null;
    return fillText(template, values).toWellFormed();
  }
  if (Array.isArray(template)) return template.map((element) => fillJson(element, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillJson(value, values)]));
}

/** @throws ConnectorError 'refused' for line breaks, which would start another header. */
export function fillHeader(template: string, values: Values): string {
  const filled = fillText(template, values);
  if (/[\r\n\0]/.test(filled)) throw new ConnectorError('refused', 'A header value contains a line break.');
  // HTTP carries Latin-1 at best: what doesn't fit is sent as a question mark rather than refused.
  return filled.replace(/[^\t\x20-\x7e\xa0-\xff]/g, '?');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
function escapeXml(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids exactly these
  const allowed = value.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '');
  return allowed.replace(/[&<>"']/g, (character) => entities[character]!);
}

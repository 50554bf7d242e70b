/**
 * Reads WebDAV multistatus answers (RFC 4918 section 13, RFC 6578 section 6.2) as a stream of events: one response is
 * held at a time, nesting and size are bounded, and document types and entities are refused (no server needs them, and
 * they are how XML bombs are built).
 */
import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { ConnectorError } from '../connector.ts';

export const davNamespace = 'DAV:';
export const caldavNamespace = 'urn:ietf:params:xml:ns:caldav';
export const calendarServerNamespace = 'http://calendarserver.org/ns/';
export const appleNamespace = 'http://apple.com/ns/ical/';

export interface XmlElement {
  namespace: string;
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

export interface DavResponse {
  href: string;
  /** Of the response as a whole; null when the properties have theirs. */
  status: number | null;
  /** Those the server found (2xx), by `{namespace}name`. */
  properties: Map<string, XmlElement>;
  /** Names of precondition elements, such as number-of-matches-within-limits. */
  errors: string[];
}

export interface Multistatus {
  responses: DavResponse[];
  syncToken: string | null;
}

const maxDepth = 64;
const maxElements = 3_000_000;
const chunkLength = 65_536;

/**
 * @param source names the server in messages.
 * @throws ConnectorError 'malformed' for anything that is no complete, plain multistatus document.
 */
export function parseMultistatus(text: string, source: string): Multistatus {
  const responses: DavResponse[] = [];
  let syncToken: string | null = null;
  let isMultistatus = false;
  parse(text, source, {
    root(element) {
      isMultistatus = element.namespace === davNamespace && element.name === 'multistatus';
      if (!isMultistatus) throw broken(source, `“${element.name}” stands where a multistatus was expected`);
    },
    child(element) {
      if (element.namespace !== davNamespace) return;
      if (element.name === 'response') responses.push(...readResponse(element));
      if (element.name === 'sync-token') syncToken = element.text.trim() || null;
    },
  });
  if (!isMultistatus) throw broken(source, 'it is empty');
  return { responses, syncToken };
}

/** The precondition names in an error body (RFC 4918 section 16); empty when there is none that can be read. */
export function parsePreconditions(text: string): string[] {
  const names: string[] = [];
  try {
    parse(text, '', { root() {}, child: (element) => names.push(element.name) });
  } catch {
    // An error page in HTML says nothing about preconditions.
  }
  return names;
}

export function property(response: DavResponse, namespace: string, name: string): XmlElement | null {
  return response.properties.get(`{${namespace}}${name}`) ?? null;
}

/** The text of a property; null when it is missing or blank. */
export function propertyText(response: DavResponse, namespace: string, name: string): string | null {
  return property(response, namespace, name)?.text.trim() || null;
}

export function childrenNamed(element: XmlElement | null, namespace: string, name: string): XmlElement[] {
  return element?.children.filter((child) => child.namespace === namespace && child.name === name) ?? [];
}

export function hrefsIn(element: XmlElement | null): string[] {
  return childrenNamed(element, davNamespace, 'href')
    .map((each) => each.text.trim())
    .filter((href) => href !== '');
}

/** RFC 4918 allows several hrefs in a response that has a status and no properties. */
function readResponse(element: XmlElement): DavResponse[] {
  const properties = new Map<string, XmlElement>();
  for (const propstat of childrenNamed(element, davNamespace, 'propstat')) {
    const status = readStatus(childrenNamed(propstat, davNamespace, 'status')[0]) ?? 200;
    if (status < 200 || status > 299) continue;
    for (const each of childrenNamed(propstat, davNamespace, 'prop').flatMap((prop) => prop.children)) {
      properties.set(`{${each.namespace}}${each.name}`, each);
    }
  }
  const status = readStatus(childrenNamed(element, davNamespace, 'status')[0]);
  const errors = childrenNamed(element, davNamespace, 'error').flatMap((error) =>
    error.children.map(({ name }) => name),
  );
  return hrefsIn(element).map((href) => ({ href, status, properties, errors }));
}

function readStatus(element: XmlElement | undefined): number | null {
  const code = /^\s*HTTP\/[\d.]+\s+(\d{3})/i.exec(element?.text ?? '')?.[1];
  return code ? Number(code) : null;
}

interface Handlers {
  root(element: XmlElement): void;
  /** Called as soon as a child of the root is complete; the root doesn't keep it. */
  child(element: XmlElement): void;
}

function parse(text: string, source: string, handlers: Handlers): void {
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let elements = 0;
  parser.on('doctype', () => {
    throw broken(source, 'it contains a document type, which is not accepted');
  });
  parser.on('error', (error) => {
    throw broken(source, error.message.replace(/\.$/, ''));
  });
  parser.on('opentag', (tag) => {
    elements++;
    if (elements > maxElements) throw broken(source, 'it has too many elements');
    if (open.length >= maxDepth) throw broken(source, 'it is nested too deeply');
    const attributes: Record<string, string> = {};
    for (const each of Object.values(tag.attributes) as SaxesAttributeNS[]) attributes[each.local] = each.value;
    const element: XmlElement = { namespace: tag.uri, name: tag.local, attributes, children: [], text: '' };
    if (open.length === 0) handlers.root(element);
    else if (open.length > 1) open.at(-1)!.children.push(element);
    open.push(element);
  });
  const addText = (part: string) => {
    const element = open.at(-1);
    // White space between the responses would only pile up.
    if (element && open.length > 1) element.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop()!;
    if (open.length === 1) handlers.child(element);
  });
  const plain = withoutControls(text);
  for (let at = 0; at < plain.length; at += chunkLength) parser.write(plain.slice(at, at + chunkLength));
  parser.close();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that XML 1.0 forbids are meant
const forbiddenCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const forbiddenReferences = /&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[12]|1[4-9]|2\d|3[01]));/gi;

/** Servers pass on control characters that clients stored in a title; they'd make the whole answer unreadable. */
function withoutControls(text: string): string {
  return text.replace(forbiddenCharacters, '').replace(forbiddenReferences, '');
}

function broken(source: string, reason: string): ConnectorError {
  return new ConnectorError('malformed', `The answer of ${source} can’t be read: ${reason}.`);
}

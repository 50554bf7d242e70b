/**
 * Reads WebDAV multistatus answers (RFC 4918 section 13, RFC 6578 section 6.2): one response is held at a time.
 */
import { brokenXml, readXml, type XmlElement, type XmlHandlers } from '../xml.ts';

export const davNamespace = 'DAV:';
export const caldavNamespace = 'urn:ietf:params:xml:ns:caldav';
export const calendarServerNamespace = 'http://calendarserver.org/ns/';
export const appleNamespace = 'http://apple.com/ns/ical/';

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

/** The client's limit for an answer comes first. */
const limits = { depth: 64, elements: 3_000_000, length: 128_000_000 };

/**
 * @param source names the server in messages.
 * @throws ConnectorError 'malformed' for anything that is no complete, plain multistatus document.
 */
export function parseMultistatus(text: string, source: string): Multistatus {
  const responses: DavResponse[] = [];
  let syncToken: string | null = null;
  let isMultistatus = false;
  const handlers: XmlHandlers = {
    root(element) {
      isMultistatus = element.namespace === davNamespace && element.name === 'multistatus';
      if (!isMultistatus) throw brokenXml(source, `“${element.name}” stands where a multistatus was expected`);
    },
    child(element) {
      if (element.namespace !== davNamespace) return;
      if (element.name === 'response') responses.push(...readResponse(element));
      if (element.name === 'sync-token') syncToken = element.text.trim() || null;
    },
  };
  readXml(text, source, handlers, limits);
  if (!isMultistatus) throw brokenXml(source, 'it is empty');
  return { responses, syncToken };
}

/** The precondition names in an error body (RFC 4918 section 16); empty when there is none that can be read. */
export function parsePreconditions(text: string): string[] {
  const names: string[] = [];
  try {
    readXml(text, '', { root() {}, child: (element) => names.push(element.name) }, limits);
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

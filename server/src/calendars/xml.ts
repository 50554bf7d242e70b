/**
 * XML of servers, as it arrives: namespaces resolved (prefixes mean nothing), size and nesting bounded, document types
 * refused with all that they define (no server needs them, and they are how XML bombs are built).
 */
import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { ConnectorError } from './connector.ts';

export interface XmlElement {
  namespace: string;
  name: string;
  /** By local name. */
  attributes: Record<string, string>;
  children: XmlElement[];
  /** Of this element, without that of its children. */
  text: string;
}

export interface XmlHandlers {
  /** The root's start tag: it never gets children or text of its own. */
  root(element: XmlElement): void;
  /** Called as soon as a child of the root is complete; the root doesn't keep it. */
  child(element: XmlElement): void;
}

export interface XmlLimits {
  depth: number;
  elements: number;
  /** Characters of the whole document. */
  length: number;
}

export interface XmlReader {
  /**
   * @returns what follows the end of the document; null while it goes on.
   * @throws ConnectorError 'malformed'
   */
  write(text: string): string | null;
  /** @throws ConnectorError 'malformed' where the document isn't complete. */
  close(): void;
}

const chunkLength = 65_536;

/** @param source names the server in messages. */
export function xmlReader(source: string, handlers: XmlHandlers, limits: XmlLimits): XmlReader {
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let elements = 0;
  let length = 0;
  let done = false;
  let heldBack = '';
  parser.on('doctype', () => {
    throw brokenXml(source, 'it contains a document type, which is not accepted');
  });
  parser.on('error', (error) => {
    throw brokenXml(source, error.message.replace(/\.$/, ''));
  });
  parser.on('opentag', (tag) => {
    elements++;
    if (elements > limits.elements) throw brokenXml(source, 'it has too many elements');
    if (open.length >= limits.depth) throw brokenXml(source, 'it is nested too deeply');
    const attributes: Record<string, string> = {};
    for (const each of Object.values(tag.attributes) as SaxesAttributeNS[]) attributes[each.local] = each.value;
    const element: XmlElement = { namespace: tag.uri, name: tag.local, attributes, children: [], text: '' };
    if (open.length === 0) handlers.root(element);
    else if (open.length > 1) open.at(-1)!.children.push(element);
    open.push(element);
  });
  const addText = (part: string) => {
    const element = open.at(-1);
    // White space between the children of the root would only pile up.
    if (element && open.length > 1) element.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop()!;
    if (open.length === 1) handlers.child(element);
    if (open.length === 0) {
      done = true;
      throw documentEnd;
    }
  });

  const feed = (text: string): string | null => {
    for (let at = 0; at < text.length; at += chunkLength) {
      const chunk = text.slice(at, at + chunkLength);
      length += chunk.length;
      if (length > limits.length) throw brokenXml(source, 'it is too long');
      try {
        parser.write(chunk);
      } catch (error) {
        if (error !== documentEnd) throw error;
        // What was written, less what the parser has come to, is what it hasn't read.
        return text.slice(at + chunk.length - (length - parser.position));
      }
    }
    return null;
  };

  return {
    write(text) {
      if (done) return text;
      const all = heldBack + text;
      const whole = wholeReferences(all);
      heldBack = all.slice(whole);
      const rest = feed(withoutControls(all.slice(0, whole)));
      return rest === null ? null : rest + heldBack;
    },
    close() {
      if (!done) feed(heldBack);
      if (!done) parser.close();
      if (!done) throw brokenXml(source, 'it ends too early');
    },
  };
}

const documentEnd = new Error('end of document');

/** A whole document at once. @throws ConnectorError 'malformed' */
export function readXml(text: string, source: string, handlers: XmlHandlers, limits: XmlLimits): void {
  const reader = xmlReader(source, handlers, limits);
  const rest = reader.write(text);
  reader.close();
  if (rest !== null && !/^[\s\ufeff]*(?:$|<!--)/.test(rest)) throw brokenXml(source, 'something follows its end');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that XML 1.0 forbids are meant
const forbiddenCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const forbiddenReferences = /&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[12]|1[4-9]|2\d|3[01]));/gi;

/** Servers pass on control characters that clients stored in a title; they'd make the whole answer unreadable. */
function withoutControls(text: string): string {
  return text.replace(forbiddenCharacters, '').replace(forbiddenReferences, '');
}

/** Up to where no character reference is cut. */
function wholeReferences(text: string): number {
  const at = text.lastIndexOf('&');
  return at >= 0 && at > text.length - 16 && !text.includes(';', at) ? at : text.length;
}

export function brokenXml(source: string, reason: string): ConnectorError {
  return new ConnectorError('malformed', `The answer of ${source} can’t be read: ${reason}.`);
}

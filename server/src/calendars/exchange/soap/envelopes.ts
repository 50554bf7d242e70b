/**
 * Envelopes as they arrive, one after the other: a stream of notifications is a row of whole documents, with or without
 * an XML declaration each, cut anywhere. What counts is namespace and local name, never the prefix.
 */
import type { XmlElement, XmlLimits, XmlReader } from '../../xml.ts';
import { brokenXml, xmlReader } from '../../xml.ts';
import { soapNamespace } from './request.ts';

export interface Envelope {
  /** The one element in the body: an operation's answer, or a Fault. */
  body: XmlElement;
  isFault: boolean;
  /** Of ServerVersionInfo, such as "15.2.1544"; null where it isn't told. */
  serverVersion: string | null;
}

/** SOAP 1.1, which Exchange speaks, and 1.2. */
const envelopeNamespaces = new Set([soapNamespace, 'http://www.w3.org/2003/05/soap-envelope']);

/** Ten calendar items with thousands of attendees each fit into it. */
export const answerLimits: XmlLimits = { depth: 64, elements: 500_000, length: 32_000_000 };
/** A notification tells of changes, not of what has changed. */
export const noticeLimits: XmlLimits = { depth: 64, elements: 100_000, length: 4_000_000 };

/**
 * @param source names the server in messages. @param charset of Content-Type; anything unknown is UTF-8.
 * @throws ConnectorError 'malformed'
 */
export async function* envelopesOf(
  pieces: AsyncIterable<Uint8Array>,
  source: string,
  limits: XmlLimits,
  charset = 'utf-8',
): AsyncGenerator<Envelope> {
  const decoder = textDecoder(charset);
  const next = () => envelopeReader(source, limits);
  let reading = next();
  let begun = false;
  const read = function* (text: string): Generator<Envelope> {
    for (let rest: string | null = text; rest !== null; ) {
      // An XML declaration must be the very first; servers put line ends between documents.
      if (!begun) rest = rest.replace(/^[\s\ufeff]+/, '');
      if (rest === '') return;
      begun = true;
      rest = reading.reader.write(rest);
      if (rest === null) return;
      yield reading.take();
      reading = next();
      begun = false;
    }
  };
  for await (const piece of pieces) yield* read(decoder.decode(piece, { stream: true }));
  yield* read(decoder.decode());
  if (begun) reading.reader.close();
}

/** An answer that is one envelope; what follows it isn't looked at. @throws ConnectorError 'malformed' */
export async function onlyEnvelope(
  pieces: AsyncIterable<Uint8Array>,
  source: string,
  charset?: string,
): Promise<Envelope> {
  let first: Envelope | null = null;
  try {
    for await (const envelope of envelopesOf(pieces, source, answerLimits, charset)) first ??= envelope;
  } catch (error) {
    if (first === null) throw error;
  }
  if (first === null) throw brokenXml(source, 'it is empty');
  return first;
}

function envelopeReader(source: string, limits: XmlLimits): { reader: XmlReader; take(): Envelope } {
  let body: XmlElement | null = null;
  let isFault = false;
  let serverVersion: string | null = null;
  const reader = xmlReader(
    source,
    {
      root(root) {
        if (root.name !== 'Envelope' || !envelopeNamespaces.has(root.namespace))
          throw brokenXml(source, `“${root.name}” stands where a SOAP envelope was expected`);
      },
      child(part) {
        if (!envelopeNamespaces.has(part.namespace)) return;
        if (part.name === 'Header') serverVersion = versionIn(part);
        if (part.name !== 'Body') return;
        body = part.children[0] ?? null;
        isFault = body?.name === 'Fault' && envelopeNamespaces.has(body.namespace);
      },
    },
    limits,
  );
  return {
    reader,
    take() {
      if (body === null) throw brokenXml(source, 'its body is empty');
      return { body, isFault, serverVersion };
    },
  };
}

function versionIn(header: XmlElement): string | null {
  const told = header.children.find(({ name }) => name === 'ServerVersionInfo')?.attributes;
  if (!told?.MajorVersion) return null;
  return [told.MajorVersion, told.MinorVersion ?? '0', told.MajorBuildNumber ?? '0'].join('.');
}

function textDecoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

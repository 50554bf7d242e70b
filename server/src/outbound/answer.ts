/** Reads a body as it arrives: decoded, counted, and refused as soon as it is too large (RFC 9110 section 8.4). */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { ConnectorError } from '../calendars/connector.ts';
import type { OutboundResponse } from './outbound.ts';

export const acceptEncoding = 'gzip, deflate, br';

export interface BodyLimits {
  encoding: string;
  /** Content-Length, 0 when not known. */
  announced: number;
  /** Counts decoded bytes, so a small answer that unpacks to gigabytes is cut off early. */
  maxBytes: number;
  /** For messages. */
  host: string;
}

/** @throws ConnectorError 'malformed' when too large, wrongly packed or packed in an unknown way. */
export async function readBody(body: Readable, limits: BodyLimits): Promise<Uint8Array> {
  const { maxBytes, host } = limits;
  if (limits.announced > maxBytes) {
    body.on('error', () => {}).destroy();
    throw tooLarge(host, maxBytes);
  }
  const parts: Buffer[] = [];
  let size = 0;
  const count = async (stream: AsyncIterable<Buffer>) => {
    for await (const part of stream) {
      size += part.length;
      if (size > maxBytes) throw tooLarge(host, maxBytes);
      parts.push(part);
    }
  };
  const decoder = decoderOf(limits.encoding, host);
  if (decoder)
    await pipeline(body, limitPacked(maxBytes, host), decoder, count).catch((error) => throwBroken(error, host));
  else await count(body);
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
}

/** Packed bytes are counted as well: empty gzip members unpack to nothing and could go on for ever. */
function limitPacked(maxBytes: number, host: string) {
  return async function* (stream: AsyncIterable<Buffer>) {
    let size = 0;
    for await (const part of stream) {
      size += part.length;
      if (size > maxBytes) throw tooLarge(host, maxBytes);
      yield part;
    }
  };
}

function decoderOf(encoding: string, host: string) {
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    default:
      throw new ConnectorError('malformed', `${host} packs its answer in a way that wasn’t asked for.`);
  }
}

function throwBroken(error: unknown, host: string): never {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && (code.startsWith('Z_') || code.startsWith('ERR__ERROR_FORMAT'))) {
    throw new ConnectorError('malformed', `${host} sent an answer that can’t be unpacked.`, { cause: error });
  }
  throw error;
}

function tooLarge(host: string, maxBytes: number): ConnectorError {
  const size = maxBytes >= 1e6 ? `${Math.round(maxBytes / 1e6)} MB` : `${maxBytes} bytes`;
  return new ConnectorError('malformed', `${host} sent more than ${size}, the limit for one answer.`);
}

export function asHeaders(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) headers.append(name, each);
  }
  return headers;
}

export function makeResponse(status: number, headers: Headers, url: string, body: Uint8Array): OutboundResponse {
  return {
    status,
    headers,
    url,
    body,
    text() {
      const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(headers.get('content-type') ?? '')?.[1] ?? 'utf-8';
      return decoderFor(charset).decode(body);
    },
  };
}

/** Unknown charset names are read as UTF-8; bytes that don't fit become U+FFFD; a byte order mark goes. */
function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** One request to Autodiscover: signed in only where the server asks for it, and small in its answer. */
import type { Outbound } from '../../../outbound/outbound.ts';
import { ConnectorError } from '../../connector.ts';
import type { Time } from '../../gate.ts';
import type { ExchangeServer } from '../exchange-server.ts';
import { signInOf } from '../sign-in/kinds.ts';
import { discard } from '../sign-in/sign-in.ts';

export interface AskingParts {
  outbound: Outbound;
  server: ExchangeServer;
  time: Time;
  signal?: AbortSignal;
}

export interface Told {
  status: number;
  headers: Headers;
  /** '' unless the status is 200. */
  text: string;
}

const timeoutMs = 10_000;
const longest = 1_000_000;

/** @param timeout milliseconds for the whole. @throws ConnectorError */
export async function askSignedIn(
  { outbound, server, time, signal }: AskingParts,
  url: URL,
  body: string,
  timeout: number = timeoutMs,
): Promise<Told> {
  const session = outbound.session({ typedBy: 'administrator', authority: server.authority });
  const request = {
    method: 'POST',
    headers: { 'content-type': 'text/xml; charset=utf-8', accept: 'text/xml' },
    body,
    timeoutMs: timeout,
    silenceMs: timeout,
    ...(signal && { signal }),
  };
  try {
    let answer = await session.send(url, request);
    if (answer.status === 401) {
      await discard(answer);
      answer = await signInOf(server, outbound, time).send(session, url, request);
    }
    const { status, headers } = answer;
    if (status !== 200) return { status, headers, text: '' };
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of answer.body) {
      size += piece.length;
      if (size > longest) throw new ConnectorError('malformed', `${url.host} sent more than 1 MB.`);
      pieces.push(piece);
    }
    return { status, headers, text: new TextDecoder().decode(Buffer.concat(pieces)) };
  } finally {
    session.close();
  }
}

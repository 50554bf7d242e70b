/**
 * Client credentials (RFC 6749, 4.4): a token of the identity provider for the service account, renewed before it ends,
 * and once when Exchange refuses it.
 */

import type { Outbound } from '../../../outbound/outbound.ts';
import { parseRetryAfter } from '../../../outbound/retry-after.ts';
import { ConnectorError } from '../../connector.ts';
import type { Time } from '../../gate.ts';
import type { ExchangeSignIn } from '../exchange-server.ts';
import { discard, notLetIn, type SignIn, withAuthorization } from './sign-in.ts';

type OAuth = Extract<ExchangeSignIn, { kind: 'oauth' }>;

/** A token with less than this left is replaced before it is used. */
const leastLeftMs = 60_000;
/** Where the provider doesn't say (RFC 6749, 5.1: RECOMMENDED only). */
const defaultLifetimeSeconds = 300;

interface Token {
  text: string;
  until: number;
}

export function oauthSignIn(outbound: Outbound, by: OAuth, authority: string | null, time: Time): SignIn {
  let held: Promise<Token> | null = null;

  /** One for all: without anybody's signal, so that a request that is given up doesn't take it from the others. */
  const ask = (): Promise<Token> => {
    held = askForToken(outbound, by, authority, time).catch((error) => {
      held = null;
      throw error;
    });
    return held;
  };
  const token = async (spoilt: string | null): Promise<string> => {
    const known = await (held ?? ask());
    const good = known.text !== spoilt && (known.until - time.now() > leastLeftMs || spoilt !== null);
    if (good) return known.text;
    return (await ask()).text;
  };

  return {
    async send(session, url, request) {
      const first = await token(null);
      const answer = await session.send(url, withAuthorization(request, `Bearer ${first}`));
      if (answer.status !== 401) return answer;
      await discard(answer);
      const again = await session.send(url, withAuthorization(request, `Bearer ${await token(first)}`));
      if (again.status === 401) throw await notLetIn(again, url, 'Bearer');
      return again;
    },
  };
}

async function askForToken(outbound: Outbound, by: OAuth, authority: string | null, time: Time): Promise<Token> {
  const { host } = new URL(by.tokenEndpoint);
  const response = await outbound.fetch(by.tokenEndpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      // RFC 6749, 2.3.1: every provider must take it this way; each part form-encoded first.
      authorization: `Basic ${Buffer.from(`${formEncoded(by.clientId)}:${formEncoded(by.clientSecret)}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(by.scope && { scope: by.scope }) }).toString(),
    typedBy: 'administrator',
    authority,
    maxRedirects: 0,
    maxBytes: 1_000_000,
  });
  let answer: Record<string, unknown> = {};
  try {
    answer = Object(JSON.parse(response.text()));
  } catch {
    // What isn't JSON has no token either.
  }
  if (typeof answer.access_token === 'string' && response.status === 200) {
    const seconds = Number(answer.expires_in) > 0 ? Number(answer.expires_in) : defaultLifetimeSeconds;
    return { text: answer.access_token, until: time.now() + seconds * 1000 };
  }
  if (response.status === 429 || response.status >= 500)
    throw new ConnectorError('unreachable', `${host} can’t give a token at the moment (HTTP ${response.status}).`, {
      retryAt: parseRetryAfter(
        response.headers.get('retry-after'),
        Temporal.Instant.fromEpochMilliseconds(Math.floor(time.now())),
      ),
    });
  const error = typeof answer.error === 'string' ? answer.error : '';
  if (error === 'invalid_client' || response.status === 401)
    throw new ConnectorError('credentials', `${host} doesn’t accept the client id or the client secret.`);
  if (error === 'invalid_scope')
    throw new ConnectorError(
      'refused',
      `${host} doesn’t know the scope “${by.scope}”, or doesn’t give it to this client.`,
    );
  if (error) throw new ConnectorError('refused', `${host} gives no token (${error.slice(0, 100)}).`);
  throw new ConnectorError('malformed', `${host} answered without a token (HTTP ${response.status}).`);
}

/** RFC 6749, appendix B. */
const formEncoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);

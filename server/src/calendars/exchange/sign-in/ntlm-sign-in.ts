/**
 * NTLM over HTTP (MS-NTHT): it lets a connection in, not a request. The handshake and what follows therefore go over one
 * connection that is nobody else's, and begin anew on another.
 */
import { randomBytes } from 'node:crypto';
import type { OutboundAnswer, OutboundSession } from '../../../outbound/outbound.ts';
import { ConnectorError } from '../../connector.ts';
import type { Time } from '../../gate.ts';
import { authenticateMessage, type NtlmAccount, type NtlmChallenge, negotiateMessage, readChallenge } from './ntlm.ts';
import { discard, notLetIn, offeredBy, type SignIn, withAuthorization } from './sign-in.ts';

/** A server that closes the connection in between may have been about to anyway. */
const mostHandshakes = 2;

export function ntlmSignIn({ userName, password }: { userName: string; password: string }, time: Time): SignIn {
  const account = accountOf(userName, password);
  /** The connection of a session that is signed in. */
  const signedIn = new WeakMap<OutboundSession, number>();
  return {
    async send(session, url, request) {
      if (signedIn.has(session)) {
        const answer = await session.send(url, request);
        if (answer.status !== 401) return answer;
        signedIn.delete(session);
        await discard(answer);
      }
      for (let handshakes = 1; handshakes <= mostHandshakes; handshakes++) {
        const negotiate = negotiateMessage();
        const asked = await askForChallenge(session, url, negotiate, request.signal);
        const { number, certificate } = asked.answer.connection;
        const authenticate = authenticateMessage({
          negotiate,
          challenge: asked.challenge,
          account,
          clientChallenge: randomBytes(8),
          now: time.now(),
          servicePrincipal: `HTTP/${url.hostname}`,
          certificate,
        });
        const authorization = `${asked.scheme} ${authenticate.toString('base64')}`;
        const answer = await session.send(url, withAuthorization(request, authorization));
        if (answer.connection.number !== number) {
          await discard(answer);
          continue;
        }
        if (answer.status === 401) throw await notLetIn(answer, url, asked.scheme);
        signedIn.set(session, number);
        return answer;
      }
      throw new ConnectorError(
        'refused',
        `${url.host} closes the connection in the middle of the sign-in, which NTLM can’t do without. A proxy or load balancer in between may be the cause.`,
      );
    },
  };
}

/** DOMAIN\user, or user@domain as it is. */
export function accountOf(userName: string, password: string): NtlmAccount {
  const [, domain, user] = /^([^\\]+)\\(.+)$/s.exec(userName) ?? [];
  return domain !== undefined && user !== undefined
    ? { domain, user, password }
    : { domain: '', user: userName, password };
}

interface Asked {
  scheme: 'NTLM' | 'Negotiate';
  challenge: NtlmChallenge;
  answer: OutboundAnswer;
}

/**
 * Without a body, which would only be thrown away. Servers name what they mean as they like: some take NTLM under the name
 * of Negotiate only, some are asked by the one and answer by the other (gromox), which is then gone on with.
 */
async function askForChallenge(
  session: OutboundSession,
  url: URL,
  negotiate: Buffer,
  signal: AbortSignal | undefined,
): Promise<Asked> {
  for (const scheme of ['NTLM', 'Negotiate'] as const) {
    const answer = await session.send(url, {
      method: 'POST',
      headers: { authorization: `${scheme} ${negotiate.toString('base64')}`, 'content-length': '0' },
      ...(signal && { signal }),
    });
    if (answer.status !== 401) {
      await discard(answer);
      throw new ConnectorError('refused', `${url.host} didn’t ask for a sign-in by NTLM (HTTP ${answer.status}).`);
    }
    const told = challengeIn(answer.headers.get('www-authenticate') ?? '');
    if (told) {
      await discard(answer);
      return { ...told, answer };
    }
    const offered = offeredBy(answer).map((each) => each.toLowerCase());
    if (scheme === 'Negotiate' || offered.includes('ntlm') || !offered.includes('negotiate'))
      throw await notLetIn(answer, url, scheme);
    await discard(answer);
  }
  throw new ConnectorError('credentials', `${url.host} doesn’t let the service account in (NTLM).`);
}

/** @param told WWW-Authenticate: of all in it the one that holds a challenge. */
function challengeIn(told: string): Pick<Asked, 'scheme' | 'challenge'> | null {
  for (const [, name, token] of told.matchAll(/(?:^|,)\s*(NTLM|Negotiate)\s+([A-Za-z0-9+/]+=*)/gi)) {
    const challenge = readChallenge(Buffer.from(token!, 'base64'));
    if (challenge) return { scheme: name!.toLowerCase() === 'ntlm' ? 'NTLM' : 'Negotiate', challenge };
  }
  return null;
}

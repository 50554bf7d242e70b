/** How the service account gets in: one face for every kind. */
import type { OutboundAnswer, OutboundSession, OutboundSessionRequest } from '../../../outbound/outbound.ts';
import { ConnectorError } from '../../connector.ts';

export interface SignIn {
  /**
   * One request, signed in, over a connection that nobody else uses meanwhile.
   * @throws ConnectorError 'credentials' where the server doesn't let the account in; what `OutboundSession.send` throws
   */
  send(session: OutboundSession, url: URL, request: OutboundSessionRequest): Promise<OutboundAnswer>;
}

export const withAuthorization = (request: OutboundSessionRequest, authorization: string): OutboundSessionRequest => ({
  ...request,
  headers: { ...request.headers, authorization },
});

/** Reads an answer that isn't wanted, so that its connection can be used again; a long one isn't worth it. */
export async function discard(answer: OutboundAnswer): Promise<void> {
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.length;
    if (size > 262_144) return;
  }
}

/** The authentication schemes of WWW-Authenticate, as told (RFC 9110, 11.6.1), without their parameters. */
export const offeredBy = (answer: OutboundAnswer): string[] => [
  ...new Set(
    [...(answer.headers.get('www-authenticate') ?? '').matchAll(/(?:^|,)\s*([A-Za-z][\w-]*)(?=\s|,|$)(?!\s*=)/g)].map(
      ([, scheme]) => scheme!,
    ),
  ),
];

/** `offered`: the server takes this kind of sign-in, so it is the account that it doesn't let in. */
export class NotLetIn extends ConnectorError {
  readonly offered: boolean;
  constructor(message: string, offered: boolean) {
    super('credentials', message);
    this.offered = offered;
  }
}

/** What a 401 means, in words for administrators. @param scheme what was tried. */
export async function notLetIn(answer: OutboundAnswer, url: URL, scheme: string): Promise<NotLetIn> {
  await discard(answer).catch(() => {});
  const offered = offeredBy(answer);
  const { host } = url;
  const known = offered.some((each) => each.toLowerCase() === scheme.toLowerCase());
  if (known && scheme !== 'Bearer')
    return new NotLetIn(
      `${host} doesn’t let the service account in (${scheme}): its user name or its password is wrong, or it is locked.`,
      true,
    );
  if (offered.length > 0 && !known)
    return new NotLetIn(
      `${host} doesn’t take the sign-in ${scheme}; it offers ${offered.slice(0, 5).join(', ')}.`,
      false,
    );
  return new NotLetIn(`${host} doesn’t let the service account in (${scheme}).`, known);
}

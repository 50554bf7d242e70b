/** Each kind of sign-in by what administrators chose. */
import type { Outbound } from '../../../outbound/outbound.ts';
import type { Time } from '../../gate.ts';
import type { ExchangeServer } from '../exchange-server.ts';
import { kerberosSignIn } from './kerberos.ts';
import { ntlmSignIn } from './ntlm-sign-in.ts';
import { oauthSignIn } from './oauth.ts';
import { notLetIn, type SignIn, withAuthorization } from './sign-in.ts';

export function signInOf(server: ExchangeServer, outbound: Outbound, time: Time): SignIn {
  const { signIn } = server;
  switch (signIn.kind) {
    case 'basic':
      return basicSignIn(signIn.userName, signIn.password);
    case 'ntlm':
      return ntlmSignIn(signIn, time);
    case 'kerberos':
      return kerberosSignIn(signIn.servicePrincipal);
    case 'oauth':
      return oauthSignIn(outbound, signIn, server.authority, time);
  }
}

/** RFC 7617, in UTF-8. */
function basicSignIn(userName: string, password: string): SignIn {
  const authorization = `Basic ${Buffer.from(`${userName}:${password}`, 'utf8').toString('base64')}`;
  return {
    async send(session, url, request) {
      const answer = await session.send(url, withAuthorization(request, authorization));
      if (answer.status === 401) throw await notLetIn(answer, url, 'Basic');
      return answer;
    },
  };
}

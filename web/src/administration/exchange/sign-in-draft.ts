import type { ExchangeServer, NewExchangeServer } from '../../../../server/src/api/schemas/exchange-servers.ts';

export const signInKinds = ['ntlm', 'basic', 'kerberos', 'oauth'] as const;
export type SignInKind = (typeof signInKinds)[number];

/** What is typed, for all kinds of sign-in at once: who changes the kind and comes back finds it again. */
export interface SignInDraft {
  kind: SignInKind;
  userName: string;
  /** The password or the client secret; empty: what is stored stays. */
  secret: string;
  servicePrincipal: string;
  tokenEndpoint: string;
  clientId: string;
  scope: string;
}

export function draftOf(server: ExchangeServer | null): SignInDraft {
  const empty = { userName: '', secret: '', servicePrincipal: '', tokenEndpoint: '', clientId: '', scope: '' };
  if (!server) return { kind: 'ntlm', ...empty };
  const { signIn } = server;
  if (signIn.kind === 'kerberos')
    return { ...empty, kind: signIn.kind, servicePrincipal: signIn.servicePrincipal ?? '' };
  return { ...empty, ...signIn };
}

/** As the server takes it: the fields of its kind. */
export function signInFrom(draft: SignInDraft): NewExchangeServer['signIn'] {
  const { kind, userName, servicePrincipal, tokenEndpoint, clientId, scope } = draft;
  if (kind === 'kerberos') return { kind, servicePrincipal: servicePrincipal.trim() || null };
  if (kind === 'oauth') return { kind, tokenEndpoint, clientId, scope };
  return { kind, userName };
}

/** Whether what is stored serves this kind: passwords serve Basic and NTLM alike. */
export const servesKind = (stored: SignInKind | null, kind: SignInKind): boolean =>
  stored !== null && (stored === 'oauth') === (kind === 'oauth') && stored !== 'kerberos';

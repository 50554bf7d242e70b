/** Who a request is from. Each way may be offered or not (habits.signIn), and each says in its own manner what it wants. */
import type { Answer, Asked } from '../http.ts';
import type { ServiceAccount, World } from '../world.ts';

/** null: not so; an Answer: the next step of a handshake. */
export type Verdict = ServiceAccount | Answer | null;
export type Verify = (credential: string, asked: Asked) => Verdict | Promise<Verdict>;

export interface SignIn {
  /** Of a request. @returns the account, or the answer that the client gets instead */
  of(asked: Asked): Promise<ServiceAccount | Answer>;
}

export const isAccount = (value: ServiceAccount | Answer): value is ServiceAccount => 'principalName' in value;

export function unauthorized(world: World, token?: string): Answer {
  const { signIn } = world.habits;
  const names = signIn.map((name) =>
    name === 'Basic' ? 'Basic realm="mail.contoso.example"' : name === 'Bearer' ? bearerChallenge : name,
  );
  return {
    status: 401,
    headers: { 'www-authenticate': token ? token : names, 'content-length': '0' },
    body: null,
  };
}
const bearerChallenge =
  'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1", error="invalid_token"';

/** @param ways by scheme, lower-cased. */
export function signInBy(world: World, ways: Record<string, Verify>): SignIn {
  return {
    async of(asked) {
      const [, scheme = '', credential = ''] = /^(\S+)\s+(\S.*)$/.exec(asked.headers.authorization ?? '') ?? [];
      const offered = world.habits.signIn.some((name) => name.toLowerCase() === scheme.toLowerCase());
      const way = offered ? ways[scheme.toLowerCase()] : undefined;
      // A connection that is signed in needs no header.
      const verdict = way ? await way(credential, asked) : ((await ways['']?.('', asked)) ?? null);
      if (verdict === null) return unauthorized(world);
      return isAccount(verdict) && !verdict.enabled ? unauthorized(world) : verdict;
    },
  };
}

/** DOMAIN\name, name@domain, or the bare name. */
export function accountBy(world: World, userName: string, domain = ''): ServiceAccount | undefined {
  const [, given = domain, name = userName] = /^([^\\]*)\\(.*)$/.exec(userName) ?? [];
  const is = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  return world.accounts.find(
    (each) => is(each.principalName, name) || (is(each.name, name) && (!given || is(given, each.domain))),
  );
}

/** RFC 7617, in UTF-8. */
export const basic =
  (world: World): Verify =>
  (credential) => {
    const text = Buffer.from(credential, 'base64').toString('utf8');
    const at = text.indexOf(':');
    const account = accountBy(world, text.slice(0, at));
    return account && at >= 0 && account.password === text.slice(at + 1) ? account : null;
  };

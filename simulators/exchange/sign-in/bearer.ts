/** Bearer tokens (RFC 6750): those an account is given here, or those of an issuer whose keys are asked for (hybrid modern authentication). */
import { createPublicKey, verify, type webcrypto } from 'node:crypto';
import type { World } from '../world.ts';
import type { Verify } from './sign-in.ts';

export interface TrustedIssuer {
  issuer: string;
  /** Where its keys are (RFC 7517). */
  jwksUri: string;
  audience: string;
  /** Client id of an application, to the name of the account that it acts as. */
  accounts: Record<string, string>;
}

export function bearer(world: World, trusted?: TrustedIssuer): Verify {
  return async (token) => {
    const given = world.accounts.find(({ tokens }) => tokens.has(token));
    if (given || !trusted) return given ?? null;
    const claims = await claimsOf(token, trusted.jwksUri).catch(() => null);
    if (!claims || claims.iss !== trusted.issuer || ![claims.aud].flat().includes(trusted.audience)) return null;
    if (!(Number(claims.exp) * 1_000 > world.clock.now())) return null;
    const client = String(claims.appid ?? claims.azp ?? claims.client_id ?? claims.sub);
    return world.accounts.find(({ name }) => name === trusted.accounts[client]) ?? null;
  };
}

/** Of a JWT (RFC 7519) signed with RS256 or ES256. @throws Error when the signature isn't right */
async function claimsOf(token: string, jwksUri: string): Promise<Record<string, unknown>> {
  const [head = '', body = '', signature = ''] = token.split('.');
  const parsed = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const { kid, alg } = parsed(head) as { kid?: string; alg: string };
  if (!['RS256', 'ES256'].includes(alg)) throw new Error(`${alg} isn't taken.`);
  const { keys } = (await (await fetch(jwksUri)).json()) as { keys: Array<webcrypto.JsonWebKey & { kid?: string }> };
  const key = keys.find((each) => each.kid === kid);
  if (!key) throw new Error('The key is unknown.');
  const made = createPublicKey({ key, format: 'jwk' });
  const signed = Buffer.from(`${head}.${body}`);
  const isRight = verify(
    'sha256',
    signed,
    { key: made, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!isRight) throw new Error('The signature is wrong.');
  return parsed(body);
}

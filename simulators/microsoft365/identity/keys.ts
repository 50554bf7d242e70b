/** The key that ID tokens are signed with, and how client assertions are checked. RFC 7515, 7517, 7523. */
import { createHash, createPublicKey, generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const kid = 'simulated-key';

export const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] };

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signed(claims: Record<string, unknown>): string {
  const body = `${base64url({ alg: 'RS256', kid, typ: 'JWT' })}.${base64url(claims)}`;
  return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`;
}

/**
 * Whether the assertion is signed by one of the certificates (PEM) and says what it must. The certificate is named by
 * its thumbprint: x5t (SHA-1) or x5t#S256.
 * @returns the fault, or null when all is well.
 */
export function assertionFault(
  assertion: string,
  {
    certificates,
    clientId,
    audience,
    now,
  }: { certificates: string[]; clientId: string; audience: string; now: number },
): string | null {
  const [head, body, signature] = assertion.split('.');
  if (!head || !body || !signature) return 'The assertion is no JWT.';
  let header: Record<string, string>;
  let claims: Record<string, unknown>;
  try {
    header = JSON.parse(Buffer.from(head, 'base64url').toString());
    claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  } catch {
    return 'The assertion is no JWT.';
  }
  const certificate = certificates
    .map((pem) => new X509Certificate(pem))
    .find(({ raw }) => {
      const print = (hash: string) => createHash(hash).update(raw).digest('base64url');
      return header['x5t#S256'] === print('sha256') || header.x5t === print('sha1');
    });
  if (!certificate) return 'The key was not found.';
  if (Date.parse(certificate.validTo) < now) return 'The certificate has expired.';
  const data = Buffer.from(`${head}.${body}`);
  const key = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }));
  const good =
    header.alg === 'PS256'
      ? verify('sha256', data, { key, padding: 6, saltLength: 32 }, Buffer.from(signature, 'base64url'))
      : header.alg === 'RS256' && verify('sha256', data, key, Buffer.from(signature, 'base64url'));
  if (!good) return 'Signature validation failed.';
  if (claims.iss !== clientId || claims.sub !== clientId) return 'Issuer and subject must be the client id.';
  if (claims.aud !== audience) return `The audience must be ${audience}.`;
  if (typeof claims.exp !== 'number' || claims.exp * 1_000 < now) return 'The assertion has expired.';
  if (typeof claims.nbf === 'number' && claims.nbf * 1_000 > now + 300_000) return 'The assertion is not yet valid.';
  return null;
}

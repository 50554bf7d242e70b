/**
 * How a Graph application proves that it is itself: not at all (public client), by a secret, or by a certificate, which
 * is preferred. Source: "Microsoft identity platform application authentication certificate credentials"; RFC 7523.
 */
import { createHash, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { z } from 'zod';

const pem = (label: string) =>
  z
    .string()
    .trim()
    .refine((text) => text.includes(`-----BEGIN`) && new RegExp(label).test(text), {
      error: `Paste it as PEM text: it begins with -----BEGIN ${label}-----.`,
    });

export const clientCredential = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('secret'),
    secret: z.string().trim().min(1, 'The client secret is missing.').max(1_000),
  }),
  z
    .strictObject({ kind: z.literal('certificate'), certificate: pem('CERTIFICATE'), privateKey: pem('PRIVATE KEY') })
    .superRefine((value, check) => {
      const fault = pairFault(value);
      if (fault) check.addIssue({ code: 'custom', path: [fault.field], message: fault.message });
    }),
]);
export type ClientCredential = z.output<typeof clientCredential>;
type CertificateCredential = Extract<ClientCredential, { kind: 'certificate' }>;

function pairFault({ certificate, privateKey }: { certificate: string; privateKey: string }) {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch {
    return { field: 'certificate', message: 'This certificate can’t be read.' };
  }
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType !== 'rsa') return { field: 'privateKey', message: 'Microsoft takes RSA keys only.' };
    if (!parsed.checkPrivateKey(key)) return { field: 'privateKey', message: 'The key isn’t that of the certificate.' };
  } catch {
    return { field: 'privateKey', message: 'This key can’t be read. It must not have a passphrase.' };
  }
  return null;
}

/** What an administrator may know of it: until when it is good, and which one it is. */
export function credentialSummary(credential: ClientCredential | null) {
  if (credential?.kind !== 'certificate')
    return { kind: credential?.kind ?? ('none' as const), thumbprint: null, expiresAt: null };
  const certificate = new X509Certificate(credential.certificate);
  return {
    kind: 'certificate' as const,
    thumbprint: createHash('sha1').update(certificate.raw).digest('hex').toUpperCase(),
    expiresAt: Temporal.Instant.fromEpochMilliseconds(certificate.validToDate.getTime()),
  };
}

/** Fields of a token request (RFC 6749 section 2.3.1; RFC 7521 section 4.2). @param tokenEndpoint the assertion is for. */
export function authenticationFields(
  credential: ClientCredential | null,
  clientId: string,
  tokenEndpoint: string,
  now: Temporal.Instant,
): Record<string, string> {
  if (credential === null) return {};
  if (credential.kind === 'secret') return { client_secret: credential.secret };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(credential, clientId, tokenEndpoint, now),
  };
}

/** Good for ten minutes; a clock that is some minutes fast doesn't make it a thing of the future. */
function assertion(
  { certificate, privateKey }: CertificateCredential,
  clientId: string,
  audience: string,
  now: Temporal.Instant,
): string {
  const thumbprint = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
  const seconds = Math.floor(now.epochMilliseconds / 1_000);
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint };
  const claims = {
    ...{ aud: audience, iss: clientId, sub: clientId, jti: randomUUID() },
    ...{ nbf: seconds - 300, iat: seconds, exp: seconds + 600 },
  };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${encode(header)}.${encode(claims)}`;
  // PS256 (RFC 7518 section 3.5): RSASSA-PSS, SHA-256, a salt as long as the hash.
  const signature = sign('sha256', Buffer.from(body), { key: privateKey, padding: rsaPss, saltLength: 32 });
  return `${body}.${signature.toString('base64url')}`;
}

/** crypto.constants.RSA_PKCS1_PSS_PADDING */
const rsaPss = 6;

/** Certificate authorities that an administrator trusts for one server, as PEM text. Pure. */
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

export const authority = z
  .string()
  .trim()
  .max(200_000)
  .superRefine((text, check) => {
    const message = authorityFault(text);
    if (message) check.addIssue({ code: 'custom', message });
  });

function authorityFault(text: string): string | null {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return 'This holds a private key: paste the certificate of the authority alone.';
  if (blocksIn(text).length === 0) return 'This is not a certificate: it begins with -----BEGIN CERTIFICATE-----.';
  return blocksIn(text).every(isReadable) ? null : 'One of these certificates can’t be read. Paste them whole.';
}

const blocksIn = (text: string): string[] =>
  text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];

function isReadable(block: string): boolean {
  try {
    new X509Certificate(block);
    return true;
  } catch {
    return false;
  }
}

export interface ShownCertificate {
  /** Its common name, else all of its subject. */
  subject: string;
  /** SHA-256, as tools show it. */
  fingerprint: string;
  expiresAt: Temporal.Instant;
}

/** What is shown of them. @param text must have passed `authority`. */
export function certificatesIn(text: string | null): ShownCertificate[] {
  return blocksIn(text ?? '').map((block) => {
    const { subject, fingerprint256, validToDate } = new X509Certificate(block);
    return {
      subject: /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', '),
      fingerprint: fingerprint256,
      expiresAt: Temporal.Instant.fromEpochMilliseconds(validToDate.getTime()),
    };
  });
}

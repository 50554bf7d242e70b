/**
 * Time-based one-time passwords (RFC 6238 on RFC 4226): HMAC-SHA-1, six digits, steps of 30 seconds, because that is
 * what every authenticator app takes whatever the address says. Pure: `now` is a parameter.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const stepSeconds = 30;
const digits = 6;
/** RFC 6238 section 5.2: one step either way, for clocks that differ and for people who type slowly. */
const toleratedSteps = 1;
/** RFC 4226 section 4, R6: 160 bits. */
export const secretBytes = 20;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding (RFC 4648 section 6), as authenticator apps take it. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}

/** @throws Error for what isn't base32. Small letters, spaces and padding are taken as people type them. */
export function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.toUpperCase().replace(/[\s=]/g, '')) {
    const index = alphabet.indexOf(letter);
    if (index < 0) throw new Error('This is not base32.');
    value = (value << 5) | index;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 255);
    }
    value &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}

/** The number of whole steps since 1970 (T of RFC 6238 section 4.2). */
export const stepAt = (now: Temporal.Instant): number => Math.floor(now.epochMilliseconds / (stepSeconds * 1000));

/** @param length of the code; only the RFC's own test vectors have another than six. */
export function codeOfStep(secret: Uint8Array, step: number, length = digits): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac[19]! & 15; // RFC 4226 section 5.3, dynamic truncation
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** length).padStart(length, '0');
}

/**
 * Which step the code belongs to, or null when it is wrong, too old, too new, or not newer than the last one taken:
 * a code that somebody looked over a shoulder at opens nothing (RFC 6238 section 5.2).
 */
export function matchingStep(secret: Uint8Array, code: string, now: Temporal.Instant, lastStep: number): number | null {
  const given = Buffer.from(code.replace(/\s/g, ''));
  if (given.length !== digits) return null;
  const current = stepAt(now);
  let found: number | null = null;
  // All are compared, whichever fits: the time taken tells nothing.
  for (let step = current - toleratedSteps; step <= current + toleratedSteps; step++)
    if (step >= 0 && timingSafeEqual(Buffer.from(codeOfStep(secret, step)), given) && step > lastStep) found ??= step;
  return found;
}

/** What the QR code holds: the key address that authenticator apps read. */
export function keyAddress(secret: Uint8Array, account: string, issuer = 'Whenabouts'): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const query = {
    secret: toBase32(secret),
    issuer,
    algorithm: 'SHA1',
    digits: String(digits),
    period: `${stepSeconds}`,
  };
  return `otpauth://totp/${label}?${new URLSearchParams(query)}`;
}

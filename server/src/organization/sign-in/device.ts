/**
 * A known device: a browser that signed this person in before carries a cookie that only this server can make. It
 * proves nothing but that; password and second factor are asked for as ever. Its failures are counted by themselves, so
 * that nobody else's failures lock it out (lock-out.ts).
 */
import { randomBytes } from 'node:crypto';
import type { Secrets } from '../../store/secrets.ts';
import { personOf } from './tries.queries.ts';

/** Browsers keep a cookie for at most 400 days; it is made anew at each sign-in. */
export const deviceLifetime = Temporal.Duration.from({ hours: 400 * 24 });
const purpose = 'known device';

export function newDevice(secrets: Secrets, email: string): string {
  return secrets.seal(`${randomBytes(16).toString('base64url')} ${personOf(email)}`, purpose);
}

/** @returns what the device is counted by, or null when the cookie is another person's, forged, or not there. */
export function knownDevice(secrets: Secrets, cookie: string | undefined, email: string): string | null {
  if (!cookie || cookie.length > 500) return null;
  try {
    const [id, person] = secrets.open(cookie, purpose).split(' ');
    return id && person === personOf(email) ? id : null;
  } catch {
    return null;
  }
}

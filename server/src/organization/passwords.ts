/** Passwords at rest: scrypt (RFC 7914) with 32 MB and three passes (OWASP's second parameter set), salted. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

const current = { log2N: 15, r: 8, p: 3 };
const keyBytes = 32;

const derive = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key))),
  );

const optionsOf = (log2N: number, r: number, p: number): ScryptOptions => ({
  N: 2 ** log2N,
  r,
  p,
  maxmem: 2 ** log2N * r * 128 * 2,
});

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { log2N, r, p } = current;
  const key = await derive(password, salt, optionsOf(log2N, r, p));
  return ['scrypt', log2N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** @param stored null when there is no such user or no password: takes as long, so that the time tells nothing. */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  const [scheme, log2N, r, p, salt, key] = (stored ?? nobody).split('$');
  if (scheme !== 'scrypt' || !salt || !key) throw new Error('A stored password has an unknown form.');
  const wanted = Buffer.from(key, 'base64url');
  const got = await derive(password, Buffer.from(salt, 'base64url'), optionsOf(Number(log2N), Number(r), Number(p)));
  return timingSafeEqual(got, wanted) && stored !== null;
}

const nobody = `scrypt$${current.log2N}$${current.r}$${current.p}$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(keyBytes).toString('base64url')}`;

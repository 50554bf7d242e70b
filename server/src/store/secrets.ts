/**
 * Secrets at rest: AES-256-GCM, one random 96-bit nonce a value. The text form names the key it was made with, so that
 * keys can be rotated, and the row's id is authenticated with it, so that a secret copied to another row doesn't open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export interface Secrets {
  /** @param rowId the id of the row that holds the secret; needed again to open it. */
  seal(plain: string, rowId: string): string;
  /** @throws Error when the value was changed, belongs to another row, or was made with an unknown key. */
  open(sealed: string, rowId: string): string;
}

/** @param keys key id to 32-byte key; the last one seals. */
export function secretsWith(keys: ReadonlyMap<string, Buffer>): Secrets {
  const current = [...keys].at(-1);
  if (!current) throw new Error('No key for secrets.');
  return {
    seal(plain, rowId) {
      const [id, key] = current;
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(rowId));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${id}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed, rowId) {
      const [version, id = '', body = ''] = sealed.split('.');
      const key = keys.get(id);
      if (version !== 'v1' || !key)
        throw new Error(`The secret was made with the key "${id}", which this server doesn't have.`);
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(rowId));
      decipher.setAuthTag(bytes.subarray(12, 28));
      try {
        return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw new Error('A stored secret does not open: it was changed, or the key file is another one.');
      }
    },
  };
}

/** The key file of a data folder (mode 600), made at first use: a line "id base64-key" a key, the newest last. */
export function loadOrCreateKeys(folder: string): Map<string, Buffer> {
  const file = path.join(folder, 'secret.keys');
  if (!fs.existsSync(file)) {
    fs.mkdirSync(folder, { recursive: true });
    const handle = fs.openSync(file, 'wx', 0o600);
    fs.writeSync(handle, `k1 ${randomBytes(32).toString('base64')}\n`);
    fs.fsyncSync(handle);
    fs.closeSync(handle);
  }
  const keys = new Map<string, Buffer>();
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const [id, key] = line.trim().split(' ');
    if (id && key) keys.set(id, Buffer.from(key, 'base64'));
  }
  return keys;
}

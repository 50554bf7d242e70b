/**
 * Failed tries by key, in the table sign_in_failure: they survive a restart and count over all processes. Keys hold no
 * e-mail address: what people type there may be a password in the wrong field.
 */
import { createHash } from 'node:crypto';
import type { Database, Executor } from '../../store/database.ts';
import { afterFailure, type Failures, type Key, lockedSeconds, networkOf, withoutTry } from './lock-out.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** Whoever the typed address may belong to: the same for people who exist and who don't. */
export const personOf = (email: string): string => hash(`person ${email}`);
export const personKey = (email: string): Key => ({ counted: 'person', key: `person:${personOf(email)}` });
export const addressKey = (address: string): Key => ({ counted: 'address', key: `address:${networkOf(address)}` });
export const deviceKey = (deviceId: string): Key => ({ counted: 'device', key: `device:${hash(deviceId)}` });
/** What somebody who is signed in tries: the current password, a code to confirm. */
export const ownKey = (userId: string): Key => ({ counted: 'own', key: `own:${userId}` });

/**
 * Counts a try as failed before it is checked, so that those running side by side count too; nothing is counted while
 * one of the keys is locked, or whoever goes on trying would be locked out for ever.
 * @returns whole seconds until the next try is allowed; 0: this one is.
 */
export async function beginTry(db: Database, keys: readonly Key[], now: Temporal.Instant): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    // Always in the same order: two tries with the same keys wait for each other instead of for ever.
    const ordered = keys.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const rows = await transaction
      .insertInto('sign_in_failure')
      .values(ordered.map(({ key }) => ({ key, failures: 0, last_at: now })))
      .onConflict((conflict) => conflict.column('key').doUpdateSet((of) => ({ key: of.ref('excluded.key') })))
      .returning(['key', 'failures', 'last_at', 'locked_until'])
      .execute();
    const before = new Map(rows.map((row) => [row.key, stored(row)]));
    const locked = Math.max(...ordered.map(({ key }) => lockedSeconds(before.get(key) ?? null, now)));
    if (locked > 0) return locked;
    for (const key of ordered) await write(transaction, key, afterFailure(before.get(key.key) ?? null, key, now));
    return 0;
  });
}

/** Whole seconds that one of the keys is still locked; counts nothing. */
export async function lockOf(db: Executor, keys: readonly Key[], now: Temporal.Instant): Promise<number> {
  const rows = await db
    .selectFrom('sign_in_failure')
    .select(['failures', 'last_at', 'locked_until'])
    .where(
      'key',
      'in',
      keys.map(({ key }) => key),
    )
    .execute();
  return Math.max(0, ...rows.map((row) => lockedSeconds(stored(row), now)));
}

/** What was counted was no failure; earlier failures stay. */
export async function takeTryBack(db: Database, keys: readonly Key[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .selectFrom('sign_in_failure')
      .select(['key', 'failures', 'last_at', 'locked_until'])
      .where(
        'key',
        'in',
        keys.map(({ key }) => key),
      )
      .orderBy('key')
      .forUpdate()
      .execute();
    for (const row of rows) {
      const key = keys.find(({ key }) => key === row.key)!;
      await write(transaction, key, withoutTry(stored(row), key));
    }
  });
}

/**
 * After a sign-in that went well: the person and the device begin anew, of the address only this try is taken back, or
 * whoever has one account could guess at all the others for ever.
 */
export async function endTries(db: Database, keys: readonly Key[]): Promise<void> {
  const own = keys.filter(({ counted }) => counted !== 'address').map(({ key }) => key);
  if (own.length > 0) await db.deleteFrom('sign_in_failure').where('key', 'in', own).execute();
  const addresses = keys.filter(({ counted }) => counted === 'address');
  if (addresses.length > 0) await takeTryBack(db, addresses);
}

/** What nobody has failed at for two days tells nothing any more. */
export async function dropOldFailures(db: Executor, now: Temporal.Instant): Promise<void> {
  await db
    .deleteFrom('sign_in_failure')
    .where('last_at', '<', now.subtract({ hours: 48 }))
    .execute();
}

interface Row {
  failures: number;
  last_at: Temporal.Instant;
  locked_until: Temporal.Instant | null;
}
const stored = ({ failures, last_at, locked_until }: Row): Failures => ({
  failures,
  lastAt: last_at,
  lockedUntil: locked_until,
});

async function write(db: Executor, { key }: Key, { failures, lastAt, lockedUntil }: Failures): Promise<void> {
  await db
    .updateTable('sign_in_failure')
    .set({ failures, last_at: lastAt, locked_until: lockedUntil })
    .where('key', '=', key)
    .execute();
}

/**
 * First run: whoever holds the link that the server printed becomes the administrator. The token's hash is in the
 * database, so that any process may answer; it is new at each start until it was used.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import { seedBuiltInProfiles } from '../presence/profiles.queries.ts';
import type { Database, Executor } from '../store/database.ts';
import { setPasswordHash } from './credentials.ts';
import { firstDiallingRules } from './dialling.ts';
import { hashPassword } from './passwords.ts';

const tokenSetting = 'setup';
const hash = (token: string) => createHash('sha256').update(token).digest();

/** While nobody administers the whole system who gets in without any other system: by a password of their own. */
export async function setupNeeded(db: Executor): Promise<boolean> {
  const row = await db
    .selectFrom('users')
    .innerJoin('login_password', 'login_password.user_id', 'users.id')
    .select('users.id')
    .where('role', '=', 'administrator')
    .where('active', '=', true)
    .limit(1)
    .executeTakeFirst();
  return row === undefined;
}

/** @returns the token of a new link, or null when there is an administrator. Links of earlier starts stop working. */
export async function newSetupToken(db: Executor): Promise<string | null> {
  if (!(await setupNeeded(db))) return null;
  const token = randomBytes(24).toString('base64url');
  const value = JSON.stringify({ tokenHash: hash(token).toString('hex') });
  await db
    .insertInto('system_setting')
    .values({ key: tokenSetting, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: sql`now()` }))
    .execute();
  return token;
}

export interface FirstAdministrator {
  email: string;
  password: string;
  displayName: string;
  timeZone: string;
  language: 'en' | 'de';
}

/**
 * Makes the administrator and the default location and group, and uses the token up. A user with this address (made
 * by a company file, say) becomes it, and stays in its group.
 * @returns the administrator's id; null when the token is not the current one.
 */
export async function setUp(db: Database, token: string, administrator: FirstAdministrator): Promise<string | null> {
  const passwordHash = await hashPassword(administrator.password);
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('system_setting')
      .select('value')
      .where('key', '=', tokenSetting)
      .forUpdate()
      .executeTakeFirst();
    const wanted = Buffer.from((row?.value as { tokenHash?: string } | undefined)?.tokenHash ?? '', 'hex');
    if (wanted.length !== 32 || !timingSafeEqual(wanted, hash(token)) || !(await setupNeeded(transaction))) return null;
    const groupId = await ensureDefaultGroup(transaction, administrator.timeZone);
    const { id } = await transaction
      .insertInto('users')
      .values({
        group_id: groupId,
        email: administrator.email,
        display_name: administrator.displayName,
        time_zone: administrator.timeZone,
        language: administrator.language,
        role: 'administrator',
      })
      .onConflict((conflict) => conflict.column('email').doUpdateSet({ role: 'administrator', active: true }))
      .returning('id')
      .executeTakeFirstOrThrow();
    await setPasswordHash(transaction, id, passwordHash);
    await transaction.deleteFrom('system_setting').where('key', '=', tokenSetting).execute();
    return id;
  });
}

/** The first group there is; made with its location and the built-in profiles where there is none yet. */
export async function ensureDefaultGroup(db: Executor, timeZone: string): Promise<string> {
  const known = await db
    .selectFrom('configuration_group')
    .select('id')
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (known) return known.id;
  const location = await db
    .insertInto('location')
    .values({
      name: 'Main location',
      time_zone: timeZone,
      dialling: JSON.stringify(await firstDiallingRules(timeZone)),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const group = await db
    .insertInto('configuration_group')
    .values({ location_id: location.id, name: 'Default' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await seedBuiltInProfiles(db, { locationId: location.id });
  return group.id;
}

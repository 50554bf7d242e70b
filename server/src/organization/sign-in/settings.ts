/** What the whole system asks of everybody who signs in. */
import { sql } from 'kysely';
import type { SignInSettings } from '../../api/schemas/sign-in.ts';
import type { Executor } from '../../store/database.ts';
import type { Role } from '../../store/schema.ts';
import { type Actor, recordChange } from '../audit.ts';

export const signInSetting = 'signIn';

export async function readSignInSettings(db: Executor): Promise<SignInSettings> {
  const row = await db.selectFrom('system_setting').select('value').where('key', '=', signInSetting).executeTakeFirst();
  const stored = row?.value as Partial<SignInSettings> | undefined;
  return { secondFactorRequiredFor: stored?.secondFactorRequiredFor ?? [] };
}

/** Run it in a transaction. */
export async function writeSignInSettings(
  transaction: Executor,
  actor: Actor,
  settings: SignInSettings,
): Promise<void> {
  const before = await readSignInSettings(transaction);
  const after = { secondFactorRequiredFor: [...new Set<Role>(settings.secondFactorRequiredFor)].sort() };
  const value = JSON.stringify(after);
  await transaction
    .insertInto('system_setting')
    .values({ key: signInSetting, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: sql`now()` }))
    .execute();
  await recordChange(transaction, actor, {
    action: 'change',
    subject: 'configuration',
    subjectId: signInSetting,
    subjectName: 'Sign-in',
    before,
    after,
  });
  await sql`select pg_notify('session', '')`.execute(transaction); // what every session may do is looked up anew
}

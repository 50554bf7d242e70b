/** Phone systems and the extensions that belong to users, as administrators keep them. */

import { randomUUID } from 'node:crypto';
import { checked } from '../api/checked.ts';
import { ApiError } from '../api/errors.ts';
import type { Context } from '../context.ts';
import { markReachDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';
import type { PhoneSystemKind, PhoneSystemKinds } from '../telephony/connectors.ts';
import { defaultGuardShare } from '../telephony/trust/guard.ts';
import { letThrough, makeScopeDue, phonesHeld } from '../telephony/trust/pauses.queries.ts';
import type { PauseScope } from '../telephony/trust/pauses.ts';
import { pauseForwarding, resumeForwarding, wakeReconcilers } from '../telephony/trust/pausing.ts';
import { type Actor, recordChange } from './audit.ts';
import { refuseWhileLeaving } from './leaving/start.ts';
import { locationIdOfUser } from './roles.ts';
import { refuseRealPhone } from './sample-company/apart.ts';

type Mode = 'active' | 'observe' | 'paused';

export interface NewPhoneSystem {
  name: string;
  kind: string;
  settings: unknown;
  secret?: unknown;
  mode: Mode;
  /** Percent, 0 to 100; 0: no guard (telephony/trust/guard.ts). */
  guardShare?: number | undefined;
}

export function kindNamed(kinds: PhoneSystemKinds, kind: string): PhoneSystemKind {
  const found = kinds.get(kind);
  if (!found) throw new ApiError('invalid', `There is no kind of phone system "${kind}".`, { field: 'kind' });
  return found;
}

/** Run it in a transaction. @returns its id. @throws ApiError or InvalidRequest when it is not what the kind needs. */
export async function createPhoneSystem(
  { secrets }: Pick<Context, 'secrets'>,
  executor: Executor,
  actor: Actor,
  kinds: PhoneSystemKinds,
  { name, kind, settings, secret, mode, guardShare = defaultGuardShare }: NewPhoneSystem,
): Promise<string> {
  const { settings: settingsSchema, secret: secretSchema } = kindNamed(kinds, kind);
  const id = randomUUID();
  const goodSettings = checked(settingsSchema, settings, 'settings');
  const goodSecret = checked(secretSchema, secret ?? { kind: 'none' }, 'secret');
  await executor
    .insertInto('phone_system')
    .values({
      id,
      name,
      kind,
      settings: JSON.stringify(goodSettings),
      secret: sealed(secrets, goodSecret, id),
      mode: mode === 'paused' ? 'active' : mode,
      guard_share: guardShare,
    })
    .execute();
  await recordChange(executor, actor, {
    ...{ action: 'create', subject: 'phoneSystem', subjectId: id, subjectName: name },
    after: { name, kind, settings: goodSettings, mode, guardShare },
  });
  if (mode === 'paused') await pauseAsWished(executor, id, actor, true);
  await wakeReconcilers(executor);
  return id;
}

const sealed = (secrets: Context['secrets'], secret: unknown, id: string) =>
  (secret as { kind?: string }).kind === 'none' ? null : secrets.seal(JSON.stringify(secret), id);

export interface PhoneSystemChange {
  name?: string | undefined;
  settings?: unknown;
  secret?: unknown;
  mode?: Mode | undefined;
  /**
   * What becomes of what is ours on the phones when the system is no longer active, or has another address. giveBack,
   * unless said otherwise; leave: it goes along to the new address.
   */
  inForce?: 'giveBack' | 'leave' | undefined;
  guardShare?: number | undefined;
}

/**
 * Run it in a transaction.
 * @throws ApiError notFound; conflict, on the field inForce, where what is ours can't be given back any more because the
 *   address is another one; otherwise as createPhoneSystem.
 */
export async function changePhoneSystem(
  { secrets }: Pick<Context, 'secrets'>,
  executor: Executor,
  actor: Actor,
  kinds: PhoneSystemKinds,
  id: string,
  { name, settings, secret, mode, inForce = 'giveBack', guardShare }: PhoneSystemChange,
): Promise<void> {
  const row = await executor
    .selectFrom('phone_system')
    .select(['name', 'kind', 'settings', 'mode', 'guard_share'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new ApiError('notFound', 'There is no such phone system.');
  const kind = kindNamed(kinds, row.kind);
  const goodSettings = settings === undefined ? row.settings : checked(kind.settings, settings, 'settings');
  if (inForce === 'giveBack')
    await refuseToLoseSight(executor, kind, { id, before: row.settings, after: goodSettings });
  const columns = {
    ...(name !== undefined && { name }),
    ...(guardShare !== undefined && { guard_share: guardShare }),
    ...(settings !== undefined && { settings: JSON.stringify(goodSettings) }),
    ...(secret !== undefined && { secret: sealed(secrets, checked(kind.secret, secret, 'secret'), id) }),
  };
  // A file that says "paused" of what somebody has paused already makes it its own.
  const switched = mode !== undefined && (mode !== row.mode || actor.via === 'apply');
  if (Object.keys(columns).length === 0 && !switched) return;
  if (Object.keys(columns).length > 0)
    await executor.updateTable('phone_system').set(columns).where('id', '=', id).execute();
  if (switched) await switchMode(executor, { id, mode: row.mode }, mode, actor, inForce === 'giveBack');
  await recordChange(executor, actor, {
    ...{ action: 'change', subject: 'phoneSystem', subjectId: id, subjectName: name ?? row.name },
    before: { name: row.name, settings: row.settings, mode: row.mode, guardShare: row.guard_share },
    after: {
      ...{ name: name ?? row.name, settings: goodSettings, mode: mode ?? row.mode },
      ...{ guardShare: guardShare ?? row.guard_share },
      ...(secret !== undefined && { credentials: 'changed' }),
    },
  });
  await wakeReconcilers(executor);
}

/** Under another address nobody would give back what is ours on the phones under this one. */
async function refuseToLoseSight(
  executor: Executor,
  kind: PhoneSystemKind,
  { id, before, after }: { id: string; before: unknown; after: unknown },
): Promise<void> {
  const known = kind.settings.safeParse(before);
  if (!known.success) return; // a version of before could read them: this one has reached nothing with them
  const place = kind.placeOf(known.data);
  if (place === kind.placeOf(after)) return;
  const { held } = await phonesHeld(executor, { kind: 'phoneSystem', id });
  if (held === 0) return;
  throw new ApiError(
    'conflict',
    `At ${place} phones still forward by Whenabouts, ${held} of them. If it is the same phone system that has moved, say so in its form, or by the API (inForce: leave). If it is another one, give everything back first: pause this one.`,
    { field: 'inForce' },
  );
}

/** From active something of ours may be on the phones: it is given back first, then the system is what it was to be. */
async function switchMode(
  executor: Executor,
  { id, mode: before }: { id: string; mode: Mode },
  mode: Mode,
  actor: Actor,
  giveBack: boolean,
): Promise<void> {
  if (mode === 'paused') return pauseAsWished(executor, id, actor, giveBack);
  const scope: PauseScope = { kind: 'phoneSystem', id };
  if (mode === 'observe' && giveBack && (await phonesHeld(executor, scope)).held > 0) {
    const wish = { reason: null, giveBack, until: null };
    await pauseForwarding(executor, scope, wish, actor, { nextMode: 'observe', untilGivenBack: true });
    return;
  }
  if (before === 'paused') {
    await resumeForwarding(executor, scope, actor, mode);
    return;
  }
  await executor.updateTable('phone_system').set({ mode }).where('id', '=', id).execute();
  if (mode === 'active') await letThrough(executor, scope);
  else await makeScopeDue(executor, scope);
}

async function pauseAsWished(executor: Executor, id: string, actor: Actor, giveBack: boolean): Promise<void> {
  const byFile = actor.via === 'apply' ? { byFile: true as const } : {};
  await pauseForwarding(executor, { kind: 'phoneSystem', id }, { reason: null, giveBack, until: null }, actor, byFile);
}

/**
 * @returns its id.
 * @throws ApiError when user or phone system aren't there, somebody has the number, or the user takes part in the sample
 *   company and the phone is a real one.
 */
export async function createExtension(
  db: Executor,
  actor: Actor,
  extension: { userId: string; phoneSystemId: string; number: string },
): Promise<string> {
  const { userId, phoneSystemId, number } = extension;
  const system = await db.selectFrom('phone_system').select('name').where('id', '=', phoneSystemId).executeTakeFirst();
  if (!system) throw new ApiError('invalid', 'There is no such phone system.', { field: 'phoneSystemId' });
  const user = await db.selectFrom('users').select('display_name').where('id', '=', userId).executeTakeFirst();
  if (!user) throw new ApiError('invalid', 'There is no such user.', { field: 'userId' });
  await refuseWhileLeaving(db, { kind: 'phoneSystem', id: phoneSystemId }, 'phoneSystemId');
  await refuseWhileLeaving(db, { kind: 'user', id: userId }, 'userId');
  await refuseRealPhone(db, userId, phoneSystemId);
  // The unique constraint decides between writes side by side: the later one waits for the earlier and finds its owner.
  const made = await db
    .insertInto('extension')
    .values({ user_id: userId, phone_system_id: phoneSystemId, number })
    .onConflict((conflict) => conflict.columns(['phone_system_id', 'number']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!made) throw await takenBy(db, system.name, phoneSystemId, number);
  const { id } = made;
  await db.insertInto('forwarding_record').values({ extension_id: id }).execute();
  await recordChange(db, actor, {
    ...{ action: 'create', subject: 'extension', subjectId: id, subjectName: number },
    locationId: await locationIdOfUser(db, userId),
    after: { number, phoneSystem: system.name, user: user.display_name },
  });
  await markReachDue(db, [userId]); // a profile that forwards to this very number must not any more
  await wakeReconcilers(db);
  return id;
}

async function takenBy(db: Executor, systemName: string, phoneSystemId: string, number: string): Promise<ApiError> {
  const owner = await db
    .selectFrom('extension')
    .innerJoin('users', 'users.id', 'extension.user_id')
    .select('users.display_name')
    .where('phone_system_id', '=', phoneSystemId)
    .where('number', '=', number)
    .executeTakeFirst();
  // Given back in this very moment: nobody has it any more, and the next try gets it.
  const message = owner
    ? `Extension ${number} of ${systemName} belongs to ${owner.display_name}.`
    : `Extension ${number} of ${systemName} belonged to somebody until now: try again.`;
  return new ApiError('conflict', message, { field: 'number' });
}

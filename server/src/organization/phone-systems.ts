/** Phone systems and the extensions that belong to users, as administrators keep them. */

import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { checked } from '../api/checked.ts';
import { ApiError } from '../api/errors.ts';
import type { Context } from '../context.ts';
import { markDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import type { PhoneSystemKind, PhoneSystemKinds } from '../telephony/connectors.ts';
import { forwardingChannel, systemsChanged } from '../telephony/reconciler.queries.ts';
import { releaseExtension, releaseSystem } from '../telephony/release.ts';
import { refuseRealPhone } from './sample-company/apart.ts';

type Mode = 'active' | 'observe' | 'paused';
type Parts = Pick<Context, 'store' | 'secrets'>;

export interface NewPhoneSystem {
  name: string;
  kind: string;
  settings: unknown;
  secret?: unknown;
  mode: Mode;
}

export function kindNamed(kinds: PhoneSystemKinds, kind: string): PhoneSystemKind {
  const found = kinds.get(kind);
  if (!found) throw new ApiError('invalid', `There is no kind of phone system "${kind}".`, { field: 'kind' });
  return found;
}

/** @returns its id. @throws ApiError or InvalidRequest when settings or secret are not what the kind needs. */
export async function createPhoneSystem(
  { store, secrets }: Parts,
  kinds: PhoneSystemKinds,
  { name, kind, settings, secret, mode }: NewPhoneSystem,
  executor: Executor = store.db,
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
      mode,
    })
    .execute();
  await wake(executor);
  return id;
}

const sealed = (secrets: Context['secrets'], secret: unknown, id: string) =>
  (secret as { kind?: string }).kind === 'none' ? null : secrets.seal(JSON.stringify(secret), id);

export interface PhoneSystemChange {
  name?: string | undefined;
  settings?: unknown;
  secret?: unknown;
  mode?: Mode | undefined;
}

export async function changePhoneSystem(
  { store, secrets }: Parts,
  kinds: PhoneSystemKinds,
  id: string,
  { name, settings, secret, mode }: PhoneSystemChange,
): Promise<void> {
  const row = await store.db.selectFrom('phone_system').select('kind').where('id', '=', id).executeTakeFirst();
  if (!row) throw new ApiError('notFound', 'There is no such phone system.');
  const kind = kindNamed(kinds, row.kind);
  const columns = {
    ...(name !== undefined && { name }),
    ...(mode !== undefined && { mode }),
    ...(settings !== undefined && { settings: JSON.stringify(checked(kind.settings, settings, 'settings')) }),
    ...(secret !== undefined && { secret: sealed(secrets, checked(kind.secret, secret, 'secret'), id) }),
  };
  if (Object.keys(columns).length === 0) return;
  await store.db.updateTable('phone_system').set(columns).where('id', '=', id).execute();
  await wake(store.db);
}

/** Gives all forwarding back first. @throws ConnectorError when that can't be done now. */
export async function deletePhoneSystem(context: Parts, id: string): Promise<void> {
  await releaseSystem(context, id);
  const { numDeletedRows } = await retrying(context.store.db, (transaction) =>
    transaction.deleteFrom('phone_system').where('id', '=', id).executeTakeFirst(),
  );
  if (numDeletedRows === 0n) throw new ApiError('notFound', 'There is no such phone system.');
}

/**
 * @returns its id.
 * @throws ApiError when user or phone system aren't there, somebody has the number, or the user takes part in the sample
 *   company and the phone is a real one.
 */
export async function createExtension(
  db: Executor,
  extension: { userId: string; phoneSystemId: string; number: string },
): Promise<string> {
  const { userId, phoneSystemId, number } = extension;
  const system = await db.selectFrom('phone_system').select('name').where('id', '=', phoneSystemId).executeTakeFirst();
  if (!system) throw new ApiError('invalid', 'There is no such phone system.', { field: 'phoneSystemId' });
  const user = await db.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst();
  if (!user) throw new ApiError('invalid', 'There is no such user.', { field: 'userId' });
  await refuseRealPhone(db, userId, phoneSystemId);
  const taken = await db
    .selectFrom('extension')
    .innerJoin('users', 'users.id', 'extension.user_id')
    .select('users.display_name')
    .where('phone_system_id', '=', phoneSystemId)
    .where('number', '=', number)
    .executeTakeFirst();
  if (taken)
    throw new ApiError('conflict', `Extension ${number} of ${system.name} belongs to ${taken.display_name}.`, {
      field: 'number',
    });
  const { id } = await db
    .insertInto('extension')
    .values({ user_id: userId, phone_system_id: phoneSystemId, number })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.insertInto('forwarding_record').values({ extension_id: id }).execute();
  await markDue(db, [userId]); // a profile that forwards to this very number must not any more
  await wake(db);
  return id;
}

/** Gives its forwarding back first. @throws ConnectorError when that can't be done now. */
export async function deleteExtension(context: Parts, id: string): Promise<void> {
  const { db } = context.store;
  const found = await db.selectFrom('extension').select('id').where('id', '=', id).executeTakeFirst();
  if (!found) throw new ApiError('notFound', 'There is no such extension.');
  await releaseExtension(context, id);
  await retrying(db, (transaction) => transaction.deleteFrom('extension').where('id', '=', id).execute());
}

const wake = (db: Executor) => sql`select pg_notify(${forwardingChannel}, ${systemsChanged})`.execute(db);

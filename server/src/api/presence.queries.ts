/** What the presence pages show beside presence itself: the titles of its reasons, the user's phones. */
import { sql } from 'kysely';
import { type Sensitivity, sensitivityValues } from '../agenda/appointment.ts';
import type { Reason, Slot, SlotForwarding } from '../presence/presence.ts';
import type { Executor } from '../store/database.ts';
import { pausesOfPhones } from '../telephony/trust/pauses.queries.ts';
import { type Pause, strongest } from '../telephony/trust/pauses.ts';

const keyOf = (userId: string, uid: string, occurrence: string) => `${userId}\n${uid}\n${occurrence}`;

/** What an appointment says that is the reason of somebody's presence. */
export interface Subject {
  title: string;
  /** The strictest of all its copies. */
  sensitivity: Sensitivity;
}

/** Who asks keeps to it whom a subject is for (agenda/privacy.ts). */
export type SubjectOf = (userId: string, reason: Reason) => Subject | undefined;

export async function subjectsOf(
  db: Executor,
  wanted: readonly { userId: string; reason: Reason }[],
): Promise<SubjectOf> {
  const named = wanted.flatMap(({ userId, reason: { appointment } }) =>
    appointment ? [{ userId, uid: appointment.uid }] : [],
  );
  if (named.length === 0) return () => undefined;
  const { rows } = await sql<{ userId: string; uid: string; occurrence: string } & Subject>`
    select user_id as "userId", appointment.uid, occurrence, title, sensitivity
      from appointment
      join (select distinct * from unnest(${named.map(({ userId }) => userId)}::uuid[],
                                          ${named.map(({ uid }) => uid)}::text[]) as named (owner_id, uid)) as named
        on user_id = owner_id and appointment.uid = named.uid`.execute(db);
  const subjects = new Map<string, Subject>();
  for (const { userId, uid, occurrence, title, sensitivity } of rows) {
    const key = keyOf(userId, uid, occurrence);
    const known = subjects.get(key);
    subjects.set(key, {
      title: known?.title || title,
      sensitivity: known && isStricter(known.sensitivity, sensitivity) ? known.sensitivity : sensitivity,
    });
  }
  return (userId, { appointment }) =>
    appointment && subjects.get(keyOf(userId, appointment.uid, appointment.occurrence));
}

const isStricter = (a: Sensitivity, b: Sensitivity) => sensitivityValues.indexOf(a) > sensitivityValues.indexOf(b);

/** Who made a choice by hand for somebody else. */
export interface SetBy {
  id: string;
  displayName: string;
}

/** Who made the choices by hand that are reasons, where it wasn't the user. Nobody for whom it was that is gone since. */
export async function settersOf(
  db: Executor,
  reasons: readonly Reason[],
): Promise<(reason: Reason) => SetBy | undefined> {
  const ids = new Set(reasons.flatMap(({ setBy }) => setBy ?? []));
  if (ids.size === 0) return () => undefined;
  const rows = await db
    .selectFrom('users')
    .select(['id', 'display_name as displayName'])
    .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
    .execute();
  const setters = new Map(rows.map((row) => [row.id, row]));
  return ({ setBy }) => setters.get(setBy ?? '');
}

export interface PhoneRow {
  extensionId: string;
  extension: string;
  phoneSystem: string;
  slot: Slot;
  phase: 'idle' | 'intent' | 'applied' | 'overridden' | 'restoring';
  desired: SlotForwarding;
  actual: SlotForwarding | null;
  actualAt: Temporal.Instant | null;
  error: string | null;
  systemMode: 'active' | 'observe' | 'paused';
  /** The pause that is in force for the phone. */
  pause: Pause | null;
}

/** Each extension with its slot "always", and the others where something of ours is or fails. */
export async function phonesOf(db: Executor, userIds: readonly string[]): Promise<Map<string, PhoneRow[]>> {
  const rows = await db
    .selectFrom('extension')
    .innerJoin('phone_system', 'phone_system.id', 'extension.phone_system_id')
    .leftJoin('forwarding_record as record', 'record.extension_id', 'extension.id')
    .select([
      'extension.user_id',
      'extension.id as extensionId',
      'extension.number as extension',
      'phone_system.name as phoneSystem',
      'phone_system.mode as systemMode',
      'phone_system.error_message as systemError',
      'record.slot',
      'record.phase',
      'record.desired',
      'record.actual',
      'record.actual_at',
      'record.error_message as error',
    ])
    .where('extension.user_id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .where(
      sql<boolean>`coalesce(record.slot, 'always') = 'always' or record.phase <> 'idle' or record.error_message is not null`,
    )
    .orderBy('extension.number')
    .orderBy('record.slot')
    .execute();
  const pauses = await pausesOfPhones(db, userIds);
  const phones = new Map<string, PhoneRow[]>();
  for (const row of rows) {
    const phone: PhoneRow = {
      extensionId: row.extensionId,
      extension: row.extension,
      phoneSystem: row.phoneSystem,
      slot: row.slot ?? 'always',
      phase: row.phase ?? 'idle',
      desired: row.desired ?? { mode: 'off', target: null },
      actual: row.actual,
      actualAt: row.actual_at,
      error: row.error ?? row.systemError,
      systemMode: row.systemMode,
      pause: strongest(pauses.get(row.extensionId) ?? []),
    };
    phones.set(row.user_id, [...(phones.get(row.user_id) ?? []), phone]);
  }
  return phones;
}

/** What the presence pages show beside presence itself: the titles of its reasons, the user's phones. */
import { sql } from 'kysely';
import type { Forwarding, Reason } from '../presence/presence.ts';
import type { Executor } from '../store/database.ts';

const keyOf = (uid: string, occurrence: string) => `${uid}\n${occurrence}`;

/** Titles of the user's own appointments that are reasons. */
export async function titlesOf(
  db: Executor,
  userId: string,
  reasons: readonly Reason[],
): Promise<(reason: Reason) => string | undefined> {
  const appointments = reasons.flatMap(({ appointment }) => (appointment ? [appointment] : []));
  if (appointments.length === 0) return () => undefined;
  const rows = await db
    .selectFrom('appointment')
    .select(['uid', 'occurrence', 'title'])
    .distinct()
    .where('user_id', '=', userId)
    .where('uid', '=', sql<string>`any(${[...new Set(appointments.map(({ uid }) => uid))]}::text[])`)
    .execute();
  const titles = new Map(rows.map(({ uid, occurrence, title }) => [keyOf(uid, occurrence), title]));
  return ({ appointment }) =>
    appointment ? titles.get(keyOf(appointment.uid, appointment.occurrence)) || undefined : undefined;
}

export interface PhoneRow {
  extensionId: string;
  extension: string;
  phoneSystem: string;
  phase: 'idle' | 'intent' | 'applied' | 'overridden' | 'restoring';
  desired: Forwarding;
  actual: Forwarding | null;
  actualAt: Temporal.Instant | null;
  error: string | null;
}

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
      'phone_system.error_message as systemError',
      'record.phase',
      'record.desired',
      'record.actual',
      'record.actual_at',
      'record.error_message as error',
    ])
    .where('extension.user_id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .orderBy('extension.number')
    .execute();
  const phones = new Map<string, PhoneRow[]>();
  for (const row of rows) {
    const phone: PhoneRow = {
      extensionId: row.extensionId,
      extension: row.extension,
      phoneSystem: row.phoneSystem,
      phase: row.phase ?? 'idle',
      desired: row.desired ?? { mode: 'off', target: null },
      actual: row.actual,
      actualAt: row.actual_at,
      error: row.error ?? row.systemError,
    };
    phones.set(row.user_id, [...(phones.get(row.user_id) ?? []), phone]);
  }
  return phones;
}

/** The forwarding log as people read it. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import type { ForwardingLogEvent } from '../../telephony/forwarding-log.ts';

const selectEntries = (db: Executor) =>
  db
    .selectFrom('forwarding_log as log')
    .leftJoin('extension', 'extension.id', 'log.extension_id')
    .leftJoin('phone_system', 'phone_system.id', 'extension.phone_system_id')
    .select([
      'log.id',
      'log.at',
      'log.event',
      'log.detail',
      'log.user_id as userId',
      'phone_system.name as phoneSystem',
    ])
    // Of one that is gone, as it was then.
    .select(({ fn }) =>
      fn.coalesce('extension.number', 'log.number', sql<string>`log.detail ->> 'extension'`).as('extension'),
    );

type Row = Awaited<ReturnType<ReturnType<typeof selectEntries>['execute']>>[number];

export interface ForwardingLogEntry {
  id: number;
  at: Temporal.Instant;
  event: ForwardingLogEvent;
  extension: string | null;
  phoneSystem: string | null;
  detail: Record<string, unknown>;
}

const toEntry = ({ id, at, event, detail, extension, phoneSystem }: Row): ForwardingLogEntry => ({
  id,
  at,
  event,
  extension,
  phoneSystem,
  detail: (detail ?? {}) as Record<string, unknown>,
});

/** The newest first. @param before an entry's id, for the page after it. */
export async function forwardingLogOf(
  db: Executor,
  userId: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<ForwardingLogEntry[]> {
  let query = selectEntries(db).where('log.user_id', '=', userId);
  if (before !== undefined) query = query.where('log.id', '<', before);
  return (await query.orderBy('log.id', 'desc').limit(limit).execute()).map(toEntry);
}

export async function lastForwardingEntry(db: Executor): Promise<number> {
  const row = await db
    .selectFrom('forwarding_log')
    .select(({ fn }) => fn.max('id').as('id'))
    .executeTakeFirst();
  return row?.id ?? 0;
}

/** The oldest first, those that concern a user. */
export async function forwardingEntriesAfter(
  db: Executor,
  id: number,
): Promise<{ userId: string; entry: ForwardingLogEntry }[]> {
  const rows = await selectEntries(db)
    .where('log.id', '>', id)
    .where('log.user_id', 'is not', null)
    .orderBy('log.id')
    .limit(5_000)
    .execute();
  return rows.map((row) => ({ userId: row.userId!, entry: toEntry(row) }));
}

/**
 * A user's presence as it was: what was in force and told, from the outbox of changes. Only the user sees it, and only as
 * far back as the group's privacy settings say; what is older is deleted (upkeep.ts).
 */
import { sql } from 'kysely';
import type { Interval } from '../agenda/appointment.ts';
import { privacySettingsOf } from '../agenda/privacy-settings.ts';
import type { Executor } from '../store/database.ts';
import { type ForwardingRow, forwardingOfRow, type Reason, type Segment, type Status } from './presence.ts';

/** A change as the outbox keeps it. */
export interface PastChange extends Omit<Segment, 'start' | 'end'> {
  since: Temporal.Instant;
  /** As it was known then; null: open. */
  until: Temporal.Instant | null;
}

/**
 * The segments that the changes (of one user, in their order) made within the interval. Each lasted until a later one
 * began, the last one until `now` at most. A change that only learned another end is the same segment, and one that was
 * found to have begun earlier takes that time from those before it. Pure.
 */
export function segmentsOf(changes: readonly PastChange[], interval: Interval, now: Temporal.Instant): Segment[] {
  const segments: Segment[] = [];
  let end = earlier(interval.to, now);
  for (const { since, until: _, ...segment } of changes.toReversed()) {
    const start = later(since, interval.from);
    if (isBefore(start, end)) segments.push({ ...segment, start, end });
    end = earlier(end, since);
  }
  return segments.reverse();
}

const isBefore = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) < 0;
const earlier = (a: Temporal.Instant, b: Temporal.Instant) => (isBefore(b, a) ? b : a);
const later = (a: Temporal.Instant, b: Temporal.Instant) => (isBefore(a, b) ? b : a);

interface Row extends ForwardingRow {
  status: Status;
  profile_id: string | null;
  note: string | null;
  reason: Reason;
  since: Temporal.Instant;
  until: Temporal.Instant | null;
}

/** What of the interval is kept, up to `now`. Empty for an unknown user. */
export async function historyOf(
  executor: Executor,
  userId: string,
  interval: Interval,
  now: Temporal.Instant,
): Promise<{ keptDays: number; segments: Segment[] }> {
  const group = await executor
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select('settings')
    .where('users.id', '=', userId)
    .executeTakeFirst();
  const keptDays = group ? privacySettingsOf(group.settings).historyDays : 0;
  // The setting counts at once, not when the rows are deleted.
  const from = later(interval.from, now.subtract({ hours: keptDays * 24 }));
  if (keptDays === 0 || !isBefore(from, interval.to)) return { keptDays, segments: [] };
  const { rows } = await sql<Row>`
    select status, profile_id, note, reason, since, until, forwarding_mode, forwarding_target, forwarding_busy,
           forwarding_unanswered from presence_change
     where user_id = ${userId}::uuid and since < ${interval.to}
       and number >= coalesce((select max(number) from presence_change
                                where user_id = ${userId}::uuid and since <= ${from}), 0)
     order by number`.execute(executor);
  const changes = rows.map((row) => ({
    ...{ status: row.status, profileId: row.profile_id, note: row.note, reason: row.reason },
    ...{ since: row.since, until: row.until },
    forwarding: forwardingOfRow(row),
  }));
  return { keptDays, segments: segmentsOf(changes, { from, to: interval.to }, now) };
}

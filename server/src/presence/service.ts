/** Presence as people and programs ask for it. Who may see which part of it is the asker's affair (api/). */
import { sql } from 'kysely';
import type { Interval } from '../agenda/appointment.ts';
import type { Executor } from '../store/database.ts';
import { loadInputs } from './inputs.queries.ts';
import {
  type Forwarding,
  type ForwardingRow,
  forwardingOfRow,
  type Reason,
  type Segment,
  type Status,
} from './presence.ts';
import { type StackEntry, stackAt } from './stack.ts';
import { asExpected, timeline } from './timeline.ts';

export interface Presence {
  userId: string;
  /** Shown name, for notes that speak of it. */
  userName: string;
  status: Status;
  profile: { id: string; name: string } | null;
  note: string | null;
  since: Temporal.Instant;
  /** null: until something changes. */
  until: Temporal.Instant | null;
  /** Without a title: who may read it looks the appointment up by its key. */
  reason: Reason;
  forwarding: Forwarding;
  /** Of the change that brought it (changes.ts); 0 where nothing has changed yet. */
  changeNumber: number;
}

interface Row extends ForwardingRow {
  user_id: string;
  user_name: string;
  status: Status;
  profile_id: string | null;
  profile_name: string | null;
  note: string | null;
  since: Temporal.Instant;
  until: Temporal.Instant | null;
  reason: Reason;
  change_number: number;
}

/** The presence in force, as it was last activated and told, in the order of the ids; unknown users are left out. */
export async function presenceOf(executor: Executor, userIds: readonly string[]): Promise<Presence[]> {
  const { rows } = await sql<Row>`
    select users.id as user_id, users.display_name as user_name,
           coalesce(state.status, 'available') as status, state.profile_id,
           profile.name as profile_name, state.note, coalesce(state.since, users.created_at) as since, state.until,
           coalesce(state.reason, '{"origin":"default"}') as reason,
           coalesce(state.forwarding_mode, 'off') as forwarding_mode, state.forwarding_target,
           state.forwarding_busy, state.forwarding_unanswered,
           coalesce(state.change_number, 0) as change_number
      from unnest(${[...userIds]}::uuid[]) with ordinality as asked (user_id, position)
      join users on users.id = asked.user_id
      left join presence_state state on state.user_id = users.id
      left join profile on profile.id = state.profile_id
     order by asked.position`.execute(executor);
  return rows.map((row) => ({
    userId: row.user_id,
    userName: row.user_name,
    status: row.status,
    profile: row.profile_id && row.profile_name !== null ? { id: row.profile_id, name: row.profile_name } : null,
    note: row.note,
    since: row.since,
    until: row.until,
    reason: row.reason,
    forwarding: forwardingOfRow(row),
    changeNumber: row.change_number,
  }));
}

/**
 * The user's presence over the interval, computed from what is known now: the future as the calendar stands and as if
 * whatever holds a lease renewed it, the past as it would be with today's calendar and settings. Empty for an unknown user
 * and for an empty interval.
 */
export async function timelineOf(
  executor: Executor,
  userId: string,
  interval: Interval,
  now: Temporal.Instant = Temporal.Now.instant(),
): Promise<Segment[]> {
  const inputs = (await loadInputs(executor, [userId], interval)).get(userId);
  return inputs ? timeline(asExpected(inputs, now.epochMilliseconds), interval) : [];
}

/** All claims on the user's presence, now and until `until`; null for an unknown user. */
export async function stackOf(
  executor: Executor,
  userId: string,
  now: Temporal.Instant,
  until: Temporal.Instant,
): Promise<StackEntry[] | null> {
  const inputs = (await loadInputs(executor, [userId], { from: now, to: until })).get(userId);
  return inputs ? stackAt(inputs, now.epochMilliseconds, until.epochMilliseconds) : null;
}

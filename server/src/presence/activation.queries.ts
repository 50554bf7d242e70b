/**
 * The statements of activation. Instants are epoch milliseconds in and out: the clock rounded down and due times rounded
 * up, so that nothing is taken for due before the database takes it for due.
 */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { changeNumberLock, presenceChannel } from './changes.ts';
import type { Plan, StoredState } from './plan.ts';
import { type ForwardingRow, forwardingOfRow, type Reason, type Status } from './presence.ts';

/** Tells the reconcilers that forwarding_record has rows that are due. */
export const forwardingChannel = 'forwarding';

/** What the database's clock says, and when the first row is due (null: there are none). */
export async function clockAndNextDue(executor: Executor): Promise<{ clock: number; nextDue: number | null }> {
  const { rows } = await sql<{ clock: number; nextDue: number | null }>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as clock,
           (select ceil(extract(epoch from min(next_due_at)) * 1000)::float8 from presence_state) as "nextDue"
  `.execute(executor);
  return rows[0]!;
}

/** Whether there are users whose presence has to change and hasn't yet. */
export async function anybodyDue(executor: Executor): Promise<boolean> {
  const { clock, nextDue } = await clockAndNextDue(executor);
  return nextDue !== null && nextDue <= clock;
}

/**
 * Locks up to `limit` users that are due, the longest waiting first, until the transaction ends. Those that another
 * process has locked are passed over: it is at work on them, or is just marking them due again.
 */
export async function claimDue(
  executor: Executor,
  limit: number,
): Promise<{ clock: number; claimed: Array<{ userId: string; revision: number }> }> {
  const { rows } = await sql<{ clock: number; user_id: string; revision: number }>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as clock, user_id, revision::float8 as revision
      from presence_state where next_due_at <= (select clock_timestamp()) -- once, so that the index can be asked
     order by next_due_at limit ${limit} for update skip locked`.execute(executor);
  return {
    clock: rows.reduce((latest, row) => Math.max(latest, row.clock), 0),
    claimed: rows.map((row) => ({ userId: row.user_id, revision: row.revision })),
  };
}

interface StateRow extends ForwardingRow {
  user_id: string;
  revision: number;
  due: number;
  status: Status;
  profile_id: string | null;
  note: string | null;
  reason: Reason;
  since: number;
  until: number | null;
}

const stateColumns = sql`
  user_id, revision::float8 as revision, ceil(extract(epoch from next_due_at) * 1000)::float8 as due,
  status, profile_id, note, reason, (extract(epoch from since) * 1000)::float8 as since,
  (extract(epoch from until) * 1000)::float8 as until, forwarding_mode, forwarding_target,
  forwarding_busy, forwarding_unanswered`;

const toState = (row: StateRow): StoredState => ({
  userId: row.user_id,
  revision: row.revision,
  due: row.due,
  status: row.status,
  profileId: row.profile_id,
  note: row.note,
  reason: row.reason,
  since: row.since,
  until: row.until,
  forwarding: forwardingOfRow(row),
});

export async function statesOf(executor: Executor, userIds: readonly string[]): Promise<StoredState[]> {
  const { rows } = await sql<StateRow>`
    select ${stateColumns} from presence_state where user_id = any(${[...userIds]}::uuid[])`.execute(executor);
  return rows.map(toState);
}

/** Where a walk through the rows in order of due time has got to. */
export interface DuePosition {
  due: number;
  userId: string;
}

/** The next `limit` rows after the position that are due at the latest at `until`, in order. */
export async function statesDueAfter(
  executor: Executor,
  { due, userId }: DuePosition,
  until: number,
  limit: number,
): Promise<StoredState[]> {
  const { rows } = await sql<StateRow>`
    select ${stateColumns} from presence_state
     where (next_due_at, user_id) > (to_timestamp(${due}::float8 / 1000), ${userId}::uuid)
       and next_due_at <= to_timestamp(${until}::float8 / 1000)
     order by next_due_at, user_id limit ${limit}`.execute(executor);
  return rows.map(toState);
}

/**
 * Writes the plans of users that `claimDue` has locked, and all that follows from them, in one statement: the segments,
 * the numbered changes, the extensions whose forwarding is to be looked at, and who is told when this commits. It waits
 * for its numbers itself, with all that it needs at hand, until whoever has taken some before has committed.
 */
export async function writePlans(executor: Executor, plans: readonly Plan[]): Promise<void> {
  const column = <Value>(value: (plan: Plan) => Value) => plans.map(value);
  await sql`
    with locked as materialized (
      select pg_advisory_xact_lock(${changeNumberLock}::bigint) -- held until the transaction ends
    ), plan as materialized (
      select given.*, case when changed then nextval('presence_change_number') end as number
        from locked, unnest(
          ${column((plan) => plan.userId)}::uuid[], ${column((plan) => plan.status)}::text[],
          ${column((plan) => plan.profileId)}::uuid[], ${column((plan) => plan.note)}::text[],
          ${column((plan) => JSON.stringify(plan.reason))}::text[],
          ${column((plan) => plan.since)}::float8[], ${column((plan) => plan.until)}::float8[],
          ${column((plan) => plan.forwarding.mode)}::text[], ${column((plan) => plan.forwarding.target)}::text[],
          ${column((plan) => plan.forwarding.busy)}::text[], ${column((plan) => plan.forwarding.unanswered)}::text[],
          ${column((plan) => plan.nextDue)}::float8[], ${column((plan) => plan.settingsRevision)}::bigint[],
          ${column((plan) => plan.changed)}::boolean[], ${column((plan) => plan.changedSlots.join(' '))}::text[],
          ${column((plan) => plan.foreseen)}::boolean[]
        ) as given (user_id, status, profile_id, note, reason, since, until, mode, target, busy, unanswered, next_due,
                    settings_revision, changed, changed_slots, foreseen)
    ), state as (
      update presence_state set
        status = plan.status, profile_id = plan.profile_id, note = plan.note, reason = plan.reason::jsonb,
        since = to_timestamp(plan.since / 1000), until = to_timestamp(plan.until / 1000),
        forwarding_mode = plan.mode, forwarding_target = plan.target, forwarding_busy = plan.busy,
        forwarding_unanswered = plan.unanswered,
        next_due_at = to_timestamp(plan.next_due / 1000), revision = presence_state.revision + 1,
        settings_revision = plan.settings_revision, change_number = coalesce(plan.number, change_number)
      from plan where presence_state.user_id = plan.user_id
    ), change as (
      insert into presence_change (number, user_id, status, profile_id, note, reason, since, until,
                                   forwarding_mode, forwarding_target, forwarding_busy, forwarding_unanswered)
      select number, user_id, status, profile_id, note, reason::jsonb, to_timestamp(since / 1000),
             to_timestamp(until / 1000), mode, target, busy, unanswered
        from plan where changed
    ), record as (
      insert into forwarding_record (extension_id, slot, due_at, unplanned)
      select extension.id, slot, now(), not foreseen
        from plan join extension using (user_id) cross join unnest(string_to_array(changed_slots, ' ')) as slot
       order by extension.id, slot -- as the reconciler locks them
      on conflict (extension_id, slot) do update
         set due_at = excluded.due_at, unplanned = excluded.unplanned
    )
    select case when max(number) is not null then pg_notify(${presenceChannel}, max(number)::text) end,
           case when bool_or(changed_slots <> '') then pg_notify(${forwardingChannel}, '') end
      from plan`.execute(executor);

  const ended = plans.flatMap((plan) => plan.endedClaims);
  if (ended.length > 0)
    await sql`
      update claim set ends_at = to_timestamp(ended.at / 1000)
        from unnest(${ended.map(({ id }) => id)}::bigint[], ${ended.map(({ end }) => end)}::float8[]) as ended (id, at)
       where claim.id = ended.id and claim.ends_at is null`.execute(executor);
}

/** Looks at users whose presence can't be computed again in a minute; they keep what they have. */
export async function postpone(executor: Executor, userIds: readonly string[]): Promise<void> {
  await sql`
    update presence_state set next_due_at = now() + interval '1 minute', revision = presence_state.revision + 1,
           settings_revision = configuration_group.settings_revision
      from users join configuration_group on configuration_group.id = users.group_id
     where users.id = presence_state.user_id and presence_state.user_id = any(${[...userIds]}::uuid[])`.execute(
    executor,
  );
}

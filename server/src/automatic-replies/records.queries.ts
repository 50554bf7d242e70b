/**
 * Automatic replies as a work queue, and what is on record of them. The lease is the ACCOUNT's, because whoever uses a
 * user's grant may have to renew it; everything by the database's clock.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Database, Executor } from '../store/database.ts';
import { LeaseLost } from '../sync/faults.ts';
import { holdLease, leaseSeconds } from '../sync/lease.queries.ts';
import { personGivesBack } from '../telephony/trust/pauses.sql.ts';
import type { RepliesPhase, RepliesRecord } from './decide.ts';
import { repliesArePaused } from './pause.ts';
import { repliesOf, type StoredReplies, storedReplies } from './replies.ts';

/**
 * Of `account a`, `users u`, `configuration_group g` and `automatic_replies r` (which may be missing): the settings and
 * whoever pauses or removes let there be replies, if somebody is away.
 */
const allowed = sql`(
  coalesce(g.settings #>> array['synchronization', a.kind, 'automaticReplies'] = 'true', false)
  and u.active and a.status <> 'resting' and a.leaving_at is null and r.released_at is null and not ${personGivesBack}
  and not ${repliesArePaused})`;
/** Paused and left as it is: neither read nor written, unless what lets us in is about to go. */
const held = sql`((u.forwarding_pause is not null or g.forwarding_pause is not null) and not ${personGivesBack}
  and u.active and a.leaving_at is null and r.released_at is null)`;

/** As absence.ts says it, without calls: this only finds who has to be looked at. */
const seemsAway = sql`(p.status = 'outOfOffice' and p.reason ->> 'origin' in ('manual', 'appointment', 'api'))`;

/** The number of the last change of presence: in the order of commit, so all that are lower can be seen too. */
export async function lastPresenceChange(db: Executor): Promise<number> {
  const { rows } = await sql<{ number: number }>`
    select coalesce(max(number), 0)::float8 as number from presence_change`.execute(db);
  return rows[0]!.number;
}

/**
 * Has those looked at whose presence has changed since they were, or to whom something else has happened. What failed
 * comes back when its back-off says so.
 * @param since only users whose presence has a change with a higher number; null: everybody, which costs a walk through
 *   the mailboxes of the groups that want it.
 */
export async function findDue(db: Database, kinds: readonly string[], since: number | null): Promise<void> {
  const concerned =
    since === null ? sql`` : sql`and u.id in (select user_id from presence_change where number > ${since})`;
  await sql`
    insert into automatic_replies (account_id, due_at)
    select a.id, now()
      from account a
      join users u on u.id = a.user_id
      join configuration_group g on g.id = u.group_id
      join presence_state p on p.user_id = u.id
      left join automatic_replies r on r.account_id = a.id
     where a.kind = any(${[...kinds]}::text[])
       and (r.account_id is null or (r.failures = 0 and (r.due_at is null or r.due_at > now())))
       and not ${held} ${concerned}
       and (case when coalesce(r.phase, 'idle') = 'idle'
                 then ${seemsAway} and r.seen_number is distinct from p.change_number and ${allowed}
                 else r.seen_number <> p.change_number or (r.phase <> 'restoring' and not ${allowed}) end)
     order by a.id
    on conflict (account_id) do update set due_at = now()`.execute(db);
}

/** A mailbox whose account this process has the lease of. */
export interface ClaimedReplies {
  id: string;
  /** Names this claim and no other. */
  lease: string;
  userId: string;
  kind: string;
  origin: 'user' | 'group';
  settings: Record<string, unknown>;
  secret: string | null;
  applicationId: string | null;
  exchangeServerId: string | null;
  groupSettings: Record<string, unknown>;
  owner: { name: string; language: 'en' | 'de'; timeZone: string };
  record: RepliesRecord;
  failures: number;
  /** Of the presence that is in force. */
  changeNumber: number;
  /** As of `allowed`, and this is the mailbox that speaks for its user. */
  allowed: boolean;
  held: boolean;
  /** As it was when claimed: who has made it due since has news. */
  dueSeen: string;
}

interface Row extends Omit<ClaimedReplies, 'record' | 'owner'> {
  phase: RepliesPhase;
  written: StoredReplies[];
  previous: StoredReplies | null;
  wish: string | null;
  until: Temporal.Instant | null;
  settleAt: Temporal.Instant | null;
  name: string;
  language: 'en' | 'de';
  timeZone: string;
}

/**
 * Of a user with several mailboxes one speaks for the user: the one that does already, else the one that the group has
 * read, else the one at the user's address. On `account a`, `users u`, `configuration_group g`.
 */
const speaks = (kinds: readonly string[]): RawBuilder<unknown> => sql`(a.id = (
  select other.id from account other left join automatic_replies of_other on of_other.account_id = other.id
   where other.user_id = u.id and other.kind = any(${[...kinds]}::text[]) and other.status <> 'resting'
     and g.settings #>> array['synchronization', other.kind, 'automaticReplies'] = 'true'
   order by coalesce(of_other.phase, 'idle') = 'idle', other.origin, lower(other.settings ->> 'mailbox') <> lower(u.email),
            other.created_at, other.id
   limit 1))`;

/** Those that are due, the longest waiting first, unless somebody is at work on their account. */
export async function claimReplies(
  db: Executor,
  processName: string,
  kinds: readonly string[],
  limit: number,
): Promise<ClaimedReplies[]> {
  const { rows } = await sql<Row>`
    with due as materialized (
      select a.id from automatic_replies r join account a on a.id = r.account_id
       where r.due_at <= now() and a.kind = any(${[...kinds]}::text[])
         and (a.leased_until is null or a.leased_until < now())
       order by r.due_at limit ${limit} for update of a skip locked),
    leased as (
      update account set leased_until = now() + make_interval(secs => ${leaseSeconds}),
             leased_by = ${processName} || '/' || gen_random_uuid()
       where id in (select id from due) returning id, leased_by)
    select a.id, leased.leased_by as lease, a.user_id as "userId", a.kind, a.origin, a.settings, a.secret,
           a.application_id as "applicationId", a.exchange_server_id as "exchangeServerId",
           g.settings as "groupSettings", u.display_name as name, u.language, u.time_zone as "timeZone",
           r.phase, r.written, r.previous, r.wish, r.until, r.settle_at as "settleAt", r.failures,
           coalesce(p.change_number, 0)::float8 as "changeNumber", ${held} as held, r.due_at::text as "dueSeen",
           ${allowed} and ${speaks(kinds)} as allowed
      from leased join account a on a.id = leased.id
      join automatic_replies r on r.account_id = a.id
      join users u on u.id = a.user_id
      join configuration_group g on g.id = u.group_id
      left join presence_state p on p.user_id = u.id`.execute(db);
  return rows.map(({ phase, written, previous, wish, until, settleAt, name, language, timeZone, ...row }) => ({
    ...row,
    owner: { name, language, timeZone },
    record: {
      ...{ phase, wish, until, settleAt, written: written.map(repliesOf) },
      previous: previous && repliesOf(previous),
    },
  }));
}

export interface RepliesFault {
  errorClass: string;
  message: string;
}

/** What came of it. */
export interface RepliesOutcome {
  fault: RepliesFault | null;
  /** Whether it was held against the presence that is in force. */
  seen: boolean;
  failures: number;
  /** Milliseconds from now; null: when something happens. */
  dueInMs: number | null;
}

/**
 * Durable when it resolves, with the lease proved and prolonged; or nothing is written.
 * @param outcome left out: the work goes on.
 * @throws LeaseLost
 */
export async function saveReplies(
  db: Database,
  { id, lease, changeNumber, dueSeen }: ClaimedReplies,
  record: RepliesRecord | null,
  outcome?: RepliesOutcome,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, id, lease))) throw new LeaseLost();
    await sql`
      update account set leased_until = now() + make_interval(secs => ${leaseSeconds}) where id = ${id}::uuid`.execute(
      transaction,
    );
    if (record) await saveRecord(transaction, id, record);
    if (!outcome) return;
    const { fault, seen, failures, dueInMs } = outcome;
    await sql`
      update automatic_replies
         set failures = ${failures}, error_class = ${fault?.errorClass ?? null}, error_message = ${fault?.message ?? null},
             seen_number = case when ${seen} then ${changeNumber}::bigint else seen_number end,
             due_at = case when due_at::text = ${dueSeen}
                           then now() + make_interval(secs => ${dueInMs === null ? null : dueInMs / 1000}::float8)
                           else due_at end
       where account_id = ${id}::uuid`.execute(transaction);
    await sql`select pg_notify('account', ${id})`.execute(transaction);
  });
}

async function saveRecord(transaction: Executor, id: string, record: RepliesRecord): Promise<void> {
  const { phase, written, previous, wish, until, settleAt } = record;
  await sql`
    update automatic_replies
       set phase_since = case when phase = ${phase} then phase_since else now() end, phase = ${phase},
           written = ${JSON.stringify(written.map(storedReplies))}::jsonb,
           previous = ${previous && JSON.stringify(storedReplies(previous))}::jsonb,
           wish = ${wish}, until = ${until}, settle_at = ${settleAt}, updated_at = now()
     where account_id = ${id}::uuid`.execute(transaction);
}

/** Milliseconds until the next is due or its dead holder's lease runs out; null when none is. */
export async function nextRepliesIn(db: Executor, kinds: readonly string[]): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from min(r.due_at) - now())::float8 as seconds
      from automatic_replies r join account a on a.id = r.account_id
     where a.kind = any(${[...kinds]}::text[])`.execute(db);
  const seconds = rows[0]?.seconds ?? null;
  return seconds === null ? null : Math.max(0, seconds * 1000);
}

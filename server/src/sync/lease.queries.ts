/**
 * Accounts as a work queue: due_at says when, leased_until and leased_by say who is at it. Everything by the database's
 * clock, so processes whose clocks differ or jump agree.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { type RestReason, restMessages } from './rest.ts';

/** A process that dies gives its accounts back after this; renewing more often than every third of it is enough. */
export const leaseSeconds = 20;

export interface LeasedAccount {
  id: string;
  userId: string;
  kind: string;
  /** group: the group's settings made it. */
  origin: 'user' | 'group';
  name: string;
  settings: Record<string, unknown>;
  secret: string | null;
  /** The Graph application by which it is read. */
  applicationId: string | null;
  /** The Exchange server by which it is read. */
  exchangeServerId: string | null;
  /** Whether somebody tells by a held connection when it changes (watching.ts). */
  watched: boolean;
  failures: number;
  errorClass: string | null;
  /** As it was when claimed; when it differs at release somebody asked for another pull meanwhile. */
  dueAt: string;
  discoveredAt: Temporal.Instant | null;
  /** Whether the last discovery didn't list one of its calendars. */
  missesCalendar: boolean;
  /** Names this claim and no other. */
  lease: string;
  /** True when the process that had it before went away without giving it back. */
  takenOver: boolean;
  timeZone: string;
  email: string;
  groupSettings: Record<string, unknown>;
  /** The database's. */
  now: Temporal.Instant;
}

/** How many accounts may be claimed. */
export interface Places {
  free: number;
  /** Of these, how many may be taken by accounts whose last pull failed. */
  failingToo: number;
}

/** Not of those who may not sign in: they are deactivated or leaving. */
const isRead = sql`exists (select from users where id = account.user_id and active)`;

/**
 * Claims due accounts, the longest due first; those that failed last time only after all others.
 * @param busy accounts this process is at work on already: its own lease may have run out while it was too busy to
 *   renew it, and must not be claimed beside itself.
 * @param only claims this account, due or not, unless somebody else holds it.
 */
export async function claimAccounts(
  executor: Executor,
  processName: string,
  places: Places,
  busy: readonly string[],
  only?: string,
): Promise<LeasedAccount[]> {
  const wanted = only === undefined ? sql`due_at <= now() and id <> all(${busy}::uuid[])` : sql`id = ${only}::uuid`;
  const dueAnd = (condition: RawBuilder<unknown>, limit: RawBuilder<unknown>) => sql`
      select id, leased_by is not null as taken_over from account
       where ${wanted} and ${isRead} and ${condition} and (leased_until is null or leased_until < now())
       order by due_at limit ${limit} for update skip locked`;
  const { rows } = await sql<LeasedAccount>`
    with healthy as (${dueAnd(sql`failures = 0`, sql`${places.free}::int`)}),
    failing as (${dueAnd(
      sql`failures > 0`,
      sql`least(${places.failingToo}::int, ${places.free}::int - (select count(*) from healthy)::int)`,
    )}),
    due as (select * from healthy union all select * from failing)
    update account set leased_until = now() + make_interval(secs => ${leaseSeconds}),
           leased_by = ${processName} || '/' || gen_random_uuid(), last_attempt_at = now(), failures = failures + due.taken_over::int
      from due, users, configuration_group
     where account.id = due.id and users.id = account.user_id and configuration_group.id = users.group_id
    returning account.id, account.user_id as "userId", account.kind, account.origin, account.name, account.settings, account.secret,
              account.application_id as "applicationId", account.exchange_server_id as "exchangeServerId",
              exists (select from exchange_server where id = account.exchange_server_id
                         and leased_by = account.watched_by and leased_until > now()) as "watched",
              failures, error_class as "errorClass", due_at::text as "dueAt", discovered_at as "discoveredAt",
              exists (select 1 from calendar where account_id = account.id and missing_since is not null)
                as "missesCalendar",
              leased_by as "lease", due.taken_over as "takenOver", users.time_zone as "timeZone", users.email,
              configuration_group.settings as "groupSettings", now() as "now"`.execute(executor);
  return rows;
}

/** Names of the leases that are still ours. */
export async function renewLeases(executor: Executor, leases: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ lease: string }>`
    update account set leased_until = now() + make_interval(secs => ${leaseSeconds})
     where leased_by = any(${leases}::text[]) returning leased_by as "lease"`.execute(executor);
  return new Set(rows.map((row) => row.lease));
}

/** Locks the account's row until the transaction ends; false when the lease is no longer ours. */
export async function holdLease(executor: Executor, accountId: string, lease: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from account where id = ${accountId}::uuid and leased_by = ${lease} for no key update`.execute(executor);
  return rows.length > 0;
}

/** Replaces the sealed secret, unless the lease is no longer ours. */
export async function keepSecret(
  executor: Executor,
  accountId: string,
  lease: string,
  sealed: string,
): Promise<boolean> {
  const { rows } = await sql`
    update account set secret = ${sealed} where id = ${accountId}::uuid and leased_by = ${lease} returning 1`.execute(
    executor,
  );
  return rows.length > 0;
}

/** Gives accounts back untouched: they stay due, another process may go on at once. */
export async function giveBackLeases(executor: Executor, leases: readonly string[]): Promise<void> {
  if (leases.length === 0) return;
  await sql`update account set leased_until = null, leased_by = null where leased_by = any(${leases}::text[])`.execute(
    executor,
  );
}

export interface Outcome {
  error: { errorClass: string; message: string } | null;
  /** Why it may not be read at all. */
  rests?: RestReason;
  /** For people: why it couldn't be read yet, where nothing is wrong with that. */
  waits?: string;
  failures: number;
  /** Milliseconds from now. */
  nextIn: number;
}

/** Ends a lease with what came of it, and tells watchers of the account when they would see something new. */
export async function releaseAccount(executor: Executor, account: LeasedAccount, outcome: Outcome): Promise<void> {
  const { error, rests, waits, failures, nextIn } = outcome;
  const status = rests ? 'resting' : waits ? 'new' : error ? 'failing' : 'ok';
  const message = rests ? restMessages[rests] : (waits ?? error?.message ?? null);
  await sql`
    with before as (select id, status, error_class, error_message from account where id = ${account.id}::uuid),
    released as (
      update account set status = ${status}, error_class = ${error?.errorClass ?? null},
             error_message = ${message}, rest_reason = ${rests ?? null}, failures = ${failures},
             last_success_at = case when ${status === 'ok'} then now() else last_success_at end,
             due_at = case when due_at = ${account.dueAt}::timestamptz
                           then now() + make_interval(secs => ${nextIn / 1000}) else due_at end,
             leased_until = null, leased_by = null
       where id = ${account.id}::uuid and leased_by = ${account.lease}
      returning id, status, error_class, error_message)
    select pg_notify('account', released.id::text) from released join before using (id)
     where (released.status, released.error_class, released.error_message)
           is distinct from (before.status, before.error_class, before.error_message)`.execute(executor);
}

/** Milliseconds until the next account becomes due or its dead holder's lease runs out; null when there is none. */
export async function nextDueIn(executor: Executor, busy: readonly string[]): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from min(greatest(due_at, leased_until)) - now())::float8 as seconds
      from account where id <> all(${busy}::uuid[]) and ${isRead}`.execute(executor);
  const seconds = rows[0]?.seconds ?? null;
  return seconds === null ? null : Math.max(0, seconds * 1000);
}

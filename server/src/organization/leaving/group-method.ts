/**
 * A group stops reading calendars in some way: its method is switched off, or a kind of account is no longer allowed. The
 * accounts concerned rest at once (sync/rest.ts) and what they had set on phones is given back. They are kept for a
 * week, because the setting may have been a slip; then their tokens are revoked and they are erased.
 */
import { sql } from 'kysely';
import { markDue } from '../../presence/due.ts';
import type { Database, Executor } from '../../store/database.ts';
import { retrying } from '../../store/retrying.ts';
import { emptyCalendars } from '../../sync/calendar.queries.ts';
import { restReasonOf, serverSideApplication, serverSideExchange, sortOfAccount } from '../../sync/rest.ts';
import { synchronizationSettingsOf } from '../../sync/settings.ts';
import { syncChannel } from '../../sync/sync.ts';
import { wish } from '../../telephony/wish.queries.ts';
import { type Actor, recordChange, systemActor } from '../audit.ts';
import { insertLeaving, type Leaving, readLeaving, runningLeaving, wakeLeavings } from './leaving.queries.ts';
import { plannedSteps } from './steps.ts';

/** How long accounts that rest are kept before they are erased. */
export const methodKeptFor = Temporal.Duration.from({ hours: 7 * 24 });

/** Whether a change of a group's settings lets other kinds rest. Pure. @param before, after in force for the group. */
export function restsOthers(before: Record<string, unknown>, after: Record<string, unknown>): boolean {
  const allowed = (settings: Record<string, unknown>) => {
    const values = synchronizationSettingsOf(settings);
    const { method, microsoft365, caldav, icalendar } = values;
    const own = [microsoft365.allowed, caldav.allowed, icalendar.allowed];
    const serverSide = [serverSideApplication(values) !== null, serverSideExchange(values) !== null];
    return JSON.stringify([method === 'off', ...serverSide, ...own]);
  };
  return allowed(before) !== allowed(after);
}

/**
 * Starts and ends the leavings of these groups by the settings that are in force for them. Run it in the transaction that
 * changed the settings.
 */
export async function alignMethodLeaving(
  transaction: Executor,
  groupIds: readonly string[],
  actor: Actor,
): Promise<void> {
  const { rows } = await sql<{ groupId: string; settings: Record<string, unknown>; sort: string; leaving: boolean }>`
    select distinct on (users.group_id, sort, leaving) users.group_id as "groupId", configuration_group.settings,
           ${sortOfAccount} as sort, account.leaving_at is not null as leaving
      from account
      join users on users.id = account.user_id
      join configuration_group on configuration_group.id = users.group_id
     where users.group_id = any(${[...groupIds]}::uuid[])
     order by users.group_id, sort, leaving`.execute(transaction);
  for (const [groupId, accounts] of Map.groupBy(rows, (row) => row.groupId)) {
    const settings = synchronizationSettingsOf(accounts[0]!.settings);
    const rests = ({ sort }: { sort: string }) => restReasonOf(sort, settings) !== null;
    const back = accounts.filter((account) => account.leaving && !rests(account)).map(({ sort }) => sort);
    if (back.length > 0) await keepMethodAccounts(transaction, groupId, back);
    const gone = accounts.filter((account) => !account.leaving && rests(account)).map(({ sort }) => sort);
    if (gone.length > 0) await startMethodLeaving(transaction, { groupId, kinds: gone }, actor);
    if (!accounts.some(rests)) await endMethodLeaving(transaction, groupId);
    else if (!(await runningLeaving(transaction, 'groupMethod', groupId)))
      await adopt(transaction, groupId, accounts.filter(rests), actor);
  }
}

/**
 * Whoever moves into a group that allows less brings accounts that rest there, and out of one takes some that were to
 * leave: both are found by looking, whoever moved them (an import, the company file). Where the removal was taken back
 * by hand all stay.
 */
export async function alignStrayAccounts(db: Database): Promise<void> {
  const { rows } = await sql<{ groupId: string; takenBack: boolean }>`
    select groups.*, last.state = 'cancelled' as "takenBack"
      from (select users.group_id as "groupId", bool_or(account.leaving_at is not null) as leaves
              from account join users on users.id = account.user_id
             where (account.status = 'resting' and account.leaving_at is null) or account.leaving_at is not null
             group by users.group_id) groups
      left join lateral (select state from leaving where kind = 'groupMethod' and subject_id = "groupId"
                          order by created_at desc limit 1) last on true
     where case last.state when 'cancelled' then leaves when 'running' then false else true end
        or exists (select from account join users on users.id = account.user_id
                    where users.group_id = "groupId" and last.state = 'running'
                      and account.status = 'resting' and account.leaving_at is null)`.execute(db);
  for (const { groupId, takenBack } of rows)
    await retrying(db, (transaction) =>
      takenBack ? keepMethodAccounts(transaction, groupId) : alignMethodLeaving(transaction, [groupId], systemActor),
    );
}

export interface LeavingMethod {
  groupId: string;
  /** Sorts of account (sync/rest.ts) that are no longer to be read. */
  kinds: readonly string[];
  keptFor?: Temporal.Duration;
}

/**
 * Run it in the transaction that changes the setting. Null when no account is concerned. One that is under way for the
 * group takes the further kinds in and begins anew, with its time.
 */
export async function startMethodLeaving(
  transaction: Executor,
  { groupId, kinds, keptFor = methodKeptFor }: LeavingMethod,
  actor: Actor,
): Promise<Leaving | null> {
  const { rows } = await sql<Touched>`
    update account set leaving_at = now()
     where leaving_at is null and user_id in (select id from users where group_id = ${groupId}::uuid)
       and ${sortOfAccount} = any(${[...kinds]}::text[])
    returning user_id as "userId", id as "accountId"`.execute(transaction);
  const under = await runningLeaving(transaction, 'groupMethod', groupId);
  if (rows.length === 0) return under;
  const detail = { erasedFrom: Temporal.Now.instant().add(keptFor).round('second').toString() };
  if (under) {
    await transaction
      .updateTable('leaving')
      .set({
        ...{ steps: JSON.stringify(plannedSteps('groupMethod')), detail: JSON.stringify(detail), failures: 0 },
        ...{ due_at: sql<Temporal.Instant>`now()`, leased_by: null, leased_until: null },
      })
      .where('id', '=', under.id)
      .execute();
    await wakeLeavings(transaction);
    return readLeaving(transaction, under.id);
  }
  const group = await transaction
    .selectFrom('configuration_group')
    .select(['name', 'location_id'])
    .where('id', '=', groupId)
    .executeTakeFirstOrThrow();
  const leaving = await insertLeaving(transaction, {
    ...{ kind: 'groupMethod', subjectId: groupId, subjectName: group.name, locationId: group.location_id },
    ...{ detail, requestedBy: actor.userId },
  });
  await recordChange(transaction, actor, {
    action: 'delete',
    subject: 'groupFunction',
    subjectId: groupId,
    subjectName: `${group.name}: synchronization`,
    locationId: group.location_id,
    after: { leaving: leaving.id, kinds: [...kinds], accounts: rows.length },
  });
  return leaving;
}

/** They were leaving with the group that their user has left; here they leave anew. */
async function adopt(
  transaction: Executor,
  groupId: string,
  accounts: readonly { sort: string }[],
  actor: Actor,
): Promise<void> {
  const kinds = accounts.map(({ sort }) => sort);
  await keepMethodAccounts(transaction, groupId, kinds);
  await startMethodLeaving(transaction, { groupId, kinds }, actor);
}

async function endMethodLeaving(transaction: Executor, groupId: string): Promise<void> {
  await sql`
    update leaving set state = 'cancelled', finished_at = now(), leased_by = null, leased_until = null
     where kind = 'groupMethod' and subject_id = ${groupId}::uuid and state = 'running'`.execute(transaction);
}

/** They stay; where the settings allow it they are read again. @param kinds sorts of account; all when left out. */
export async function keepMethodAccounts(
  transaction: Executor,
  groupId: string,
  kinds: readonly string[] | null = null,
): Promise<void> {
  await sql`
    update account set leaving_at = null, failures = 0, due_at = clock_timestamp()
     where leaving_at is not null and user_id in (select id from users where group_id = ${groupId}::uuid)
       and (${kinds === null} or ${sortOfAccount} = any(${[...(kinds ?? [])]}::text[]))`.execute(transaction);
  await sql`select pg_notify(${syncChannel}, '')`.execute(transaction);
}

/** From the commit on they are in nobody's agenda and presence; sync does the same, where it runs. */
export async function emptyMethodCalendars(transaction: Executor, groupId: string): Promise<void> {
  const { rows } = await sql<Touched & { id: string }>`
    select calendar.id, account.id as "accountId", account.user_id as "userId"
      from calendar join account on account.id = calendar.account_id join users on users.id = account.user_id
     where users.group_id = ${groupId}::uuid and account.leaving_at is not null and calendar.window_from is not null
     order by account.id, calendar.id for no key update of account`.execute(transaction);
  if (rows.length === 0) return;
  await emptyCalendars(
    transaction,
    rows.map(({ id }) => id),
  );
  await announce(transaction, rows);
}

/** Users of the group whose presence or phones don't say yet what they are to say without these accounts. */
export async function unsettledUsers(
  executor: Executor,
  groupId: string,
): Promise<{ displayName: string; phoneSystem: string | null; reason: string | null }[]> {
  const { rows } = await sql<{ displayName: string; phoneSystem: string | null; reason: string | null }>`
    select u.display_name as "displayName", s.name as "phoneSystem", coalesce(r.error_message, s.error_message) as reason
      from users u
      join configuration_group g on g.id = u.group_id
      join presence_state p on p.user_id = u.id
      left join extension e on e.user_id = u.id
      left join forwarding_record r on r.extension_id = e.id
      left join phone_system s on s.id = e.phone_system_id
      cross join ${wish}
     where u.group_id = ${groupId}::uuid
       and exists (select from account where account.user_id = u.id and leaving_at is not null)
       and (p.next_due_at <= now()
            or (s.mode = 'active' and (r.phase in ('intent', 'restoring')
                or (wish.mode = 'off' and r.phase <> 'idle')
                or (wish.mode <> 'off' and r.desired ->> 'mode' is distinct from wish.mode))))
     order by u.display_name limit 20`.execute(executor);
  return rows;
}

/** @returns how many accounts went. */
export async function eraseMethodAccounts(transaction: Executor, groupId: string): Promise<number> {
  const { rows } = await sql<Touched>`
    delete from account where leaving_at is not null
       and user_id in (select id from users where group_id = ${groupId}::uuid)
    returning user_id as "userId", id as "accountId"`.execute(transaction);
  await announce(transaction, rows);
  return rows.length;
}

interface Touched {
  userId: string;
  accountId: string;
}

/** As sync's announceAgenda, for many users at once. */
async function announce(transaction: Executor, touched: readonly Touched[]): Promise<void> {
  const users = [...new Set(touched.map(({ userId }) => userId))];
  await markDue(transaction, users);
  await sql`select pg_notify('agenda', id::text) from unnest(${users}::uuid[]) id`.execute(transaction);
  const accounts = touched.map(({ accountId }) => accountId);
  await sql`select pg_notify('account', id::text) from unnest(${accounts}::uuid[]) id`.execute(transaction);
}

/** Leavings as a work queue (due_at, lease) and as people read them. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import { type LeavingKind, type LeavingStep, plannedSteps, withStep } from './steps.ts';

/** Wakes whoever carries leavings out; the payload says nothing, the table does. */
export const leavingChannel = 'leaving';
export const leaseSeconds = 30;

export interface Leaving {
  id: string;
  kind: LeavingKind;
  subjectId: string;
  subjectName: string;
  /** Whose administrators may see it; null: only those of the whole system. */
  locationId: string | null;
  state: 'running' | 'done' | 'cancelled';
  steps: LeavingStep[];
  requestedBy: { id: string; displayName: string } | null;
  createdAt: Temporal.Instant;
  finishedAt: Temporal.Instant | null;
}

const selectLeavings = (executor: Executor) =>
  executor
    .selectFrom('leaving')
    .leftJoin('users as requester', 'requester.id', 'leaving.requested_by')
    .select([
      'leaving.id',
      'leaving.kind',
      'leaving.subject_id as subjectId',
      'leaving.subject_name as subjectName',
      'leaving.location_id as locationId',
      'leaving.state',
      'leaving.steps',
      'leaving.requested_by',
      'requester.display_name as requesterName',
      'leaving.created_at as createdAt',
      'leaving.finished_at as finishedAt',
    ]);

type Row = Awaited<ReturnType<ReturnType<typeof selectLeavings>['execute']>>[number];

const shown = ({ requested_by, requesterName, ...row }: Row): Leaving => ({
  ...row,
  requestedBy: requested_by && requesterName !== null ? { id: requested_by, displayName: requesterName } : null,
});

/** The newest first, at most 500. @param locationIds null: of everything; else only of these locations. */
export async function listLeavings(
  executor: Executor,
  locationIds: readonly string[] | null,
  state?: Leaving['state'],
): Promise<Leaving[]> {
  let query = selectLeavings(executor);
  if (locationIds) query = query.where('leaving.location_id', '=', sql<string>`any(${[...locationIds]}::uuid[])`);
  if (state) query = query.where('leaving.state', '=', state);
  return (await query.orderBy('leaving.created_at', 'desc').orderBy('leaving.id').limit(500).execute()).map(shown);
}

export async function readLeaving(executor: Executor, id: string): Promise<Leaving | null> {
  const row = await selectLeavings(executor).where('leaving.id', '=', id).executeTakeFirst();
  return row ? shown(row) : null;
}

/** The one that is under way. */
export async function runningLeaving(
  executor: Executor,
  kind: LeavingKind,
  subjectId: string,
): Promise<Leaving | null> {
  const row = await selectLeavings(executor)
    .where('leaving.kind', '=', kind)
    .where('leaving.subject_id', '=', subjectId)
    .where('leaving.state', '=', 'running')
    .executeTakeFirst();
  return row ? shown(row) : null;
}

export interface NewLeaving {
  kind: LeavingKind;
  subjectId: string;
  subjectName: string;
  locationId: string | null;
  detail?: Record<string, unknown>;
  steps?: LeavingStep[];
  requestedBy: string | null;
}

/** Begins at the commit. */
export async function insertLeaving(executor: Executor, leaving: NewLeaving): Promise<Leaving> {
  const { id } = await executor
    .insertInto('leaving')
    .values({
      kind: leaving.kind,
      subject_id: leaving.subjectId,
      subject_name: leaving.subjectName,
      location_id: leaving.locationId,
      detail: JSON.stringify(leaving.detail ?? {}),
      steps: JSON.stringify(leaving.steps ?? plannedSteps(leaving.kind)),
      requested_by: leaving.requestedBy,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await wakeLeavings(executor);
  return (await readLeaving(executor, id))!;
}

/**
 * Users who were just switched off, of whom something stands elsewhere: on phones, or as access to calendars. What is
 * said of their sign-in was done by the caller. Begins at the commit.
 */
export async function insertSwitchingOff(executor: Executor, userIds: readonly string[], requestedBy: string | null) {
  if (userIds.length === 0) return;
  const ended = { state: 'done' as const, message: 'Sign-in is blocked, and sessions are ended.' };
  const steps = withStep(plannedSteps('userOff'), 'endSignIn', ended, Temporal.Now.instant());
  await sql`
    insert into leaving (kind, subject_id, subject_name, location_id, steps, requested_by)
    select 'userOff', users.id, display_name, location_id, ${JSON.stringify(steps)}::jsonb, ${requestedBy}::uuid
      from users join configuration_group on configuration_group.id = group_id
     where users.id = any(${[...userIds]}::uuid[])
       and (exists (select from extension where user_id = users.id) or exists (select from account where user_id = users.id))
    on conflict (kind, subject_id) where state = 'running' do nothing`.execute(executor);
  await wakeLeavings(executor);
}

/** They come back, or leave altogether. */
export async function endSwitchingOff(executor: Executor, userIds: readonly string[]): Promise<void> {
  await sql`
    update leaving set state = 'cancelled', finished_at = now(), leased_by = null, leased_until = null, error_message = null
     where kind = 'userOff' and state = 'running' and subject_id = any(${[...userIds]}::uuid[])`.execute(executor);
}

export const wakeLeavings = (executor: Executor) => sql`select pg_notify(${leavingChannel}, '')`.execute(executor);

export interface ClaimedLeaving {
  id: string;
  /** Names this claim and no other: a lease may run out and be taken by this very process. */
  lease: string;
  kind: LeavingKind;
  subjectId: string;
  subjectName: string;
  locationId: string | null;
  detail: Record<string, unknown>;
  steps: LeavingStep[];
  /** How often the current step has failed. */
  failures: number;
}

/** The longest waiting one that is due; it is this process's for `leaseSeconds`, by the database's clock. */
export async function claimLeaving(executor: Executor, processName: string): Promise<ClaimedLeaving | null> {
  const { rows } = await sql<ClaimedLeaving>`
    update leaving set leased_until = now() + make_interval(secs => ${leaseSeconds}),
           leased_by = ${processName} || '/' || gen_random_uuid()
     where id = (select id from leaving
                  where state = 'running' and due_at <= now() and (leased_until is null or leased_until < now())
                  order by due_at limit 1 for update skip locked)
    returning id, leased_by as lease, kind, subject_id as "subjectId", subject_name as "subjectName", location_id as "locationId", detail,
              steps, failures`.execute(executor);
  return rows[0] ?? null;
}

export type Claim = Pick<ClaimedLeaving, 'id' | 'lease'>;

/** The lease is gone: it was cancelled, or another process goes on with it. */
export class LeavingTaken extends Error {}

/** Locks the row until the transaction ends. @throws LeavingTaken */
export async function holdLeaving(executor: Executor, { id, lease }: Claim): Promise<void> {
  const { rows } = await sql`
    select 1 from leaving where id = ${id}::uuid and state = 'running' and leased_by = ${lease}
       for no key update`.execute(executor);
  if (rows.length === 0) throw new LeavingTaken('Another process goes on with this, or it was cancelled.');
}

/** Writes how far it has got, and keeps the lease. @throws LeavingTaken */
export async function saveSteps(
  executor: Executor,
  { id, lease }: Claim,
  steps: readonly LeavingStep[],
): Promise<void> {
  const { numAffectedRows } = await sql`
    update leaving set steps = ${JSON.stringify(steps)}::jsonb, leased_until = now() + make_interval(secs => ${leaseSeconds})
     where id = ${id}::uuid and state = 'running' and leased_by = ${lease}`.execute(executor);
  if (numAffectedRows === 0n) throw new LeavingTaken('Another process goes on with this, or it was cancelled.');
}

/** Gives it back, to be looked at again. */
export async function postponeLeaving(
  executor: Executor,
  { id, lease }: Claim,
  later: { failures: number; inMs: number; message: string | null },
): Promise<void> {
  await sql`
    update leaving set failures = ${later.failures}, error_message = ${later.message}, leased_until = null,
           leased_by = null, due_at = now() + make_interval(secs => ${later.inMs / 1000})
     where id = ${id}::uuid and leased_by = ${lease} and state = 'running'`.execute(executor);
}

export async function finishLeaving(executor: Executor, id: string, steps: readonly LeavingStep[]): Promise<void> {
  await sql`
    update leaving set state = 'done', steps = ${JSON.stringify(steps)}::jsonb, finished_at = now(), error_message = null,
           leased_until = null, leased_by = null
     where id = ${id}::uuid`.execute(executor);
}

/** Something has happened to somebody's forwarding: those that wait for that look again. @returns whether there are any. */
export async function makeWaitingDue(executor: Executor): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update leaving set due_at = now()
     where state = 'running' and due_at > now() and leased_by is null
       and not steps @> '[{"name": "giveForwardingBack", "state": "done"}]'`.execute(executor);
  return Number(numAffectedRows ?? 0) > 0;
}

/** Milliseconds until the next one is due or its dead holder's lease runs out; null when none is under way. */
export async function nextLeavingIn(executor: Executor): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from min(greatest(due_at, leased_until)) - now())::float8 as seconds
      from leaving where state = 'running'`.execute(executor);
  const seconds = rows[0]?.seconds ?? null;
  return seconds === null ? null : Math.max(0, seconds * 1000);
}

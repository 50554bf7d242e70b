/**
 * Pausing forwarding and resuming it. Giving everything back now IS pausing with `giveBack`: from the commit on nothing
 * is wanted of the phones, and whoever holds the lease of a phone system gives back what is ours.
 */
import { sql } from 'kysely';
import { pauseReplies, resumeReplies } from '../../automatic-replies/pause.ts';
import { type HeldMailbox, heldMailboxes } from '../../automatic-replies/release.ts';
import { lookAtRepliesAgain } from '../../automatic-replies/wake.ts';
import { settleAlerts } from '../../organization/alerts.ts';
import { type Actor, recordChange, systemActor } from '../../organization/audit.ts';
import type { Database, Executor } from '../../store/database.ts';
import { retrying } from '../../store/retrying.ts';
import { forwardingChannel, systemsChanged } from '../reconciler.queries.ts';
import {
  letThrough,
  logForAll,
  makeScopeDue,
  type PausedSubject,
  pausedSubjects,
  phonesHeld,
  type WaitingPhone,
  waitingPhones,
  writePause,
} from './pauses.queries.ts';
import { type PauseLevel, type PauseScope, pauseOf, type StoredPause } from './pauses.ts';

export interface PauseWish {
  reason: string | null;
  giveBack: boolean;
  until: Temporal.Instant | null;
}

const levelOf = ({ kind }: PauseScope): PauseLevel => (kind === 'all' ? 'phoneSystem' : kind);
export const wakeReconcilers = (executor: Executor) =>
  sql`select pg_notify(${forwardingChannel}, ${systemsChanged})`.execute(executor);

/**
 * Run it in a transaction (retrying). Pausing what is paused already replaces the pause.
 * @param change what else a phone system's pause says.
 * @returns false when there is nothing that the scope names.
 */
export async function pauseForwarding(
  transaction: Executor,
  scope: PauseScope,
  wish: PauseWish,
  actor: Actor,
  change: Partial<Pick<StoredPause, 'guard' | 'nextMode' | 'untilGivenBack' | 'byFile'>> = {},
): Promise<boolean> {
  const level = levelOf(scope);
  const subjects = await pausedSubjects(transaction, scope);
  for (const subject of subjects) {
    const one: PauseScope = { kind: level, id: subject.id };
    const { held } = await phonesHeld(transaction, one);
    const pause: StoredPause = {
      by: { id: actor.userId, name: actor.name },
      reason: wish.reason,
      giveBack: wish.giveBack,
      until: wish.until?.toString() ?? null,
      inForce: held,
      ...(level === 'phoneSystem' ? { nextMode: resumesAs(subject) } : {}),
      ...change,
    };
    await writePause(transaction, level, subject.id, pause);
    if (level === 'phoneSystem')
      await sql`update phone_system set mode = 'paused' where id = ${subject.id}::uuid`.execute(transaction);
    await makeScopeDue(transaction, one);
    await logForAll(transaction, one, 'paused', {
      by: actor.name,
      level,
      ...{ reason: pause.reason, until: pause.until, giveBack: pause.giveBack, guard: pause.guard === true },
    });
    await record(transaction, actor, level, subject, shown(subject.pause), shown(pause));
  }
  if (subjects.length > 0) await wakeReconcilers(transaction);
  if (scope.kind === 'all' && wish.giveBack) await pauseReplies(transaction, { ...wish, by: actor.name });
  await lookAtRepliesAgain(transaction, accountsIn(scope));
  return subjects.length > 0;
}

/**
 * Run it in a transaction (retrying). What is wanted by then is carried out, the guard lets it through.
 * @param mode what a phone system does from now on; left out: what it did before it was paused.
 * @returns how many pauses ended; null when there is nothing that the scope names.
 */
export async function resumeForwarding(
  transaction: Executor,
  scope: PauseScope,
  actor: Actor,
  mode?: 'active' | 'observe',
): Promise<number | null> {
  const level = levelOf(scope);
  const subjects = await pausedSubjects(transaction, scope);
  if (subjects.length === 0 && scope.kind !== 'all') return null;
  const paused = subjects.filter(({ pause, mode }) => pause !== null || mode === 'paused');
  for (const subject of paused) {
    const one: PauseScope = { kind: level, id: subject.id };
    await writePause(transaction, level, subject.id, null);
    if (level === 'phoneSystem')
      await sql`update phone_system set mode = ${mode ?? resumesAs(subject)} where id = ${subject.id}::uuid`.execute(
        transaction,
      );
    await letThrough(transaction, one);
    await settleAlerts(transaction, subject.id, actor);
    await logForAll(transaction, one, 'resumed', { by: actor.name, level });
    await record(transaction, actor, level, subject, shown(subject.pause), { paused: 'no' });
  }
  if (paused.length > 0) await wakeReconcilers(transaction);
  // Whoever lets phones go on has ended what `all` was paused for.
  if (level === 'phoneSystem') await resumeReplies(transaction);
  await lookAtRepliesAgain(transaction, accountsIn(level === 'phoneSystem' ? { kind: 'all' } : scope));
  return paused.length;
}

const resumesAs = ({ mode, pause }: PausedSubject): 'active' | 'observe' =>
  mode === 'paused' ? (pause?.nextMode ?? 'active') : (mode ?? 'active');

const shown = (pause: StoredPause | null): Record<string, unknown> =>
  pause
    ? { paused: pause.giveBack ? 'giveBack' : 'leave', reason: pause.reason, until: pause.until }
    : { paused: 'no' };

const record = (
  transaction: Executor,
  actor: Actor,
  level: PauseLevel,
  { id, name, locationId }: PausedSubject,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
) =>
  recordChange(transaction, actor, {
    ...{ action: 'change', subject: level, subjectId: id, subjectName: name, locationId },
    ...{ before, after },
  });

export interface PauseState {
  pause: ReturnType<typeof pauseOf> | null;
  /** Phones of the scope, those that had something of ours when it was paused, and those that still have. */
  phones: number;
  inForce: number;
  waiting: number;
  /** The first hundred of them. */
  waitingPhones: WaitingPhone[];
  /** Mailboxes in which automatic replies still have to be taken back, the first hundred. */
  waitingMailboxes: HeldMailbox[];
}

/** Whose mailboxes are concerned, as a condition on `account`; a phone system is nobody's mailbox. */
const accountsIn = (scope: PauseScope) => {
  if (scope.kind === 'user') return sql`account.user_id = ${scope.id}::uuid`;
  if (scope.kind === 'group') return sql`account.user_id in (select id from users where group_id = ${scope.id}::uuid)`;
  return scope.kind === 'all' ? sql`true` : sql`false`;
};

/** How far it is. @returns null when there is nothing that the scope names. */
export async function pauseState(executor: Executor, scope: PauseScope): Promise<PauseState | null> {
  const subjects = await pausedSubjects(executor, scope, false);
  if (subjects.length === 0 && scope.kind !== 'all') return null;
  const { held, phones } = await phonesHeld(executor, scope);
  const paused = subjects.flatMap(({ pause, pausedAt }) => (pause && pausedAt ? [{ pause, pausedAt }] : []));
  const inForce = paused.reduce((sum, { pause }) => sum + pause.inForce, 0);
  const all = paused.length > 0 && paused.length === subjects.length ? paused[0]! : null;
  return {
    pause: all && pauseOf(levelOf(scope), all.pausedAt, all.pause),
    phones,
    inForce: Math.max(inForce, held),
    waiting: held,
    waitingPhones: held > 0 ? await waitingPhones(executor, scope, 100) : [],
    waitingMailboxes: await heldMailboxes(executor, accountsIn(scope), 100),
  };
}

/**
 * Ends the pauses whose time has come, and those of phone systems that have given everything back on their way to
 * another mode. Whoever holds leases calls it now and then; it costs three small reads.
 */
export async function endPausesThatAreOver(db: Database): Promise<void> {
  for (const { level, id } of await overdue(db))
    await retrying(db, async (transaction) => {
      // Asked again with the row locked: somebody may have resumed or prolonged it.
      const scope: PauseScope = { kind: level, id };
      await pausedSubjects(transaction, scope);
      if ((await overdue(transaction)).some((each) => each.id === id))
        await resumeForwarding(transaction, scope, systemActor);
    });
}

async function overdue(executor: Executor): Promise<{ level: PauseLevel; id: string }[]> {
  const { rows } = await sql<{ level: PauseLevel; id: string }>`
    select 'user' as level, id from users
     where forwarding_pause is not null and (forwarding_pause ->> 'until')::timestamptz <= now()
    union all
    select 'group', id from configuration_group
     where forwarding_pause is not null and (forwarding_pause ->> 'until')::timestamptz <= now()
    union all
    select 'phoneSystem', s.id from phone_system s
     where s.paused_reason is not null
       and ((s.paused_reason ->> 'until')::timestamptz <= now()
            or (s.paused_reason ->> 'untilGivenBack')::boolean and not exists (
              select from forwarding_record r join extension e on e.id = r.extension_id
               where e.phone_system_id = s.id and r.phase <> 'idle'))`.execute(executor);
  return rows;
}

/**
 * Keeps mailboxes answering as presence wants it, in the role `sync`: woken when presence changes, by the next due time,
 * and now and then in any case. Each mailbox is looked after under its account's lease, apart from reading its calendars:
 * neither waits for the other's faults.
 */
import { type CalendarConnector, type ConnectorAccount, ConnectorError } from '../calendars/connector.ts';
import type { Context, Running } from '../context.ts';
import { presenceChannel } from '../presence/changes.ts';
import { crashPoint } from '../store/crash-points.ts';
import { backoff } from '../sync/backoff.ts';
import { connectorFault, faultOfAccount, LeaseLost } from '../sync/faults.ts';
import { giveBackLeases, leaseSeconds, renewLeases } from '../sync/lease.queries.ts';
import { withSecret } from '../sync/pull-account.ts';
import { makeBell } from '../sync/sync.ts';
import { prolongAt, type RepliesRecord } from './decide.ts';
import {
  type ClaimedReplies,
  claimReplies,
  findDue,
  lastPresenceChange,
  nextRepliesIn,
  type RepliesOutcome,
  saveReplies,
} from './records.queries.ts';
import { tend } from './tend.ts';
import { repliesChannel } from './wake.ts';
import { wishFor } from './wish.queries.ts';

export interface RepliesOptions {
  connectors: readonly CalendarConnector[];
  random?: () => number;
  /** Sets none, for a process that is there to take them back. */
  onlyTakeBack?: boolean;
}

const longestSleep = 30_000;
/** On the hour presence changes for many, in batches: it is looked once for some of them together. */
const collectMs = 300;
/** What is in a mailbox is held against presence again after this, even where nothing was heard; it costs no request. */
const lookAgainMs = 3600_000;
/** Together with what comes before it less than the lease lasts. */
const requestLimitMs = 8_000;

export async function startAutomaticReplies(context: Context, options: RepliesOptions): Promise<Running> {
  const { store, log } = context;
  const work = createReplies(context, options);
  const stopping = new AbortController();
  const bell = makeBell();
  let everybodyAfter = -Infinity;
  const lookAtEverybody = () => {
    everybodyAfter = -Infinity;
    bell.ring();
  };
  for (const [channel, hear] of [[presenceChannel, bell.ring] as const, [repliesChannel, lookAtEverybody] as const])
    await store
      .listen(channel, hear)
      .catch((error: unknown) => log.warn({ error }, 'Automatic replies hear no notifications yet.'));

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const everybody = performance.now() >= everybodyAfter;
      if (everybody) everybodyAfter = performance.now() + longestSleep;
      const wait = await work.round(stopping.signal, everybody).catch((error: unknown) => {
        everybodyAfter = -Infinity;
        log.error({ error }, 'Automatic replies could not be looked after; they are tried again.');
        return 1_000;
      });
      if (stopping.signal.aborted) return;
      await bell.within(Math.min(wait, longestSleep));
      if (!stopping.signal.aborted) await new Promise((resolve) => setTimeout(resolve, collectMs));
    }
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      bell.ring();
      await running;
    },
  };
}

/** The work of the role, a round at a time, without its sleeping. */
export function createReplies(context: Context, options: RepliesOptions) {
  const { connectors, random = Math.random, onlyTakeBack = false } = options;
  const { db, kind } = context.store;
  const able = connectors.filter(({ automaticReplies }) => automaticReplies);
  const kinds = able.map((connector) => connector.kind);
  const sideBySide = kind === 'postgresql' ? 16 : 4;

  let seen = 0;

  /**
   * Looks after all that are due.
   * @param everybody whether to find out of everybody, or only of those whose presence has changed since the last round.
   * @returns after how many milliseconds to come again.
   */
  async function round(signal: AbortSignal, everybody = true): Promise<number> {
    if (kinds.length === 0) return longestSleep;
    const last = await lastPresenceChange(db);
    await findDue(db, kinds, everybody ? null : seen);
    seen = last;
    for (;;) {
      const claimed = await claimReplies(db, context.processName, kinds, sideBySide);
      await Promise.all(claimed.map((replies) => one(replies, signal)));
      if (signal.aborted || claimed.length < sideBySide) break;
    }
    const next = await nextRepliesIn(db, kinds);
    // One that is due all the same is being read: its calendars take a moment.
    return next === null ? longestSleep : Math.max(next, 500);
  }

  async function one(replies: ClaimedReplies, stopping: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([stopping, lost.signal]);
    const renew = async () => {
      const ours = await renewLeases(db, [replies.lease]).catch(() => null);
      if (ours && !ours.has(replies.lease)) lost.abort(new LeaseLost());
    };
    const renewing = setInterval(() => void renew(), (leaseSeconds * 1000) / 4);
    try {
      // Those are for a server, which may be running beside.
      if (onlyTakeBack && replies.allowed) return;
      const { record, outcome } = await lookAfter(replies, signal);
      await saveReplies(db, replies, record, outcome);
      crashPoint('replies.saved');
    } catch (error) {
      if (!(error instanceof LeaseLost) && !stopping.aborted)
        context.log.error({ account: replies.id, error }, 'Automatic replies broke off; they are tried again.');
    } finally {
      clearInterval(renewing);
      await giveBackLeases(db, [replies.lease]).catch(() => {});
    }
  }

  /** @throws LeaseLost, and errors of the database: nothing is said of the mailbox then. */
  async function lookAfter(
    replies: ClaimedReplies,
    signal: AbortSignal,
  ): Promise<{ record: RepliesRecord | null; outcome: RepliesOutcome }> {
    if (replies.held)
      return { record: null, outcome: { fault: null, seen: false, failures: replies.failures, dueInMs: lookAgainMs } };
    const now = () => Temporal.Now.instant();
    try {
      const wish = await wishFor(db, replies, now());
      const record = await tend(replies.record, wish, {
        mailbox: mailboxOf(replies, signal),
        save: (next) => saveReplies(db, replies, next),
        now,
      });
      return { record, outcome: { fault: null, seen: true, failures: 0, dueInMs: nextLook(record, now()) } };
    } catch (error) {
      signal.throwIfAborted();
      // A time zone that nobody knows is no reason to try again at once.
      const fault = error instanceof RangeError ? connectorFault(error) : faultOfAccount(error);
      if (!(fault instanceof ConnectorError)) throw error;
      context.log.warn({ account: replies.id, error: fault }, 'Automatic replies could not be set or taken back.');
      const failures = replies.failures + 1;
      const retryAfter = fault.retryAt ? fault.retryAt.since(now()).total('milliseconds') : null;
      const dueInMs = backoff(fault.errorClass, failures, random(), retryAfter);
      const { errorClass, message } = fault;
      return {
        record: null,
        outcome: { fault: { errorClass, message: message.slice(0, 2_000) }, seen: false, failures, dueInMs },
      };
    }
  }

  /** The account is opened when it is asked for the first time: most looks need no request. */
  function mailboxOf(replies: ClaimedReplies, signal: AbortSignal) {
    const connector = able.find((each) => each.kind === replies.kind)!;
    const { read, write } = connector.automaticReplies!;
    let opened: ConnectorAccount | null = null;
    const open = () => {
      opened ??= withSecret(context, replies);
      return opened;
    };
    const within = async <Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> => {
      const limit = AbortSignal.timeout(requestLimitMs);
      try {
        return await ask(AbortSignal.any([signal, limit]));
      } catch (error) {
        signal.throwIfAborted();
        if (limit.aborted) throw new ConnectorError('unreachable', 'The mailbox has not answered in time.');
        throw connectorFault(error);
      }
    };
    return {
      read: () => within((limited) => read(open(), limited)),
      write: (wanted: Parameters<typeof write>[1]) => within((limited) => write(open(), wanted, limited)),
    };
  }
  return { round };
}

/** Milliseconds; null: when something happens. */
function nextLook(record: RepliesRecord, now: Temporal.Instant): number | null {
  if (record.phase === 'idle') return null;
  const times = [record.settleAt, prolongAt(record)];
  const waits = times.flatMap((at) => (at ? [Math.max(1_000, at.since(now).total('milliseconds'))] : []));
  return Math.min(lookAgainMs, ...waits);
}

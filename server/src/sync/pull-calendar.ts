/** One calendar, once: what the source yields is staged, and stored in one transaction when it ended well. */
import { sql } from 'kysely';
import type { Interval } from '../agenda/appointment.ts';
import {
  type CalendarConnector,
  type CalendarObject,
  type ConnectorAccount,
  ConnectorError,
  type PullRequest,
} from '../calendars/connector.ts';
import { crashPoint } from '../store/crash-points.ts';
import type { Database, Executor } from '../store/database.ts';
import { announceRound, unreadableParts } from './announce.ts';
import { holdCalendar, type StoredCalendar } from './calendar.queries.ts';
import { connectorFault, LeaseLost, Stopped, StoreFailure } from './faults.ts';
import type { Reduce } from './free-busy.ts';
import { holdLease, type LeasedAccount } from './lease.queries.ts';
import { expansionOf } from './roll.ts';
import { removeObjects, storedVersions, storeObjects } from './round.queries.ts';
import { type ObjectRow, storableJson, storableName } from './rows.ts';
import { type StagedRound, Staging } from './staging.ts';
import { nextTurn } from './turns.ts';
import { sameInterval } from './window.ts';

/** However good a cursor is, everything is listed anew once a week: what a source forgot to tell is mended then. */
const fullRoundEvery = 7 * 24 * 3600_000;

/** Milliseconds of reading at a stretch: then answers that have arrived, and other requests, get their turn. */
const longestTurn = 2;

export interface Pull {
  db: Database;
  account: LeasedAccount;
  /** As the connector sees it, its secret opened. */
  opened: ConnectorAccount;
  connector: CalendarConnector;
  window: Interval;
  ownerAddresses: readonly string[];
  reduce: Reduce;
  /** What is stored of an object. */
  rowOf(object: CalendarObject): ObjectRow;
  /** Aborted when the server stops or the lease is lost. */
  signal: AbortSignal;
  /** Milliseconds one calendar may take. */
  timeLimit: number;
}

/** A calendar as its source has just told it; nothing of it is stored yet. */
export interface ReadCalendar {
  calendar: StoredCalendar;
  round: StagedRound;
  /** What is stored, as far as the round concerns it. */
  versions: ReadonlyMap<string, string>;
}

/**
 * @returns what the source asks for as the time until the next pull, and whether it has to be looked at again.
 * @throws ConnectorError for the source's faults, LeaseLost, Stopped, StoreFailure, and errors of the database.
 */
export async function pullCalendar(
  pull: Pull,
  calendar: StoredCalendar,
): Promise<Pick<StagedRound, 'pollAfter' | 'unsettled'>> {
  const read = await readCalendar(pull, calendar);
  await storeCalendars(pull, [read]);
  crashPoint('sync.committed');
  return read.round;
}

/** @throws as `pullCalendar` */
export async function readCalendar(pull: Pull, calendar: StoredCalendar): Promise<ReadCalendar> {
  const { db, account } = pull;
  let versions: Map<string, string> | null = null;
  const stored = async () => {
    versions ??= await storedVersions(db, calendar.id);
    return versions;
  };
  const request: PullRequest = {
    calendar: { remoteId: calendar.remoteId },
    cursor: fullRoundDue(calendar, account.now) ? null : calendar.cursor,
    window: pull.window,
    timeZone: account.timeZone,
    ownerAddresses: pull.ownerAddresses,
    known: async () => {
      try {
        return new Map([...(await stored())].filter(([, version]) => version !== ''));
      } catch (error) {
        throw new StoreFailure(error);
      }
    },
    signal: pull.signal,
  };
  const round = await collect(pull, request);
  crashPoint('sync.pulled');
  versions ??= await storedVersions(db, calendar.id, round.full ? undefined : namedIn(round));
  return { calendar, round, versions };
}

const namedIn = ({ upserts, unchanged, removed }: StagedRound): string[] =>
  [...upserts.keys(), ...unchanged, ...removed].map(storableName);

function fullRoundDue({ window, fullRoundAt }: StoredCalendar, now: Temporal.Instant): boolean {
  return window === null || fullRoundAt === null || now.since(fullRoundAt).total('milliseconds') > fullRoundEvery;
}

/** Reads the pull to its end, also a connector that ignores its signal. */
async function collect(pull: Pull, request: PullRequest): Promise<StagedRound> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), pull.timeLimit);
  const signal = AbortSignal.any([pull.signal, limit.signal]);
  // Not Promise.race with one promise for all: each race would hang another reaction on it until the pull ends.
  let giveUp: (error: ConnectorError | Stopped) => void = () => {};
  const orAborted = <T>(next: Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      giveUp = reject;
      next.then(resolve, reject);
    });
  const fault = () =>
    limit.signal.aborted
      ? new ConnectorError(
          'unreachable',
          `The calendar didn't arrive within ${Math.round(pull.timeLimit / 1000)} seconds, so nothing of it was taken over.`,
        )
      : new Stopped();
  const onAbort = () => giveUp(fault());
  signal.addEventListener('abort', onAbort, { once: true });
  let iterator: AsyncIterator<unknown> | undefined;
  let turn = performance.now();
  try {
    if (signal.aborted) throw fault();
    const staging = new Staging(pull.rowOf);
    const changes = pull.connector.pull(pull.opened, { ...request, signal })[Symbol.asyncIterator]();
    iterator = changes;
    for (;;) {
      const next = await orAborted(changes.next());
      if (next.done) break;
      staging.add(next.value);
      if (performance.now() - turn < longestTurn) continue;
      await nextTurn();
      if (signal.aborted) throw fault();
      turn = performance.now();
    }
    iterator = undefined;
    return staging.finish();
  } catch (error) {
    if (signal.aborted) throw fault(); // whatever the connector made of being told to stop
    throw connectorFault(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a connector that hangs would hang here again.
    void Promise.resolve(iterator?.return?.()).catch(() => {});
  }
}

/**
 * All of them in one transaction.
 * @param also done in it, first; then either all of them are stored, or nothing is. @throws as `pullCalendar`
 */
export async function storeCalendars(
  pull: Pull,
  read: readonly ReadCalendar[],
  also: ((transaction: Executor) => Promise<void>) | null = null,
): Promise<void> {
  const changes = read.map((one) => changesOf(one));
  await pull.db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, pull.account.id, pull.account.lease))) throw new LeaseLost();
    await also?.(transaction);
    // Given back as it was, and begun anew.
    for (const one of changes) if (!(await storeRound(transaction, pull, one)) && also) throw new Stopped();
    crashPoint('sync.beforeCommit');
  });
}

interface RoundChanges extends ReadCalendar {
  changes: ObjectRow[];
  removed: string[];
}

/** What of a round differs from what is stored. @throws ConnectorError */
function changesOf(read: ReadCalendar): RoundChanges {
  const { round, versions } = read;
  const seen = new Set<string>();
  for (const key of round.unchanged) {
    const name = storableName(key);
    seen.add(name);
    if (!versions.get(name))
      throw new ConnectorError(
        'malformed',
        'The source says that an object is unchanged which was never read. The whole calendar is read again.',
      );
  }
  const news = [...round.upserts.values()];
  for (const { key } of news) seen.add(key);
  const changes = news.filter(({ key, version }) => version === '' || versions.get(key) !== version);
  const removed = round.full
    ? [...versions.keys()].filter((key) => !seen.has(key))
    : [...round.removed].map(storableName).filter((key) => versions.has(key) && !seen.has(key));
  return { ...read, changes, removed };
}

/** @returns false where the calendar isn't what the pull began with any more: nothing of it is stored then. */
async function storeRound(
  transaction: Executor,
  { account, connector, window, ownerAddresses }: Pull,
  { calendar, round, versions, changes, removed }: RoundChanges,
): Promise<boolean> {
  const expandedFor = expansionOf(account.timeZone, ownerAddresses);
  // Where the source itself expands, only a full round covers a new window; until then the old one is what is stored.
  const covered =
    connector.expand !== undefined || round.full || (calendar.window !== null && sameInterval(calendar.window, window));
  const windowKnown = calendar.window !== null || round.full;

  if (!(await holdCalendar(transaction, calendar))) return false;
  const touched = removed.length + changes.length > 0;
  const unreadableBefore = touched ? await unreadableParts(transaction, calendar.id) : null;
  let changed = await removeObjects(transaction, calendar.id, removed);
  changed += await storeObjects(transaction, { calendarId: calendar.id, userId: account.userId }, changes, versions);
  await sql`
    update calendar set cursor = ${storableJson(round.cursor)}::jsonb,
           full_round_at = case when ${round.full} then now() else full_round_at end
     where id = ${calendar.id}::uuid`.execute(transaction);
  if (covered && windowKnown)
    await sql`
      update calendar set window_from = ${window.from}, window_to = ${window.to}, expanded_for = ${expandedFor}
       where id = ${calendar.id}::uuid`.execute(transaction);
  await announceRound(transaction, account, calendar.id, { changed, unreadableBefore });
  return true;
}

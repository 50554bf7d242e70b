/** One leased account, once: discover, then each of its calendars; what came of it decides when it is due again. */
import { sql } from 'kysely';
import {
  type CalendarConnector,
  type CalendarObject,
  type ConnectorAccount,
  ConnectorError,
} from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { crashPoint } from '../store/crash-points.ts';
import { backoff, nextPoll } from './backoff.ts';
import { calendarsOfAccount, type StoredCalendar, takesPart } from './calendar.queries.ts';
import { discoveryDue, removeVanished, storeDiscovered } from './discovery.ts';
import { connectorFault, faultOfAccount, LeaseLost, Stopped, StoreFailure } from './faults.ts';
import { fitFreeBusy, fitSecret, type Reduce, withoutSubjects } from './free-busy.ts';
import { keepSecret, type LeasedAccount, type Outcome } from './lease.queries.ts';
import { moveIn, replacedAccount, takeChoice, waitsForMove } from './moving.ts';
import { ownerAddressesOf } from './owner.ts';
import { takeOwnersTime } from './owners-time.ts';
import { type Pull, pullCalendar } from './pull-calendar.ts';
import { keepPush } from './push.ts';
import { restReasonOf, sortOf } from './rest.ts';
import { leaveOut, putToRest } from './resting.ts';
import { rollCalendar } from './roll.ts';
import { objectRow, storable } from './rows.ts';
import { type SynchronizationSettings, synchronizationSettingsOf } from './settings.ts';
import { safetyPullIn } from './watching.ts';
import { windowAt } from './window.ts';

export interface PullOptions {
  signal: AbortSignal;
  /** Milliseconds one calendar may take. */
  timeLimit: number;
  random: () => number;
  /** How sources that tell of changes reach this server; null or left out: accounts are polled. */
  pushAddress?: string | null;
}

/** A process that died this often in a row at the same account stops trying it at once. */
const mostDeaths = 5;

/** Until what was doubtful is looked at again, where changes are told. */
const lookAgainMs = 11 * 60_000;

/** After one of these the account's other calendars would fail the same way, or make it worse. */
const endsTheAttempt = new Set(['credentials', 'consent', 'throttled', 'unreachable']);

/** @throws LeaseLost, Stopped, StoreFailure, and errors of the database: nothing is said of the account then. */
export async function pullAccount(
  context: Context,
  connectors: readonly CalendarConnector[],
  account: LeasedAccount,
  options: PullOptions,
): Promise<Outcome> {
  crashPoint('sync.claimed');
  const deaths = account.failures - mostDeaths;
  if (account.takenOver && deaths > 0) {
    const fault = new ConnectorError(
      'internal',
      'The server stopped several times in a row while it read this account.',
    );
    // The back-off begins with this one: it may as well have been the machine.
    return { ...failed(account, options.random, [fault]), nextIn: backoff('internal', deaths, options.random()) };
  }
  const { db } = context.store;
  const settings = synchronizationSettingsOf(account.groupSettings);
  const reason = restReasonOf(sortOf(account), settings);
  if (reason) return putToRest(db, account, reason);
  const faults: ConnectorError[] = [];
  const asked: Temporal.Duration[] = [];
  let lookAgainIn: number | null = null;
  const connector = connectors.find(({ kind }) => kind === account.kind);
  const replaced = await replacedAccount(db, account, settings);
  try {
    if (!connector) throw new ConnectorError('internal', `This server can't read calendars of kind "${account.kind}".`);
    const pull = await open(context, account, connector, settings, options);
    // First what needs no source, for all: a dead source must not keep the window from rolling on.
    let calendars = await takingPart(pull, settings);
    for (const [index, calendar] of calendars.entries()) calendars[index] = await rollCalendar(pull, calendar);
    let missed: ReadonlySet<string> = new Set();
    if (discoveryDue(account, connector.discoverEvery)) {
      missed = await storeDiscovered(db, account, await discover(connector, pull.opened, options));
      const { mailboxSettings: wanted } = settings.microsoft365;
      await takeOwnersTime(context, connector, pull, { wanted, signal: options.signal });
      calendars = await takingPart(pull, settings);
    }
    if (replaced !== null) {
      await takeChoice(db, account.id, replaced);
      calendars = await takingPart(pull, settings);
    }
    lookAgainIn = await keepPush(context, connector, pull, {
      ...{ address: options.pushAddress ?? null, signal: options.signal, random: options.random },
    });
    if (account.watched) lookAgainIn = safetyPullIn(options.random);
    // Of calendars that others share nobody tells: those are polled.
    if (!calendars.every(({ told }) => told)) lookAgainIn = null;
    // That a calendar is gone is certain after a second look only.
    if (lookAgainIn !== null && (missed.size > 0 || account.missesCalendar))
      lookAgainIn = Math.min(lookAgainIn, lookAgainMs);
    if (replaced !== null) {
      for (const { round } of await moveIn(pull, calendars, replaced)) if (round.pollAfter) asked.push(round.pollAfter);
      calendars = [];
    }
    for (const calendar of calendars) {
      try {
        const { pollAfter, unsettled } = await pullCalendar(pull, calendar);
        if (pollAfter) asked.push(pollAfter);
        if (unsettled && lookAgainIn !== null) lookAgainIn = Math.min(lookAgainIn, lookAgainMs);
      } catch (error) {
        const fault = faultOf(error);
        if (fault.errorClass === 'notFound' && missed.has(calendar.id)) {
          await removeVanished(db, account, calendar.id);
          continue;
        }
        context.log.warn({ account: account.id, calendar: calendar.id, error: fault }, 'a calendar could not be read');
        faults.push(calendars.length > 1 ? named(fault, calendar.name) : fault);
        if (fault.errorClass === 'malformed') await askForFullRound(context, calendar.id);
        if (endsTheAttempt.has(fault.errorClass)) break;
      }
    }
  } catch (error) {
    faults.unshift(faultOf(error));
    context.log.warn({ account: account.id, error: faults[0] }, 'an account could not be read');
  }
  const waits = replaced === null ? null : waitsForMove(account.email, faults);
  if (waits !== null) return { ...failed(account, options.random, faults), error: null, waits };
  if (faults.length > 0) return failed(account, options.random, faults);
  if (lookAgainIn !== null) return { error: null, failures: 0, nextIn: Math.round(lookAgainIn) };
  const soonest = asked.sort((a, b) => Temporal.Duration.compare(a, b, { relativeTo: anyDay }))[0] ?? null;
  return { error: null, failures: 0, nextIn: nextPoll(soonest, connector!.defaultPoll, options.random()) };
}

const anyDay = Temporal.PlainDate.from('1970-01-01');

function faultOf(error: unknown): ConnectorError {
  const fault = faultOfAccount(error);
  if (fault === null) throw error;
  return fault;
}

/** All that a pull needs, with what may be stored of it. What may no longer be, goes even where the secret doesn't open. */
async function open(
  context: Context,
  account: LeasedAccount,
  connector: CalendarConnector,
  { freeBusyOnly, window: days }: SynchronizationSettings,
  { signal, timeLimit }: PullOptions,
): Promise<Pull> {
  const { db } = context.store;
  let opened: ConnectorAccount;
  try {
    opened = withSecret(context, account);
  } catch (fault) {
    for (const calendar of freeBusyOnly ? await calendarsOfAccount(db, account.id) : [])
      await fitFreeBusy(db, account, calendar, true, null);
    throw fault;
  }
  const ownerAddresses = ownerAddressesOf(account.email, opened);
  if (freeBusyOnly) opened = await fitSecret(context, account, connector, opened, ownerAddresses);
  const window = windowAt(account.now, days);
  const reduce: Reduce = connector.freeBusy ? (source) => connector.freeBusy!.source(source, ownerAddresses) : null;
  const wholeRow = (object: CalendarObject) => objectRow(object, window, account.timeZone);
  const rowOf = freeBusyOnly ? (object: CalendarObject) => withoutSubjects(wholeRow(object), reduce) : wholeRow;
  return { db, account, opened, connector, window, ownerAddresses, reduce, rowOf, signal, timeLimit };
}

/** The calendars that are to be read, as they may be stored; what was read of others goes. */
async function takingPart(
  { db, account, reduce }: Pull,
  { calendars: choice, freeBusyOnly }: SynchronizationSettings,
): Promise<StoredCalendar[]> {
  const { in: taking = [], out = [] } = Object.groupBy(await calendarsOfAccount(db, account.id), (calendar) =>
    takesPart(calendar, choice) ? 'in' : 'out',
  );
  await leaveOut(db, account, out);
  const calendars: StoredCalendar[] = [];
  for (const calendar of taking) calendars.push(await fitFreeBusy(db, account, calendar, freeBusyOnly, reduce));
  return calendars;
}

export type OpenableAccount = Pick<
  LeasedAccount,
  'id' | 'settings' | 'applicationId' | 'exchangeServerId' | 'secret' | 'lease'
>;

/** The settings and the secret as the connector takes them, for whoever holds the account's lease. @throws ConnectorError */
export function withSecret(
  { store, secrets }: Pick<Context, 'store' | 'secrets'>,
  account: OpenableAccount,
): ConnectorAccount {
  const { id, settings, applicationId, exchangeServerId, lease } = account;
  try {
    const secret: unknown = account.secret === null ? null : JSON.parse(secrets.open(account.secret, id));
    return {
      ...{ id, settings, applicationId, exchangeServerId, secret },
      async keepSecret(next) {
        const sealed = secrets.seal(JSON.stringify(next), id);
        const kept = await keepSecret(store.db, id, lease, sealed).catch((error: unknown) => {
          throw new StoreFailure(error);
        });
        if (!kept) throw new LeaseLost();
      },
    };
  } catch (cause) {
    throw new ConnectorError(
      'credentials',
      'The stored password doesn’t open: the key file of this server is another one. Enter the password again.',
      { cause },
    );
  }
}

async function discover(connector: CalendarConnector, opened: ConnectorAccount, { signal, timeLimit }: PullOptions) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeLimit);
  const either = AbortSignal.any([signal, limit.signal]);
  const aborted = new Promise<never>((_, reject) => {
    either.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
  aborted.catch(() => {});
  try {
    return await Promise.race([connector.discover(opened, either), aborted]);
  } catch (error) {
    if (limit.signal.aborted) throw new ConnectorError('unreachable', 'The source didn’t name its calendars in time.');
    if (signal.aborted) throw new Stopped();
    throw connectorFault(error);
  } finally {
    clearTimeout(timer);
  }
}

const named = (fault: ConnectorError, calendar: string) =>
  new ConnectorError(fault.errorClass, `${calendar}: ${fault.message}`, { retryAt: fault.retryAt, cause: fault });

/** What couldn't be read with its cursor is read without: a cursor that went bad mends itself. */
async function askForFullRound({ store }: Context, calendarId: string): Promise<void> {
  await sql`update calendar set cursor = null where id = ${calendarId}::uuid and cursor is not null`.execute(store.db);
}

/** The first fault is what the owner is told; the longest Retry-After is honoured. */
function failed(account: LeasedAccount, random: () => number, faults: readonly ConnectorError[]): Outcome {
  const fault = faults[0]!;
  const failures = account.failures + 1;
  const now = Temporal.Now.instant().epochMilliseconds; // retryAt was made by this process's clock too
  const waits = faults.map(({ retryAt }) => (retryAt === null ? 0 : retryAt.epochMilliseconds - now));
  const retryAfter = Math.max(...waits);
  return {
    error: { errorClass: fault.errorClass, message: storable(fault.message).slice(0, 2_000) },
    failures,
    nextIn: backoff(fault.errorClass, failures, random(), retryAfter > 0 ? retryAfter : null),
  };
}

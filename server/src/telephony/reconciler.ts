/**
 * Makes actual forwarding equal wanted forwarding on every phone system, and gives it back. This process works on the
 * systems whose lease it holds: when presence tells (NOTIFY), when a record is due, when the phone system hints at a
 * change, and every 30 s for records in force (rules 1 and 10).
 */
import type { Context, Running } from '../context.ts';
import { presenceChannel } from '../presence/changes.ts';
import { pollEvery } from './budget.ts';
import { followCalls } from './calls.ts';
import type { PhoneSystemConnection } from './connector.ts';
import { connectTo, type PhoneSystemKinds } from './connectors.ts';
import { asConnectorError } from './outcomes.ts';
import { backOff, type Paced } from './pace.ts';
import { reconcile } from './reconcile.ts';
import {
  forwardingChannel,
  giveLeasesBack,
  isActive,
  leaseSystems,
  makeDue,
  nextDue,
  noteUnreachable,
  type OwnedSystem,
  phonesInForce,
  saveSystemHealth,
  systemsChanged,
  takesPresenceBack,
} from './reconciler.queries.ts';
import { recordsInDatabase } from './records.queries.ts';
import { LeaseLost } from './records.ts';
import { type PresenceShown, showPresence } from './shown-presence.ts';
import { tokensInStore } from './token-store.ts';
import { guarded } from './trust/guard.queries.ts';
import type { PauseScope } from './trust/pauses.ts';
import { endPausesThatAreOver, wakeReconcilers } from './trust/pausing.ts';

export interface ReconcilerOptions {
  connectors: PhoneSystemKinds;
  /** How often records in force are looked at. Milliseconds; 30,000 unless a test is in a hurry. */
  pollMs?: number;
  leaseMs?: number;
  /** Only phones of this scope, to give them back (`whenabouts release`); left out: everything. */
  only?: PauseScope | undefined;
  /** How long a claim of a call outlives the last time it was seen. Milliseconds. */
  callLeaseMs?: number;
}

const hintsGatheredMs = 100;
const takeBackMs = 30_000;

/** A phone system whose lease this process holds. */
interface Desk {
  system: OwnedSystem;
  connection: PhoneSystemConnection | null;
  calls: Paced | null;
  presence: PresenceShown | null;
  working: Promise<void> | null;
  again: boolean;
  failures: number;
  timer: NodeJS.Timeout | null;
}

export async function startReconciler(context: Context, options: ReconcilerOptions): Promise<Running> {
  const { store, log, processName } = context;
  const { pollMs = 30_000, leaseMs = 30_000, callLeaseMs, connectors, only } = options;
  const desks = new Map<string, Desk>();
  let stopped = false;
  let leasing: Promise<void> | null = null;

  function refresh(): Promise<void> {
    leasing ??= lease().finally(() => {
      leasing = null;
    });
    return leasing;
  }
  async function lease(): Promise<void> {
    await endPausesThatAreOver(store.db);
    const owned = await leaseSystems(store.db, processName, leaseMs, only);
    for (const [id, desk] of desks) {
      const system = owned.find((each) => each.id === id);
      if (system && !reconfigured(desk.system, system)) desk.system = system;
      else {
        // Gone, paused, switched, taken over, or with other settings: what is in hand finishes first.
        desks.delete(id);
        void leave(desk);
      }
    }
    for (const system of owned)
      if (!desks.has(system.id) && !stopped) {
        const desk: Desk = {
          system,
          connection: null,
          calls: null,
          presence: null,
          working: null,
          again: false,
          failures: 0,
          timer: null,
        };
        desks.set(system.id, desk);
        wake(desk);
      }
  }
  async function leave(desk: Desk): Promise<void> {
    if (desk.timer) clearTimeout(desk.timer);
    await desk.working;
    if (desk.timer) clearTimeout(desk.timer);
    await Promise.all([desk.calls?.stop(), desk.presence?.stop()]);
    const { connection, presence } = desk;
    if (connection?.showPresence && presence && !stopped) await takePresenceBack(desk, connection).catch(() => {});
    await connection?.close().catch(() => {});
  }

  /** Nobody writes to it any more: this was the last chance to take back what phones show. */
  async function takePresenceBack({ system }: Desk, connection: PhoneSystemConnection): Promise<void> {
    if (!(await takesPresenceBack(store.db, system.id))) return;
    try {
      await connection.showPresence!(new Map(), true, AbortSignal.timeout(takeBackMs));
    } finally {
      // Resumed meanwhile, the next desk, here or in another process, may have shown presence before this took it back.
      if (await isActive(store.db, system.id)) await wakeReconcilers(store.db);
    }
  }

  const isOpen = (desk: Desk) => !stopped && desks.get(desk.system.id) === desk;
  function wake(desk: Desk): void {
    if (!isOpen(desk)) return;
    desk.again = true;
    desk.working ??= work(desk).finally(() => {
      desk.working = null;
      if (desk.again) wake(desk);
    });
  }
  async function work(desk: Desk): Promise<void> {
    if (desk.timer) clearTimeout(desk.timer);
    let wait = pollMs;
    while (desk.again && isOpen(desk)) {
      desk.again = false;
      wait = await round(desk);
    }
    desk.timer = setTimeout(() => wake(desk), Math.max(wait, 50));
    desk.timer.unref();
  }

  /** @returns milliseconds until the next one. */
  async function round(desk: Desk): Promise<number> {
    const { system } = desk;
    const begun = performance.now();
    try {
      desk.connection ??= await connect(desk);
      const lease = { systemId: system.id, processName, leaseMs, mode: system.mode, only };
      const { cost } = desk.connection.capabilities;
      const lookMs = cost ? pollEvery(pollMs, cost, await phonesInForce(store.db, system.id)) : pollMs;
      const bootId = await reconcile(recordsInDatabase(store.db, lease), system, desk.connection, {
        pollMs: lookMs,
        guard: (pending) => guarded(store.db, system, pending),
      });
      // On its way to another mode it may have given back the last phone just now.
      if (system.mode === 'paused') void refresh().catch(() => {});
      if (desk.failures > 0) log.info({ phoneSystem: system.name }, 'The phone system can be reached again.');
      desk.failures = 0;
      if (bootId !== null) await saveSystemHealth(store.db, system.id, { bootId, pollMs: lookMs });
      return await nextDue(store.db, system.id, pollMs, only);
    } catch (thrown) {
      if (stopped) return pollMs;
      if (thrown instanceof LeaseLost) {
        log.info({ phoneSystem: system.name }, thrown.message);
        void refresh().catch(() => {});
        return pollMs;
      }
      const error = asConnectorError(thrown);
      desk.failures++;
      if (desk.failures === 1 || error.errorClass === 'internal')
        log.warn(
          { phoneSystem: system.name, err: error.cause ?? error.message },
          'The phone system cannot be reconciled.',
        );
      try {
        await saveSystemHealth(store.db, system.id, error);
        if (system.mode === 'active') await noteUnreachable(store.db, system, error);
      } catch (cause) {
        log.warn({ err: cause }, 'The health of a phone system could not be written down.');
      }
      // A period from begin to begin at most, however long an answer was waited for: so nothing stays stuck once the
      // system is back.
      return backOff(desk.failures, pollMs) - (performance.now() - begun);
    }
  }
  async function connect(desk: Desk): Promise<PhoneSystemConnection> {
    const tokens = tokensInStore(store.db, context.secrets, desk.system.id);
    const connection = await connectTo(connectors, context.secrets, desk.system, tokens);
    // Our own writes light lamps too, and a transfer parts two callers for a moment: hints are gathered, so that a
    // thousand of them are one look.
    const forwarding = gathered((extensions) => {
      makeDue(store.db, desk.system.id, extensions).then(
        (any) => any && wake(desk),
        () => {},
      );
    });
    const calls = gathered(() => desk.calls?.wake());
    connection.watch?.(({ what, extension }) => {
      if (!isOpen(desk)) return;
      (what === 'calls' ? calls : forwarding)(extension);
      if (extension === null && what === 'forwarding') desk.presence?.compare();
    });
    if (!only) desk.calls = followCalls(context, desk.system, connection, callLeaseMs ? { leaseMs: callLeaseMs } : {});
    if (!only && connection.showPresence && desk.system.mode === 'active')
      desk.presence = showPresence(context, desk.system, connection);
    return connection;
  }

  await store.listen(forwardingChannel, (payload) => {
    for (const desk of desks.values()) {
      wake(desk);
      if (payload === systemsChanged) desk.presence?.compare();
      else desk.presence?.wake();
    }
    // After a leasing under way, which may have looked too early.
    if (payload === systemsChanged)
      void Promise.allSettled([leasing])
        .then(refresh)
        .catch(() => {});
  });
  await store.listen(presenceChannel, () => {
    for (const desk of desks.values()) desk.presence?.wake();
  });
  const ticker = setInterval(
    () => {
      refresh().catch((error) => log.warn({ err: error }, 'Leases of phone systems could not be renewed.'));
    },
    Math.min(leaseMs / 5, 10_000),
  );
  ticker.unref();
  await refresh();

  return {
    async stop() {
      stopped = true;
      clearInterval(ticker);
      await leasing?.catch(() => {});
      await Promise.all([...desks.values()].map(leave));
      desks.clear();
      await giveLeasesBack(store.db, processName).catch(() => {});
    },
  };
}

/** Calls back once for all that is said within a short while. */
function gathered(onHints: (extensions: string[] | null) => void): (extension: string | null) => void {
  let hinted = new Set<string | null>();
  return (extension) => {
    if (hinted.size === 0)
      setTimeout(() => {
        const extensions = hinted.has(null) ? null : ([...hinted] as string[]);
        hinted = new Set();
        onHints(extensions);
      }, hintsGatheredMs).unref();
    hinted.add(extension);
  };
}

function reconfigured(before: OwnedSystem, after: OwnedSystem): boolean {
  const shape = ({ kind, settings, secret, mode }: OwnedSystem) => JSON.stringify([kind, settings, secret, mode]);
  return shape(before) !== shape(after);
}

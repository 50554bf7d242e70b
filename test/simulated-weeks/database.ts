/**
 * What is committed, and the transactions on it that matter here, as the SQL does them: presence_state, forwarding_record
 * and the leases of phone systems. It survives every kill; a transaction happens at one instant or not at all.
 */
import type { Plan } from '../../server/src/presence/plan.ts';
import {
  noForwarding,
  type Slot,
  type SlotForwarding,
  slotOf,
  slotOff,
  slots,
} from '../../server/src/presence/presence.ts';
import { idleRecord, sameForwarding } from '../../server/src/telephony/decide.ts';
import { keyOf, LeaseLost, type RecordRow, type RecordUpdate } from '../../server/src/telephony/records.ts';
import type { GuardSituation } from '../../server/src/telephony/trust/guard.ts';
import type { Clock } from './clock.ts';
import type { Lease, Pause, RecordEntry, Scope, StateRow, SystemRow } from './tables.ts';

export type Told = (channel: 'activation' | 'settings' | 'forwarding' | 'systems') => void;

export class MemoryDatabase {
  readonly states = new Map<string, StateRow>();
  readonly systems = new Map<string, SystemRow>();
  readonly extensions: { id: string; system: string; userId: string; number: string }[] = [];
  readonly records = new Map<string, RecordEntry>();
  settingsRevision = 1;
  readonly userPauses = new Map<string, Pause>();
  groupPause: Pause | null = null;
  /** Tells everybody who listens, when a transaction commits. */
  notify: Told = () => {};
  #clock: Clock;
  #stamp = 0;
  #change = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  addUser(userId: string): void {
    const { now } = this.#clock;
    this.states.set(userId, {
      ...{ userId, revision: 1, due: now, status: 'available', profileId: null, note: null },
      ...{ reason: { origin: 'default' }, since: now, until: null, forwarding: noForwarding },
      ...{ settingsRevision: this.settingsRevision, changeNumber: 0, lockedBy: null },
    });
  }

  // presence/due.ts, upkeep.ts

  markDue(userIds: Iterable<string>): void {
    for (const id of userIds) {
      const state = this.states.get(id)!;
      state.due = Math.min(state.due, this.#clock.now);
      state.revision++;
    }
    this.notify('activation');
  }
  markSettings(): void {
    this.settingsRevision++;
    this.notify('settings');
  }
  /** @returns whether some were passed over, because another transaction had them locked. */
  markOutdated(): boolean {
    let passedOver = false;
    for (const state of this.states.values()) {
      if (state.settingsRevision >= this.settingsRevision) continue;
      if (state.lockedBy !== null) passedOver = true;
      else {
        state.due = Math.min(state.due, this.#clock.now);
        state.revision++;
      }
    }
    return passedOver;
  }

  /** presence/activation.queries.ts: writePlans. */
  writePlans(plans: readonly Plan[]): void {
    let forwarding = false;
    for (const plan of plans) {
      const state = this.states.get(plan.userId)!;
      const { status, profileId, note, reason, since, until, settingsRevision } = plan;
      Object.assign(state, { status, profileId, note, reason, since, until, settingsRevision });
      state.forwarding = plan.forwarding;
      state.due = plan.nextDue;
      state.revision++;
      if (plan.changed) state.changeNumber = ++this.#change;
      for (const slot of plan.changedSlots) {
        forwarding = true;
        for (const extension of this.extensions)
          if (extension.userId === plan.userId) {
            const entry = this.#entry(extension, slot);
            entry.unplanned = !plan.foreseen;
            this.#due(entry);
          }
      }
    }
    if (forwarding) this.notify('forwarding');
  }

  #entry(extension: MemoryDatabase['extensions'][number], slot: Slot): RecordEntry {
    const key = keyOf({ extensionId: extension.id, slot });
    const before = this.records.get(key);
    if (before) return before;
    const made: RecordEntry = {
      ...{
        extensionId: extension.id,
        system: extension.system,
        userId: extension.userId,
        number: extension.number,
        slot,
      },
      ...{ record: idleRecord(this.#clock.instant()), desired: slotOff, actual: null, failures: 0, error: null },
      ...{ unplanned: false, unplannedAt: -Infinity, retake: false },
      ...{ dueAt: this.#clock.now, dueStamp: ++this.#stamp },
    };
    this.records.set(key, made);
    return made;
  }
  #due(entry: RecordEntry): void {
    entry.dueAt = this.#clock.now;
    entry.dueStamp = ++this.#stamp;
  }

  // telephony/trust

  givesBack({ system, userId }: Pick<RecordEntry, 'system' | 'userId'>): boolean {
    const pauses = [this.systems.get(system)!.pause, this.groupPause, this.userPauses.get(userId)];
    return pauses.some((pause) => pause?.giveBack === true);
  }
  leavesAsItIs(entry: Pick<RecordEntry, 'system' | 'userId'>): boolean {
    return (this.groupPause !== null || this.userPauses.has(entry.userId)) && !this.givesBack(entry);
  }
  /** null: resumes, and lets through what is wanted by then. */
  pause(scope: Scope, pause: Pause | null, mode?: 'active' | 'observe'): void {
    if (scope === 'group') this.groupPause = pause;
    else if ('user' in scope) {
      if (pause) this.userPauses.set(scope.user, pause);
      else this.userPauses.delete(scope.user);
    } else {
      const system = this.systems.get(scope.system)!;
      if (pause === null && system.mode !== 'paused') return;
      const next = system.mode === 'paused' ? (system.pause?.nextMode ?? 'active') : system.mode;
      system.pause = pause && { ...pause, nextMode: mode ?? next };
      system.mode = pause ? 'paused' : (mode ?? next);
    }
    if (pause === null) for (const id of this.systems.keys()) this.prepare(id);
    for (const entry of this.records.values()) {
      if (scope !== 'group' && ('user' in scope ? entry.userId !== scope.user : entry.system !== scope.system))
        continue;
      if (pause === null) Object.assign(entry, { unplanned: false, unplannedAt: -Infinity });
      this.#due(entry);
    }
    this.notify('systems');
  }
  /** organization/phone-systems.ts: all its phones are looked at, and what is wanted by then passes the guard. */
  switchTo(systemId: string, mode: 'active' | 'observe'): void {
    this.systems.get(systemId)!.mode = mode;
    for (const entry of this.records.values()) {
      if (entry.system !== systemId) continue;
      if (mode === 'active') Object.assign(entry, { unplanned: false, unplannedAt: -Infinity });
      this.#due(entry);
    }
    this.notify('systems');
  }
  endPausesThatAreOver(): void {
    const { now } = this.#clock;
    const over = ({ until }: Pause) => until !== null && until <= now;
    for (const [user, pause] of this.userPauses) if (over(pause)) this.pause({ user }, null);
    if (this.groupPause && over(this.groupPause)) this.pause('group', null);
    for (const { id, pause } of this.systems.values()) {
      const idle = () =>
        ![...this.records.values()].some((entry) => entry.system === id && entry.record.phase !== 'idle');
      if (pause && (over(pause) || (pause.untilGivenBack && idle()))) this.pause({ system: id }, null);
    }
  }
  retake(entry: RecordEntry): void {
    entry.retake = true;
    this.#due(entry);
    this.notify('forwarding');
  }
  /** trust/guard.queries.ts: what it counts. @returns whether it has paused the system. */
  guarded(systemId: string, pending: readonly string[], window: number, trips: (counted: GuardSituation) => boolean) {
    const recent = new Set<string>();
    for (const entry of this.records.values())
      if (entry.system === systemId && entry.unplannedAt > this.#clock.now - window) recent.add(entry.extensionId);
    for (const id of pending) recent.delete(id);
    const phones = this.extensions.filter(({ system }) => system === systemId).length;
    if (!trips({ pending: pending.length, recent: recent.size, phones, share: 20 })) return false;
    const pause: Pause = { giveBack: false, until: null, nextMode: 'active', untilGivenBack: false };
    if (this.systems.get(systemId)!.mode === 'active') this.pause({ system: systemId }, pause);
    return true;
  }

  // telephony/reconciler.queries.ts

  /** Renews this server's lease or takes a free one. */
  lease(systemId: string, server: string, leaseMs: number): boolean {
    const system = this.systems.get(systemId)!;
    const { now } = this.#clock;
    if (system.mode === 'paused' && !system.pause?.giveBack) return false;
    if (system.leasedBy !== server && system.leasedBy !== null && system.leasedUntil >= now) return false;
    Object.assign(system, { leasedBy: server, leasedUntil: now + leaseMs });
    return true;
  }
  /** Milliseconds until the next record is due. */
  nextDue(systemId: string, most: number): number {
    let next = Infinity;
    for (const entry of this.records.values())
      if (entry.system === systemId && !this.leavesAsItIs(entry)) next = Math.min(next, entry.dueAt);
    return Math.min(next - this.#clock.now, most);
  }
  /** What is looked at every period. */
  inForce(systemId: string): RecordEntry[] {
    return [...this.records.values()].filter(
      (entry) =>
        entry.system === systemId &&
        !this.leavesAsItIs(entry) &&
        (entry.record.phase !== 'idle' ||
          entry.record.echoes.length > 0 ||
          entry.failures > 0 ||
          this.wishOf(entry).mode !== 'off'),
    );
  }
  /** Looks that would have found nothing, at what has been due since. */
  skipPeriods(systemId: string, period: number): void {
    const { now } = this.#clock;
    for (const entry of this.inForce(systemId))
      if (entry.dueAt < now) entry.dueAt += Math.ceil((now - entry.dueAt) / period) * period;
  }
  /** Hints: what may have changed (null: anything). */
  makeDue(systemId: string, numbers: ReadonlySet<string> | null): boolean {
    let any = false;
    for (const entry of this.records.values()) {
      if (entry.system !== systemId || (numbers && !numbers.has(entry.number))) continue;
      if (entry.record.phase === 'idle' && entry.record.echoes.length === 0) continue;
      this.#due(entry);
      any = true;
    }
    return any;
  }

  // telephony/records.queries.ts

  /** What presence wants of a record now. */
  wishOf(entry: RecordEntry): SlotForwarding {
    if (this.givesBack(entry)) return slotOff;
    if (this.leavesAsItIs(entry)) return entry.record.ours ?? slotOff;
    return slotOf(this.states.get(entry.userId)!.forwarding, entry.slot);
  }

  /** @returns whether there were any to make. */
  prepare(systemId: string): boolean {
    const before = this.records.size;
    for (const extension of this.extensions) {
      if (extension.system !== systemId) continue;
      const { forwarding } = this.states.get(extension.userId)!;
      for (const slot of slots)
        if (slot === 'always' || slotOf(forwarding, slot).mode !== 'off') this.#entry(extension, slot);
    }
    return this.records.size > before;
  }
  load(systemId: string): RecordRow[] {
    const { now } = this.#clock;
    const rows: RecordRow[] = [];
    const alike = new Map<string, object>();
    for (const entry of this.records.values()) {
      if (entry.system !== systemId) continue;
      const wish = this.wishOf(entry);
      const held = this.leavesAsItIs(entry);
      const retake = entry.retake && entry.record.phase === 'overridden';
      const state = this.states.get(entry.userId)!;
      if (entry.dueAt > now && entry.record.phase === 'idle' && wish.mode === 'off') continue;
      const situation = {
        slot: entry.slot,
        record: retake ? { ...entry.record, phase: 'intent' as const } : entry.record,
        loaded: { phase: entry.record.phase, since: entry.record.since },
        ...{ desired: entry.desired, actual: entry.actual, failures: entry.failures },
        error: entry.error,
        due: !held && (entry.dueAt <= now || !sameForwarding(entry.desired, wish)),
        ...{ held, retake, unplanned: entry.unplanned && !this.givesBack(entry) },
        dueSeen: `${entry.dueAt} ${entry.dueStamp}`,
        wish,
        wishSince: Temporal.Instant.fromEpochMilliseconds(state.since),
        context: { status: state.status, note: state.note, until: null },
      };
      rows.push({
        ...{ extensionId: entry.extensionId, userId: entry.userId, number: entry.number },
        changeNumber: state.changeNumber,
        ...situation,
        alike: alike.getOrInsertComputed(JSON.stringify(situation), () => ({})),
      });
    }
    return rows;
  }
  save(
    { systemId, server, leaseMs, mode }: Lease,
    updates: readonly RecordUpdate[],
    saved: (entry: RecordEntry, update: RecordUpdate) => void,
    afterWriting = false,
  ): Set<string> {
    const system = this.systems.get(systemId)!;
    const { now } = this.#clock;
    const switched = system.mode !== mode || (mode === 'paused' && !system.pause?.giveBack);
    if (system.leasedBy !== server || system.leasedUntil <= now || (switched && !afterWriting))
      throw new LeaseLost('Another process has taken over this phone system, or somebody has switched it.');
    system.leasedUntil = now + leaseMs;
    const written = new Set<string>();
    for (const update of updates) {
      const { row, record, actual, failures, error, dueInMs } = update;
      const entry = this.records.get(keyOf(row))!;
      const refused = this.givesBack(entry) ? row.wish.mode !== 'off' : this.leavesAsItIs(entry);
      const { loaded } = row;
      const overtaken = loaded && (loaded.phase !== entry.record.phase || !loaded.since.equals(entry.record.since));
      if ((refused || overtaken) && !afterWriting) continue;
      if (row.unplanned && !sameForwarding(row.desired, row.wish)) entry.unplannedAt = now;
      if (row.retake || record.phase !== 'overridden') entry.retake = false;
      Object.assign(entry, { desired: row.wish, record, actual, failures, error });
      const news = `${entry.dueAt} ${entry.dueStamp}` !== row.dueSeen;
      const due = dueInMs === null ? Math.min(entry.dueAt, now) : news ? entry.dueAt : now + dueInMs;
      if (due !== entry.dueAt) Object.assign(entry, { dueAt: due, dueStamp: ++this.#stamp });
      saved(entry, update);
      written.add(keyOf(row));
    }
    return written;
  }
}

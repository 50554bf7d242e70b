/** Records in memory, and rounds of the real reconciler over them: what presence wants is said by the test. */
import { type Slot, type SlotForwarding, slotOff } from '../../presence/presence.ts';
import type { PhoneSystemConnection } from '../connector.ts';
import { type ForwardingRecord, idleRecord } from '../decide.ts';
import { reconcile } from '../reconcile.ts';
import { keyOf, type RecordRow, type RecordStore } from '../records.ts';

type Row = Omit<RecordRow, 'dueSeen' | 'due' | 'changeNumber' | 'context' | 'userId'>;

export function office(extensions: readonly string[]) {
  const rows = new Map<string, Row>();
  const log: string[] = [];
  const row = (number: string, slot: Slot): Row => {
    const key = keyOf({ extensionId: number, slot });
    const known = rows.get(key);
    if (known) return known;
    const since = Temporal.Now.instant();
    const record: ForwardingRecord = idleRecord(since);
    const made: Row = {
      ...{ extensionId: number, slot, number, record, desired: slotOff, actual: null, failures: 0, error: null },
      ...{ wish: slotOff, wishSince: since },
    };
    rows.set(key, made);
    return made;
  };
  const store: RecordStore = {
    prepare: async () => false,
    async load() {
      return [...rows.values()].map((each) => ({
        ...structuredCloneOf(each),
        ...{ due: true, dueSeen: '', changeNumber: 1, userId: each.number },
        context: { status: 'appointment', note: 'In a meeting', until: null },
      }));
    },
    async save(updates) {
      for (const {
        row: { number, slot, wish },
        record,
        actual,
        failures,
        error,
        log: line,
      } of updates) {
        Object.assign(row(number, slot), { record, actual, failures, error, desired: wish });
        if (line) log.push(`${number} ${slot} ${line.event}`);
      }
      return new Set(updates.map((update) => keyOf(update.row)));
    },
    async knownNumbers(numbers) {
      return numbers.filter((number) => extensions.includes(number));
    },
  };
  return {
    log,
    want(number: string, slot: Slot, wish: SlotForwarding) {
      Object.assign(row(number, slot), { wish, wishSince: Temporal.Now.instant() });
    },
    record: (number: string, slot: Slot) => row(number, slot),
    round: (connection: PhoneSystemConnection) =>
      reconcile(store, { name: 'Stand-in', mode: 'active' }, connection, { pollMs: 30_000 }),
    /** Rounds until nothing is left to do: every wish stands on its phone, or was given back. */
    async settle(connection: PhoneSystemConnection, rounds = 40): Promise<void> {
      for (let at = 0; at < rounds; at++) {
        try {
          await this.round(connection);
        } catch {
          continue; // A bad day: the next round tries again, as the reconciler does.
        }
        const settled = [...rows.values()].every(({ record, wish, failures }) => {
          const wanted = wish.mode === 'off' ? ['idle'] : ['applied', 'overridden'];
          return failures === 0 && wanted.includes(record.phase);
        });
        if (settled) return;
      }
      const left = [...rows.values()].map(({ number, slot, record, error }) => [
        number,
        slot,
        record.phase,
        error?.message,
      ]);
      throw new Error(`Not settled after ${rounds} rounds: ${JSON.stringify(left)}`);
    },
  };
}

/** Instants can't be cloned by structuredClone; they never change. */
const structuredCloneOf = (row: Row): Row => ({ ...row, record: { ...row.record } });

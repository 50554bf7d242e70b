/** The store of the reconciler (telephony/records.ts) without a database. */
import type { RecordStore, RecordUpdate } from '../../server/src/telephony/records.ts';
import type { MemoryDatabase } from './database.ts';
import type { Lease, RecordEntry } from './tables.ts';

/** The face the reconciler sees: each statement takes its time, and a dead server gets no answer. */
export function recordsInMemory(
  database: MemoryDatabase,
  lease: Lease,
  wait: (what: string) => Promise<void>,
  saved: (entry: RecordEntry, update: RecordUpdate) => void,
): RecordStore {
  const { systemId } = lease;
  return {
    async prepare() {
      return database.prepare(systemId);
    },
    async load() {
      await wait('load');
      return database.load(systemId);
    },
    async save(updates, after) {
      await wait('save');
      const written = database.save(lease, updates, saved, after === 'written');
      await wait('committed');
      return written;
    },
    async knownNumbers(numbers) {
      const known = database.extensions.filter(({ system }) => system === systemId).map(({ number }) => number);
      return numbers.filter((number) => known.includes(number));
    },
  };
}

import { expect, test } from 'vitest';
import { slotOff } from '../presence/presence.ts';
import type { PhoneSystemConnection } from './connector.ts';
import { idleRecord } from './decide.ts';
import { reconcile } from './reconcile.ts';
import { keyOf, type RecordRow, type RecordStore, type RecordUpdate } from './records.ts';

const phone = { always: slotOff, busy: slotOff, unanswered: slotOff };

test.each([
  [5, ['all 500']],
  [40, []],
])('a process that is held up for %i s while it makes a write durable then writes %j', async (seconds, expected) => {
  let now = Temporal.Instant.from('2026-11-22T10:00Z');
  const written: string[] = [];
  const saved: RecordUpdate[] = [];
  const row: RecordRow = {
    ...{ extensionId: 'e', slot: 'always', userId: 'u', number: '201', record: idleRecord(now), desired: slotOff },
    ...{ actual: null, failures: 0, error: null, due: true, dueSeen: '', wish: { mode: 'all', target: '500' } },
    ...{ wishSince: now, changeNumber: 1, context: { status: 'appointment', note: null, until: null } },
  };
  const records: RecordStore = {
    prepare: async () => false,
    load: async () => [row],
    async save(updates) {
      now = now.add({ seconds });
      saved.push(...updates);
      return new Set(updates.map(({ row }) => keyOf(row)));
    },
    knownNumbers: async () => [],
  };
  const connection = {
    capabilities: {
      modes: { off: true, all: true, internal: true, external: true, doNotDisturb: true },
      ...{ slots: { busy: true, unanswered: true }, voicemail: true, readAll: true, watch: false },
    },
    bootId: async () => 'boot 1',
    readAll: async () => new Map([['201', phone]]),
    read: async () => phone,
    async apply(_extension: string, _slot: string, { mode, target }: { mode: string; target: string | null }) {
      written.push(`${mode} ${target}`);
    },
    async close() {},
  } as unknown as PhoneSystemConnection;
  await reconcile(records, { name: 'PBX', mode: 'active' }, connection, { pollMs: 30_000, now: () => now });
  expect(written).toEqual(expected);
  // The phone didn't take it in, or it wasn't told: either way it is tried again soon.
  expect(saved.at(-1)).toMatchObject({ failures: 1, record: { phase: 'intent' } });
});

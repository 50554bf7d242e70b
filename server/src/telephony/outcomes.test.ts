import { expect, test } from 'vitest';
import { slotOff } from '../presence/presence.ts';
import { idleRecord } from './decide.ts';
import { outcome, type Step } from './outcomes.ts';

const now = Temporal.Instant.from('2026-11-22T10:00Z');
const step = (refusal: Step['resolved']['refusal']): Step => ({
  row: {
    ...{ extensionId: 'e', slot: 'always', userId: 'u', number: '202', record: idleRecord(now), desired: slotOff },
    ...{ actual: slotOff, failures: 0, error: null, due: true, dueSeen: '', wish: { mode: 'all', target: '201' } },
    ...{ wishSince: now, changeNumber: 1, context: { status: 'appointment', note: null, until: null } },
  },
  actual: slotOff,
  resolved: { forwarding: slotOff, refusal },
  decision: { record: idleRecord(now), write: null, event: null },
});
const dueIn = (refusal: Step['resolved']['refusal']) =>
  outcome(step(refusal), { systemName: 'PBX', pollMs: 30_000, now: () => now, random: Math.random }).dueInMs;

test('a forwarding refused for a loop is looked at every period, because the loop may end on another phone', () => {
  expect(dueIn({ kind: 'loop', reason: 'round in circles', path: ['202', '201', '202'] })).toBe(30_000);
});
test('one that the phone system cannot do has nothing to wait for', () => {
  expect(dueIn({ kind: 'unsupported', reason: 'It cannot.' })).toBeGreaterThan(3_600_000);
  expect(dueIn(null)).toBeGreaterThan(3_600_000);
});

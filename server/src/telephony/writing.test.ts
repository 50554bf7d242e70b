import { expect, test } from 'vitest';
import { ConnectorError } from '../calendars/connector.ts';
import { slotOff } from '../presence/presence.ts';
import type { PhoneChange, PhoneSystemConnection } from './connector.ts';
import { idleRecord } from './decide.ts';
import type { Step } from './outcomes.ts';
import { keyOf } from './records.ts';
import { sharedOut, writeAll } from './writing.ts';

const start = Temporal.Instant.from('2026-11-22T10:00Z');
const to500 = { mode: 'all' as const, target: '500' };

function step(number: number): Step {
  const record = idleRecord(start);
  return {
    row: {
      ...{ extensionId: `e${number}`, slot: 'always', userId: 'u', number: String(number), record, desired: slotOff },
      ...{ actual: null, failures: 0, error: null, due: true, dueSeen: '', wish: to500, wishSince: start },
      ...{ changeNumber: 1, context: { status: 'appointment', note: null, until: null } },
    },
    actual: slotOff,
    resolved: { forwarding: to500, refusal: null },
    decision: { record, write: to500, event: null },
  };
}
const bulk = (applyAll: NonNullable<PhoneSystemConnection['applyAll']>) => ({ applyAll }) as PhoneSystemConnection;
const writing = { signal: AbortSignal.timeout(60_000), now: () => start, latest: start };

test('a thousand changes go out in portions; one that is refused, and a portion that is lost, are nobody else’s', async () => {
  const steps = Array.from({ length: 1_500 }, (_, at) => step(1_000 + at));
  const sent: PhoneChange[][] = [];
  const errors = await writeAll(
    bulk(async (changes) => {
      sent.push([...changes]);
      if (sent.length === 2) throw new ConnectorError('unreachable', 'The connection broke.');
      return changes.map(({ extension }) => (extension === '1007' ? new ConnectorError('refused', 'No.') : null));
    }),
    steps,
    writing,
  );
  expect(sent.flat().map(({ extension }) => extension)).toEqual(steps.map(({ row }) => row.number));
  expect(sent[0]![0]).toEqual({ extension: '1000', slot: 'always', from: slotOff, to: to500 });
  const second = new Set(sent[1]!.map(({ extension }) => extension));
  for (const { row } of steps)
    expect(errors.get(keyOf(row))?.errorClass, row.number).toBe(
      row.number === '1007' ? 'refused' : second.has(row.number) ? 'unreachable' : undefined,
    );
});

test('a portion whose turn comes too late isn’t sent', async () => {
  let now = start;
  let sent = 0;
  const steps = Array.from({ length: 1_500 }, (_, at) => step(at));
  const errors = await writeAll(
    bulk(async (changes) => {
      sent += changes.length;
      now = start.add({ seconds: 1 });
      return changes.map(() => null);
    }),
    steps,
    { ...writing, now: () => now },
  );
  expect(sent).toBeLessThan(1_500);
  expect(errors.size).toBe(1_500 - sent);
  expect(errors.values().next().value?.message).toContain('held up');
});

test('what is in hand ends before a fault is told, and nothing more is begun', async () => {
  const events: string[] = [];
  let end = () => {};
  const working = sharedOut(['slow', 'bad', 'third', 'fourth'], 2, async (name) => {
    events.push(`${name} begins`);
    if (name === 'bad') throw new Error('a fault');
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    events.push(`${name} ends`);
  });
  let told = false;
  working.catch(() => {
    told = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBe(false);
  end();
  await expect(working).rejects.toThrow('a fault');
  expect(events).toEqual(['slow begins', 'bad begins', 'slow ends']);
});

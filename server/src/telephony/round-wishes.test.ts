import { expect, test } from 'vitest';
import { type SlotForwarding, slotOff } from '../presence/presence.ts';
import type { PhoneSystemConnection } from './connector.ts';
import { idleRecord } from './decide.ts';
import type { RecordRow } from './records.ts';
import { wishesOf } from './round-wishes.ts';

const now = Temporal.Instant.from('2026-03-23T08:00:00Z');
const to = (target: string): SlotForwarding => ({ mode: 'all', target });
const row = (number: string, wish: SlotForwarding, held = false): RecordRow => ({
  ...{ extensionId: number, userId: number, slot: 'always', number, record: idleRecord(now), desired: slotOff },
  ...{ actual: null, failures: 0, error: null, due: !held, held, dueSeen: '', wish, wishSince: now, changeNumber: 1 },
  context: { status: 'appointment', note: null, until: null },
});

/** What 202 is told, which wants its calls at 201, whose forwarding to 202 is paused and left as it is. */
async function told(shownBy201: SlotForwarding | null) {
  const capabilities = { modes: { off: true, all: true }, slots: {}, voicemail: true };
  const connection = {
    capabilities,
    readAll: async (numbers: string[]) =>
      new Map(
        numbers.flatMap((number) =>
          number === '201' && !shownBy201
            ? []
            : [[number, { always: shownBy201 ?? slotOff, busy: slotOff, unanswered: slotOff }]],
        ),
      ),
  } as unknown as PhoneSystemConnection;
  const rows = [row('201', to('202'), true), row('202', to('201'))];
  const knownNumbers = async (numbers: readonly string[]) => numbers.filter((number) => /^20\d$/.test(number));
  const wishes = await wishesOf(rows, { knownNumbers }, connection, () => AbortSignal.timeout(1_000));
  expect([...wishes.keys()]).toEqual(['202 always']);
  return wishes.get('202 always')!;
}

test('a phone that is left as it is counts by what it shows, not by what we left there', async () => {
  expect(await told(to('500'))).toEqual({ forwarding: to('201'), refusal: null });
  expect(await told(slotOff)).toEqual({ forwarding: to('201'), refusal: null });
  expect(await told(to('202'))).toMatchObject({ forwarding: to('voicemail'), refusal: { kind: 'loop' } });
  // It can't be read: what we left there may be there still.
  expect(await told(null)).toMatchObject({ forwarding: to('voicemail'), refusal: { kind: 'loop' } });
});

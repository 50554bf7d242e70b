/** Pages of a simulated server that tells less than was asked for. */
import { expect, test } from 'vitest';
import type { Habits } from '../../../../../simulators/exchange/habits.ts';
import { clientOf, mailboxName, outboundOfTest, passing, serverAt, simulated } from '../server.fixture.ts';
import { findCalendarFolders } from './find-calendar-folders.ts';
import { findCalendarItems, findRecurringMasters } from './find-calendar-items.ts';

const signal = AbortSignal.timeout(120_000);
const month = { from: Temporal.Instant.from('2026-10-01T00:00Z'), to: Temporal.Instant.from('2026-11-01T00:00Z') };
const recurrence = {
  pattern: { type: 'daily', interval: 1 },
  range: { type: 'numbered', startDate: '2026-10-05', numberOfOccurrences: 3 },
} as const;

/** A calendar with five series. @param sent sees each request and may change it. */
async function calendar(habits: Partial<Habits>, sent: (request: string) => string = (request) => request) {
  const { simulator, mailbox } = await simulated(habits);
  for (let number = 0; number < 5; number++)
    mailbox.create({ subject: `No. ${number}`, start: '2026-10-05T09:00', end: '2026-10-05T10:00' }, { recurrence });
  const outbound = passing(outboundOfTest(), (session, url, request) =>
    session.send(url, { ...request, body: sent(request.body ?? '') }),
  );
  const reader = clientOf(serverAt(simulator.url), { outbound }).mailbox(mailboxName, signal);
  const [own] = await findCalendarFolders(reader);
  return { simulator, reader, id: own!.id };
}

test('all pages of series are read, also where each is shorter than was asked for', async () => {
  const { reader, id } = await calendar({ findLimit: 2 });
  const { masters, requests } = await findRecurringMasters(reader, id);
  expect(new Set(masters.map((master) => master.id)).size).toBe(5);
  expect(requests).toBe(3);
});

test('a page with nothing on it is no end where the server says that there is more', async () => {
  const { reader, id } = await calendar({ findLimit: 0 });
  await expect(findRecurringMasters(reader, id)).rejects.toMatchObject({
    errorClass: 'throttled',
    code: 'ErrorExceededFindCountLimit',
  });
  expect(await findCalendarItems(reader, id, month)).toEqual({ items: [], isWhole: false, isCutShort: true });
});

test('a server that begins every page at the beginning isn’t asked for ever', async () => {
  const { reader, id } = await calendar({ findLimit: 2 }, (request) => request.replace(/Offset="\d+"/, 'Offset="0"'));
  await expect(findRecurringMasters(reader, id)).rejects.toMatchObject({ errorClass: 'malformed' });
});

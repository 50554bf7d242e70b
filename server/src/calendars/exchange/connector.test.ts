/** An account on the simulated Exchange as the sync engine sees it. */
import { expect, test } from 'vitest';
import type { Habits } from '../../../../simulators/exchange/habits.ts';
import { type CalendarConnector, type Change, ConnectorError } from '../connector.ts';
import { exchangeConnector } from './connector.ts';
import { mailboxName, outboundOfTest, passing, serverAt, simulated } from './server.fixture.ts';

const signal = AbortSignal.timeout(120_000);
const window = { from: Temporal.Instant.from('2026-10-01T00:00Z'), to: Temporal.Instant.from('2026-11-01T00:00Z') };
const account = { id: 'a', settings: { mailbox: mailboxName }, secret: null, exchangeServerId: 'server' };
const daily = {
  pattern: { type: 'daily' as const, interval: 1 },
  range: { type: 'noEnd' as const, startDate: '2026-10-05' },
};
const standUp = { subject: 'Stand-up', start: '2026-10-05T09:00', end: '2026-10-05T09:15', timeZone: 'UTC' };
const review = { subject: 'Review', start: '2026-10-06T10:00', end: '2026-10-06T11:00', timeZone: 'UTC' };

/** @param answered after each answer of the server, with what was asked. */
async function connected(habits: Partial<Habits> = {}, answered: (request: string) => void = () => {}) {
  const { simulator, mailbox } = await simulated(habits);
  const outbound = passing(outboundOfTest(), async (session, url, request) => {
    const answer = await session.send(url, request);
    answered(request.body ?? '');
    return answer;
  });
  const connector = exchangeConnector(outbound, { server: async () => serverAt(simulator.url) });
  return { simulator, mailbox, connector: connector as CalendarConnector };
}

/** @param known what is stored, which the pull makes what it is then. */
async function pull(connector: CalendarConnector, remoteId: string, cursor: unknown, known: Map<string, string>) {
  const changes: Change[] = [];
  const request = { calendar: { remoteId }, cursor, window, timeZone: 'UTC', known: async () => known, signal };
  for await (const change of connector.pull(account, request)) changes.push(change);
  const objects = changes.flatMap((change) => (change.type === 'upsert' ? [change.object] : []));
  for (const { key, version } of objects) known.set(key, version);
  const end = changes.at(-1);
  if (end?.type !== 'end') throw new Error('A pull ends with its end.');
  return { objects, end, kept: changes.filter(({ type }) => type === 'unchanged').length };
}

test('its calendars are found, the mailbox’s own is the one that takes part', async () => {
  const { connector, mailbox } = await connected();
  mailbox.addCalendar('Project');
  expect(await connector.discover(account, signal)).toMatchObject([
    { name: 'Calendar', selectedByDefault: true },
    { name: 'Project', selectedByDefault: false },
  ]);
  const steps = await connector.check(account, signal);
  expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
    ...[['server', true] as const, ['signIn', true] as const, ['calendars', true] as const],
  ]);
});

test('a mailbox that isn’t there, and one that may not be read, are told apart', async () => {
  const { connector, simulator } = await connected();
  const missing = { ...account, settings: { mailbox: 'nobody@contoso.example' } };
  await expect(connector.discover(missing, signal)).rejects.toMatchObject({ errorClass: 'notFound' });
  simulator.world.accounts[0]!.impersonates = 'nobody';
  expect((await connector.check(account, signal)).at(-1)).toMatchObject({ ok: false, errorClass: 'consent' });
  const none = { ...account, exchangeServerId: null };
  await expect(connector.discover(none, signal)).rejects.toBeInstanceOf(ConnectorError);
});

test.each(['occurrences', 'mastersThatBegin'] as const)(
  'what hasn’t changed isn’t read again, and days roll on without a request (a view of %s)',
  async (calendarView) => {
    const { connector, mailbox } = await connected({ calendarView });
    mailbox.create(review);
    const series = mailbox.create(standUp, { recurrence: daily });
    const [calendar] = await connector.discover(account, signal);
    const known = new Map<string, string>();
    const first = await pull(connector, calendar!.remoteId, null, known);
    expect(first.objects.map(({ appointments }) => appointments.length).sort()).toEqual([1, 27]);
    const quiet = await pull(connector, calendar!.remoteId, first.end.cursor, known);
    expect(quiet).toMatchObject({ objects: [], kept: 2 });
    // The series is one: a single occurrence that moves makes all of it new.
    mailbox.updateOccurrence(series.number, '2026-10-08', { start: '2026-10-08T15:00', end: '2026-10-08T15:15' });
    const moved = await pull(connector, calendar!.remoteId, quiet.end.cursor, known);
    expect(moved).toMatchObject({ objects: [{ appointments: expect.any(Array) }], kept: 1 });
    const starts = moved.objects[0]!.appointments.map(({ when, occurrence }) => [occurrence, when.start.toString()]);
    expect(starts).toContainEqual(['2026-10-08T09:00:00Z', '2026-10-08T15:00:00Z']);
    expect(starts).toHaveLength(27);
    const later = { from: window.from.add({ hours: 48 }), to: window.to.add({ hours: 48 }) };
    const rolled = connector.expand!(moved.objects[0]!.source!, later, 'UTC');
    expect(rolled.appointments).toHaveLength(29);
  },
);

test('a series that is made while its calendar is listed is no sign that the server doesn’t expand series', async () => {
  let make: (() => void) | null = null;
  const { connector, mailbox } = await connected({ changeKeys: 'occurrence' }, (request) => {
    if (!request.includes('CalendarView')) return;
    make?.();
    make = null;
  });
  const [calendar] = await connector.discover(account, signal);
  const known = new Map<string, string>();
  const once = { ...daily, range: { type: 'numbered' as const, startDate: '2026-10-05', numberOfOccurrences: 1 } };
  let number = 0;
  make = () => {
    ({ number } = mailbox.create(standUp, { recurrence: once }));
  };
  const first = await pull(connector, calendar!.remoteId, null, known);
  expect(first).toMatchObject({ objects: [{ appointments: [{ title: 'Stand-up' }] }] });
  expect(first.end.cursor).toMatchObject({ expansion: 'server' });
  mailbox.cancelOccurrence(number, '2026-10-05');
  expect(await pull(connector, calendar!.remoteId, first.end.cursor, known)).toMatchObject({ objects: [], kept: 0 });
});

test('what can’t be read this time stays as it was and is looked at again; what is new is told as not readable', async () => {
  const { connector, simulator, mailbox } = await connected();
  const item = mailbox.create(review);
  const [calendar] = await connector.discover(account, signal);
  const known = new Map<string, string>();
  const first = await pull(connector, calendar!.remoteId, null, known);
  expect(first.end.unsettled).toBe(false);
  simulator.world.habits = { ...simulator.world.habits, unreadableItems: 1 };
  mailbox.update(item.number, { subject: 'Changed' });
  mailbox.create({ ...review, subject: 'New' });
  const second = await pull(connector, calendar!.remoteId, first.end.cursor, known);
  expect(second).toMatchObject({
    kept: 1,
    objects: [{ appointments: [], skipped: [{ reason: expect.stringContaining('Exchange can’t give it') }] }],
  });
  expect(second.end.unsettled).toBe(true);
  simulator.world.habits = { ...simulator.world.habits, unreadableItems: 0 };
  const third = await pull(connector, calendar!.remoteId, second.end.cursor, known);
  expect(third.objects.flatMap(({ appointments }) => appointments.map(({ title }) => title)).sort()).toEqual([
    'Changed',
    'New',
  ]);
});

test.each([
  ['what comes behind the address of Outlook on the web', 'query'],
  ['the whole address', 'absolute'],
] as const)('an occurrence opens in Outlook on the web of the server (told as %s)', async (_, openLinks) => {
  const { connector, simulator, mailbox } = await connected({ openLinks });
  mailbox.create(standUp, { recurrence: daily });
  const [calendar] = await connector.discover(account, signal);
  const { objects } = await pull(connector, calendar!.remoteId, null, new Map());
  const of = { calendar: calendar!, source: objects[0]!.source!, occurrence: '2026-10-07T09:00:00Z' };
  const link = await connector.openLink!(account, of, signal);
  expect(link).toMatch(/^https?:\/\/[^/]+\/owa\/\?.+/);
  if (openLinks === 'query') expect(link!.startsWith(`${simulator.url}/owa/`)).toBe(true);
  expect(await connector.openLink!(account, { ...of, occurrence: '2031-01-01T09:00:00Z' }, signal)).toBeNull();
});

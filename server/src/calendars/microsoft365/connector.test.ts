/** Against the simulated Microsoft 365 (simulators/microsoft365), which shares no code with this, without a socket. */
import { expect, test } from 'vitest';
import { type Habits, nasty, tame } from '../../../../simulators/microsoft365/habits.ts';
import { type Cloud, inProcessCloud, storedLine, truthOf } from '../../../../test/sources/microsoft365-cloud.ts';
import { MemoryCalendar } from '../../../../test/sources/microsoft365-engine.ts';
import { windowAt } from '../../sync/window.ts';
import { type ConnectorAccount, ConnectorError } from '../connector.ts';
import { microsoft365Connector } from './connector.ts';
import type { DelegatedGrant, Grant, Microsoft365Settings } from './grant.ts';

const signal = new AbortController().signal;
const timeZone = 'Europe/Berlin';
const days = { daysBack: 7, daysAhead: 60 };
const startAt = Date.parse('2026-11-22T08:00:00Z');
const day = 86_400_000;

function setting(habits: Partial<Habits> = tame, seed = 1) {
  const cloud = inProcessCloud(habits, seed, startAt);
  const { id: tenantId } = cloud.tenant;
  const { mailbox } = cloud.world.addUser({ tenantId, name: 'Ada', address: 'ada@contoso.example' });
  mailbox.create({
    subject: 'Review',
    start: '2026-11-23T10:00',
    end: '2026-11-23T11:00',
    joinUrl: 'https://t.example/j',
  });
  const holiday = { subject: 'Holiday', start: '2026-11-24T00:00', end: '2026-11-25T00:00' };
  mailbox.create({ ...holiday, isAllDay: true, showAs: 'oof' });
  const standUp = mailbox.create(
    { subject: 'Stand-up', start: '2026-11-17T09:00', end: '2026-11-17T09:15' },
    { recurrence: { pattern: { type: 'daily', interval: 1 }, range: { type: 'noEnd', startDate: '2026-11-17' } } },
  );
  const weekly = mailbox.create(
    { subject: 'Weekly', start: '2026-11-18T13:00', end: '2026-11-18T14:00', timeZone: 'Eastern Standard Time' },
    {
      recurrence: {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: ['wednesday'] },
        range: { type: 'numbered', startDate: '2026-11-18', numberOfOccurrences: 20 },
      },
    },
  );
  const connector = microsoft365Connector(cloud.outbound, {
    application: async () => cloud.application,
    ...{ time: cloud.time, random: cloud.world.random },
  });
  return { cloud, mailbox, standUp, weekly, connector };
}

function accountOf(cloud: Cloud, secret: Grant = cloud.grantOf('ada@contoso.example')) {
  const kept: Grant[] = [];
  const account: ConnectorAccount<Microsoft365Settings, Grant> = {
    ...{ id: 'a', settings: { mailbox: 'ada@contoso.example' }, secret, applicationId: 'app' },
    keepSecret: async (grant) => void kept.push(grant),
  };
  return { account, kept };
}

async function pulled(at: ReturnType<typeof setting>, calendar: MemoryCalendar, account = accountOf(at.cloud).account) {
  const now = at.cloud.time.now();
  const error = await calendar.pull(at.connector, account, { now, timeZone, days });
  return { error, rows: [...calendar.rows()].map(({ row }) => storedLine(row)).sort() };
}
const truth = ({ cloud, mailbox }: ReturnType<typeof setting>, calendar = mailbox.defaultCalendar) =>
  truthOf(mailbox, calendar, windowAt(Temporal.Instant.fromEpochMilliseconds(cloud.time.now()), days), timeZone);

test('says step by step what it finds, and names its calendars, shared ones by their owner', async () => {
  const at = setting();
  const { account } = accountOf(at.cloud);
  const { mailbox: grace } = at.cloud.world.addUser({
    ...{ tenantId: at.cloud.tenant.id, name: 'Grace', address: 'grace@contoso.example' },
  });
  at.mailbox.addCalendar('Calendar', false, { mailbox: grace, calendar: grace.defaultCalendar.id });
  expect(await at.connector.check(account, signal)).toEqual([
    { name: 'server', ok: true, message: 'graph.test answers.' },
    { name: 'signIn', ok: true, message: 'Microsoft 365 lets us read the mailbox ada@contoso.example.' },
    { name: 'calendars', ok: true, message: '2 calendars found: Calendar, Calendar (Grace).' },
  ]);
  expect((await at.connector.discover(account, signal)).map(({ selectedByDefault }) => selectedByDefault)).toEqual([
    true,
    false,
  ]);
});

test('a first round takes one look at the window; a touched series one more request, nothing new one in all', async () => {
  const at = setting();
  const { account } = accountOf(at.cloud);
  const [found] = await at.connector.discover(account, signal);
  const calendar = new MemoryCalendar(found!.remoteId);
  expect(await pulled(at, calendar, account)).toEqual({ error: null, rows: truth(at) });
  const before = { ...at.cloud.counters.requests };
  const spent = () =>
    Object.entries(at.cloud.counters.requests).flatMap(([kind, count]) =>
      count > (before[kind] ?? 0) ? [[kind, count - (before[kind] ?? 0)]] : [],
    );
  await pulled(at, calendar, account);
  expect(spent()).toEqual([['delta', 1]]);
  at.mailbox.updateOccurrence(at.standUp.number, '2026-11-25', { start: '2026-11-25T16:00', end: '2026-11-25T17:00' });
  at.mailbox.cancelOccurrence(at.standUp.number, '2026-11-26');
  expect((await pulled(at, calendar, account)).rows).toEqual(truth(at));
  expect(spent()).toEqual([
    ['delta', 2],
    ['instances', 1],
  ]);
  expect(calendar.fullRounds).toBe(1);
});

test('rolls on for a week from what is kept, and is read in full about once a week', async () => {
  const at = setting();
  const [found] = await at.connector.discover(accountOf(at.cloud).account, signal);
  const calendar = new MemoryCalendar(found!.remoteId);
  for (let passed = 0; passed < 22; passed++) {
    expect(await pulled(at, calendar), `after ${passed} days`).toEqual({ error: null, rows: truth(at) });
    at.cloud.turn(day);
  }
  expect(calendar.fullRounds).toBeLessThanOrEqual(4);
});

for (const seed of [1, 2, 3, 4, 5, 6])
  test(`under its worst habits the agenda becomes what the mailbox holds (seed ${seed})`, async () => {
    const at = setting({ ...nasty, faults: 0.15, cuts: 0.1, moody429: 0.1, forgottenTokens: 0.3 }, seed);
    const { mailbox, cloud } = at;
    const { account } = accountOf(cloud);
    const remoteId = `AAMkAG${Buffer.from(`${mailbox.owner.id.slice(0, 8)}|cal1`).toString('base64url')}=`;
    const calendar = new MemoryCalendar(remoteId);
    const until = async () => {
      for (let tries = 0; tries < 20; tries++) {
        const { error, rows } = await pulled(at, calendar, account);
        if (error === null) return rows;
        if (tries === 19) throw error;
        cloud.turn(60_000);
      }
      throw new Error('It never went well.');
    };
    expect(await until()).toEqual(truth(at));
    mailbox.cancelOccurrence(at.standUp.number, '2026-11-27');
    expect(await until()).toEqual(truth(at));
    mailbox.updateOccurrence(at.weekly.number, '2026-12-02', { start: '2026-12-03T13:00', end: '2026-12-03T14:00' });
    mailbox.update(at.standUp.number, {
      subject: 'Stand-up, later',
      start: '2026-11-17T11:00',
      end: '2026-11-17T11:15',
    });
    expect(await until()).toEqual(truth(at));
    mailbox.update(1, { start: '2028-01-01T10:00', end: '2028-01-01T11:00' });
    mailbox.delete(at.weekly.number);
    expect(await until()).toEqual(truth(at));
    cloud.rounds.forgetAll();
    expect(await until()).toEqual(truth(at));
  });

test('a refreshed grant is kept before it is used, once for all that wait; a dead one asks to sign in again', async () => {
  const at = setting();
  const { cloud } = at;
  const soon = { ...cloud.grantOf('ada@contoso.example'), expiresAt: new Date(startAt + 1_000).toISOString() };
  const { account, kept } = accountOf(cloud, soon);
  await Promise.all([at.connector.discover(account, signal), at.connector.discover(account, signal)]);
  expect(kept).toHaveLength(1);
  expect((kept[0] as DelegatedGrant).refreshToken).not.toBe(soon.refreshToken);
  await at.connector.discover(account, signal);
  expect(kept, 'the same lease goes on with it').toHaveLength(1);

  const lost = { ...accountOf(cloud, soon).account, keepSecret: () => Promise.reject(new Error('the lease is lost')) };
  const asked = cloud.counters.requests.calendars;
  await expect(at.connector.discover(lost, signal)).rejects.toThrow('the lease is lost');
  expect(cloud.counters.requests.calendars, 'what isn’t kept isn’t used').toBe(asked);

  cloud.world.userBy('ada@contoso.example')!.validFrom = cloud.time.now() + 1;
  cloud.turn(10);
  await expect(at.connector.discover(accountOf(cloud, kept[0]).account, signal)).rejects.toMatchObject({
    errorClass: 'credentials',
    message: 'Microsoft 365 no longer accepts the sign-in. Sign in again.',
  });
});

test('the application itself reads the mailboxes of its scope, by one token, and says why not the others', async () => {
  const at = setting();
  const { cloud, connector } = at;
  cloud.world.addUser({ tenantId: cloud.tenant.id, name: 'Grace', address: 'grace@contoso.example' });
  cloud.world.addUser({ tenantId: cloud.tenant.id, name: 'Bob', address: 'bob@contoso.example', mailbox: false });
  const of = (mailbox: string) => ({ ...accountOf(cloud, { kind: 'application' }).account, settings: { mailbox } });
  const ada = of('ada@contoso.example');
  const [found] = await connector.discover(ada, signal);
  const calendar = new MemoryCalendar(found!.remoteId);
  expect(await pulled(at, calendar, ada)).toEqual({ error: null, rows: truth(at) });
  await expect(connector.discover(of('nobody@contoso.example'), signal)).rejects.toMatchObject({
    errorClass: 'notFound',
  });
  await expect(connector.discover(of('bob@contoso.example'), signal)).rejects.toMatchObject({ errorClass: 'notFound' });
  cloud.registered.mailboxScope = ['grace@contoso.example'];
  await expect(connector.discover(ada, signal)).rejects.toMatchObject({ errorClass: 'consent' });
  expect((await connector.check(ada, signal)).at(-1)).toMatchObject({ name: 'signIn', ok: false });
});

test('four requests at a time at most, and patience that has an end', async () => {
  const at = setting({ ...tame, moody429: 0.4 });
  const { account } = accountOf(at.cloud);
  await Promise.all(Array.from({ length: 30 }, () => at.connector.discover(account, signal).catch(() => [])));
  expect(Math.max(...at.cloud.throttling.peaks.values())).toBeLessThanOrEqual(4);
  at.cloud.world.habits = { ...tame, moody429: 1 };
  const error = await at.connector.discover(account, signal).catch((caught) => caught);
  expect(error).toBeInstanceOf(ConnectorError);
  expect(error).toMatchObject({ errorClass: 'throttled' });
  expect(error.retryAt.epochMilliseconds).toBeGreaterThan(at.cloud.time.now());
  at.cloud.world.habits = { ...tame, faults: 1 };
  await expect(at.connector.discover(accountOf(at.cloud).account, signal)).rejects.toBeInstanceOf(ConnectorError);
});

test('never follows a link to another server, and takes no broken page for the end', async () => {
  const at = setting();
  const { cloud } = at;
  const { account } = accountOf(cloud);
  const [found] = await at.connector.discover(account, signal);
  const asked: string[] = [];
  const answering = (body: object | string) =>
    microsoft365Connector(
      {
        ...cloud.outbound,
        fetch: async (url, request) => {
          asked.push(String(url));
          const whole = await cloud.outbound.fetch(url, request);
          return { ...whole, text: () => (typeof body === 'string' ? body : JSON.stringify(body)) };
        },
      },
      { application: async () => cloud.application, time: cloud.time },
    );
  for (const body of [
    { value: [], '@odata.nextLink': 'https://elsewhere.example/v1.0/me' },
    { value: [] },
    { value: {}, '@odata.deltaLink': 'x' },
    { value: [{ subject: 'no id' }], '@odata.deltaLink': 'http://graph.test/v1.0/x' },
    '<html>',
  ]) {
    const calendar = new MemoryCalendar(found!.remoteId);
    const now = cloud.time.now();
    expect(await calendar.pull(answering(body), account, { now, timeZone, days })).toMatchObject({
      errorClass: 'malformed',
    });
  }
  expect(asked.every((url) => new URL(url).host === 'graph.test')).toBe(true);
});

test('an occurrence opens by its ordinary id', async () => {
  const at = setting();
  const { account } = accountOf(at.cloud);
  const [found] = await at.connector.discover(account, signal);
  const calendar = new MemoryCalendar(found!.remoteId);
  await pulled(at, calendar, account);
  const [first] = [...calendar.rows()].filter(({ row }) => row.title === 'Weekly');
  const { source } = calendar.objects.get(first!.key)!;
  const of = { calendar: { remoteId: calendar.remoteId }, source: source!, occurrence: first!.row.occurrence };
  const link = await at.connector.openLink!(account, of, signal);
  const id = new URL(link!).searchParams.get('itemid')!;
  expect(id.startsWith('AAMkAD'), 'an id that isn’t immutable').toBe(true);
  expect(await at.connector.openLink!(account, { ...of, occurrence: 'never' }, signal)).toBeNull();
});

test('for a group that keeps only when its users are busy nothing else is kept', async () => {
  const at = setting();
  const [found] = await at.connector.discover(accountOf(at.cloud).account, signal);
  const calendar = new MemoryCalendar(found!.remoteId);
  await pulled(at, calendar);
  for (const { source } of calendar.objects.values()) {
    const bare = at.connector.freeBusy!.source(source!, []);
    expect(bare).not.toMatch(/Review|Stand-up|Weekly|Holiday|contoso|t\.example/);
    const window = windowAt(Temporal.Instant.fromEpochMilliseconds(startAt), days);
    const whole = at.connector.expand!(source!, window, timeZone).appointments;
    const reduced = at.connector.expand!(bare, window, timeZone).appointments;
    expect(reduced.map(({ when, showAs }) => [when, showAs])).toEqual(whole.map(({ when, showAs }) => [when, showAs]));
  }
});

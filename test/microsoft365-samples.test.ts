/** What Microsoft's documentation shows of Graph's answers, held against Microsoft's metadata and given to the connector. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { ConnectorAccount } from '../server/src/calendars/connector.ts';
import { repliesIn } from '../server/src/calendars/microsoft365/automatic-replies.ts';
import { batchGet } from '../server/src/calendars/microsoft365/batch.ts';
import { microsoft365Connector } from '../server/src/calendars/microsoft365/connector.ts';
import { appointmentOf } from '../server/src/calendars/microsoft365/events.ts';
import type { Grant, Microsoft365Settings } from '../server/src/calendars/microsoft365/grant.ts';
import { GraphRefusal } from '../server/src/calendars/microsoft365/graph-client.ts';
import { graphEvent } from '../server/src/calendars/microsoft365/graph-event.ts';
import { timeIn } from '../server/src/calendars/microsoft365/mailbox-settings.ts';
import type { Outbound } from '../server/src/outbound/outbound.ts';
import { MemoryCalendar } from './sources/microsoft365-engine.ts';
import * as samples from './sources/microsoft365-samples.ts';

type Answer = { status: number; body: unknown };
const ok = (body: unknown): Answer => ({ status: 200, body });
const signal = new AbortController().signal;
const now = Date.parse('2026-12-01T08:00:00Z');

function graph(answer: (url: URL, body: string) => Answer) {
  const asked: string[] = [];
  const outbound: Pick<Outbound, 'fetch'> = {
    async fetch(url, request) {
      const address = new URL(url);
      asked.push(address.pathname.replace('/v1.0', ''));
      const { status, body } = answer(address, String(request.body ?? ''));
      const text = JSON.stringify(body);
      return { status, headers: new Headers(), url: address.href, body: Buffer.from(text), text: () => text };
    },
  };
  const application = {
    ...{ id: 'a', name: 'Calendars', clientId: 'c', tenantId: 't', credential: null, cloud: 'custom' as const },
    ...{ loginAddress: 'https://login.test', graphAddress: 'https://graph.test' },
  };
  const connector = microsoft365Connector(outbound as Outbound, {
    application: async () => application,
    time: { now: () => now, sleep: async () => {} },
  });
  const account: ConnectorAccount<Microsoft365Settings, Grant> = {
    ...{ id: 'a', settings: { mailbox: 'ada@contoso.example' }, applicationId: 'a' },
    secret: {
      ...{ kind: 'delegated', accessToken: 'token', refreshToken: 'next', scopes: [] },
      expiresAt: '2027-01-01T00:00:00Z',
    },
  };
  return { asked, connector, account };
}
const notFound: Answer = { status: 404, body: samples.errorWith('itemNotFound', 'ErrorItemNotFound') };
const days = { daysBack: 7, daysAhead: 60 };
const pull = ({ connector, account }: ReturnType<typeof graph>, calendar: MemoryCalendar) =>
  calendar.pull(connector, account, { now, timeZone: 'Europe/Berlin', days });
const shown = (calendar: MemoryCalendar) =>
  [...calendar.rows()].map(({ row }) => `${row.starts_at} ${row.title}`).sort();

test('they have the shapes of Microsoft’s metadata', () => {
  const path = new URL('../simulators/microsoft365/schema/graph.schema.json', import.meta.url);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(JSON.parse(readFileSync(path, 'utf8')), 'graph');
  const hold = (name: string, values: readonly object[]) => {
    const validate = ajv.compile({ $ref: `graph#/$defs/${name}` });
    for (const value of values) {
      const { '@odata.context': _, ...rest } = value as Record<string, unknown>;
      expect(validate(rest), `${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`).toBe(true);
    }
  };
  hold(
    'event',
    [...samples.deltaPages, samples.deltaNext, samples.events, samples.instances].flatMap(
      (page) => page.value as object[],
    ),
  );
  hold('calendar', samples.calendars.value);
  // The page shows an object where the metadata has a word; nobody here reads it.
  const { userPurpose, ...settings } = samples.mailboxSettings;
  expect(userPurpose).toEqual({ value: 'user' });
  hold('mailboxSettings', [{ ...settings, userPurpose: userPurpose.value }, { workingHours: samples.workingHours }]);
  // On the page, and not in the metadata.
  const { notificationContentType: _, ...subscription } = samples.subscription;
  hold('subscription', [subscription]);
  hold('changeNotification', samples.notices.value);
  expect(ajv.validate({ $ref: 'graph#/$defs/event' }, { id: 'i', showAs: 'somewhere' }), 'and not everything has').toBe(
    false,
  );
});

test('a delta round of several pages and the next one, of events that are told in part', async () => {
  let pages: object[] = [...samples.deltaPages];
  const cloud = graph((url, body) => {
    if (url.pathname.endsWith('/delta')) return ok(pages.shift());
    // Which of them are told in full only the event itself can say; here nobody has more of them.
    const { requests } = JSON.parse(body || '{"requests":[]}') as { requests: { id: string }[] };
    return url.pathname.endsWith('/$batch')
      ? ok({ responses: requests.map(({ id }) => ({ id, ...notFound })) })
      : notFound;
  });
  const calendar = new MemoryCalendar('c');
  expect(await pull(cloud, calendar)).toBeNull();
  expect(shown(calendar)).toEqual([
    '2026-12-09T20:30:00Z Write the notes',
    '2026-12-10T01:00:00Z Fetch the engine',
    '2026-12-10T19:30:00Z Buy cards',
    '2026-12-10T22:00:00Z Punch cards',
    '2026-12-12T02:00:00Z Run!',
  ]);
  pages = [samples.deltaNext];
  expect(await pull(cloud, calendar)).toBeNull();
  expect(shown(calendar)).toEqual([
    '2026-12-09T20:30:00Z Write the notes',
    '2026-12-10T19:30:00Z Buy cards',
    '2026-12-10T22:00:00Z Punch cards',
    '2026-12-12T02:00:00Z Run!',
    '2026-12-25T06:00:00Z Lecture',
  ]);
  expect([...calendar.rows()].find(({ row }) => row.title === 'Lecture')!.row.location).toBe('Royal Institution');
});

test('instances, with what they leave out taken from their master; times in the zone that was asked for', async () => {
  const master = { id: 'AAMkAGUz=', type: 'seriesMaster', subject: 'Quarter', showAs: 'oof', iCalUId: 'quarter' };
  const [first] = samples.instances.value;
  const cloud = graph(({ pathname }) => {
    if (pathname.endsWith('/delta')) return ok({ ...samples.deltaPages[2], value: [first] });
    if (pathname.endsWith('/instances')) return ok(samples.instances);
    return pathname.endsWith('/events/AAMkAGUz%3D') ? ok(master) : notFound;
  });
  const calendar = new MemoryCalendar('c');
  expect(await pull(cloud, calendar)).toBeNull();
  expect(shown(calendar)).toEqual([
    '2026-12-08T20:30:00Z Quarter',
    '2026-12-16T20:30:00Z Quarter',
    '2026-12-22T20:30:00Z Quarter',
  ]);
  for (const { row } of calendar.rows()) expect(row).toMatchObject({ uid: 'quarter', show_as: 'outOfOffice' });

  expect(appointmentOf(graphEvent(samples.events.value[0])!, 'UTC')).toMatchObject({
    appointment: {
      when: {
        start: Temporal.Instant.from('2026-12-21T18:00:00Z'),
        end: Temporal.Instant.from('2026-12-21T20:00:00Z'),
      },
      ...{ location: 'Hall', organizer: 'Ada Lovelace', attendeeCount: 1 },
    },
  });
});

test('calendars, settings and subscriptions', async () => {
  const cloud = graph(({ pathname }) =>
    pathname.endsWith('/calendars')
      ? ok(samples.calendars)
      : pathname.endsWith('/subscriptions')
        ? { status: 201, body: samples.subscription }
        : ok(samples.mailboxSettings),
  );
  expect(await cloud.connector.discover(cloud.account, signal)).toEqual([
    { remoteId: 'AAMkAGI2=', name: 'Calendar', color: null, selectedByDefault: true, told: true },
  ]);
  // The hours are in another zone than the mailbox: they would mean something else here.
  expect(await cloud.connector.ownersTime!(cloud.account, signal)).toEqual({ timeZone: 'UTC', workingDay: null });
  expect(timeIn({ timeZone: 'Pacific Standard Time', workingHours: samples.mailboxSettings.workingHours })).toEqual({
    timeZone: 'America/Los_Angeles',
    workingDay: { start: '08:00', end: '17:00', days: [1, 2, 3, 4, 5] },
  });
  expect(repliesIn(samples.automaticReplies)).toMatchObject({
    ...{ status: 'scheduled', audience: 'all', internalMessage: samples.automaticReplies.internalReplyMessage },
    ...{ start: Temporal.Instant.from('2026-12-14T07:00:00Z'), end: Temporal.Instant.from('2026-12-28T07:00:00Z') },
  });
  expect(timeIn({ timeZone: 'Europe/Vienna', workingHours: samples.workingHours })).toEqual({
    timeZone: 'Europe/Vienna',
    workingDay: { start: '09:00', end: '18:30', days: [1, 6] },
  });
  const wanted = { address: samples.subscription.notificationUrl, remoteId: null, clientState: 'ours' };
  const kept = await cloud.connector.keepSubscribed!(
    cloud.account,
    { ...wanted, now: Temporal.Instant.fromEpochMilliseconds(now) },
    signal,
  );
  expect(kept).toMatchObject({ remoteId: samples.subscription.id, renewed: false });
  expect(kept.expiresAt.toString()).toBe('2026-12-20T18:23:45.9356913Z');
});

test('each part of a batch is judged alone, and an inner error counts', async () => {
  const cloud = graph(({ pathname }) =>
    pathname.endsWith('/$batch')
      ? ok(
          samples.batchParts([
            { id: '2', body: samples.calendars },
            { id: '0', body: samples.events },
          ]),
        )
      : notFound,
  );
  const client = await cloud.connector.client(cloud.account, signal);
  const parts = await batchGet(client, ['/me/a', '/me/b', '/me/c', '/me/d'], []);
  expect(parts.map(({ status }) => status)).toEqual([200, 403, 200, 404]);
  expect(parts[0]!.body).toEqual(samples.events);
  expect(cloud.asked, 'what the batch left out is asked for by itself').toEqual(['/$batch', '/me/d']);

  const refused = client.refusal(404, samples.errorWith('generalException', 'MailboxNotEnabledForRESTAPI'), null);
  expect(refused).toMatchObject({ errorClass: 'notFound', codes: ['generalException', 'MailboxNotEnabledForRESTAPI'] });
  expect(refused.message).toContain('no mailbox');
  expect(refused).toBeInstanceOf(GraphRefusal);

  const pages: Answer[] = [
    ok({ ...samples.deltaPages[2], value: [] }),
    { status: 409, body: samples.errorWith('generalException', 'resyncRequired') },
    ok({ ...samples.deltaPages[2], value: [] }),
  ];
  const forgetting = graph(() => pages.shift()!);
  const calendar = new MemoryCalendar('c');
  expect(await pull(forgetting, calendar)).toBeNull();
  expect(await pull(forgetting, calendar)).toBeNull();
  expect(calendar.fullRounds).toBe(2);
});

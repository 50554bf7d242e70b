/** What a round may hold that the simulator never tells: pages written by hand. */
import { expect, test } from 'vitest';
import type { Change } from '../connector.ts';
import { ApplicationGate } from './gate.ts';
import { GraphClient } from './graph-client.ts';
import { pullCalendar } from './pull.ts';

const window = {
  from: Temporal.Instant.from('2026-11-22T00:00:00Z'),
  to: Temporal.Instant.from('2026-12-22T00:00:00Z'),
};
const link = 'https://graph.test/v1.0/delta?token=1';

const at = (text: string) => ({ dateTime: `${text}:00.0000000`, timeZone: 'UTC' });
const event = (id: string, more: object = {}) => ({
  ...{
    id,
    type: 'singleInstance',
    subject: id,
    showAs: 'busy',
    iCalUId: `uid-${id}`,
    lastModifiedDateTime: '2026-11-20T10:00:00Z',
  },
  ...{ start: at('2026-11-25T10:00'), end: at('2026-11-25T11:00'), ...more },
});
const occurrence = (id: string, seriesMasterId: string, more: object = {}) =>
  event(id, { type: 'occurrence', seriesMasterId, originalStart: '2026-11-25T10:00:00Z', ...more });
const removed = (id: string) => ({ id, '@removed': { reason: 'deleted' } });

interface Told {
  delta?: object[];
  view?: object[];
  instances?: Record<string, object[]>;
  single?: Record<string, object>;
  /** Before all of these. @param before how many requests there were already */
  habit?: (url: URL, before: number) => { status: number; body: object } | null;
}

/** @returns what a pull makes of it, without its end, and which requests it took. */
async function pulled(told: Told, cursor: unknown = null, known = new Map<string, string>()) {
  const asked: string[] = [];
  const addresses: string[] = [];
  const answer = (url: URL): object | null => {
    const { pathname } = url;
    if (pathname.endsWith('/delta')) return { value: told.delta ?? [], '@odata.deltaLink': link };
    if (pathname.endsWith('/calendarView')) return { value: told.view ?? [] };
    const [, id] = /\/events\/([^/]+)(?:\/instances)?$/.exec(pathname) ?? [];
    if (pathname.endsWith('/instances')) return told.instances?.[id!] ? { value: told.instances[id!]! } : null;
    return told.single?.[id!] ?? null;
  };
  const respond = (url: URL) => {
    const other = told.habit?.(url, asked.length - 1);
    if (other) return other;
    const body = answer(url);
    return body ? { status: 200, body } : { status: 404, body: { error: { code: 'ErrorItemNotFound' } } };
  };
  const client = new GraphClient({
    outbound: {
      async fetch(url, request) {
        const address = new URL(url);
        asked.push(address.pathname.split('/').at(-1)!);
        addresses.push(address.href);
        let { status, body } = respond(address);
        if (address.pathname.endsWith('/$batch')) {
          const { requests } = JSON.parse(String(request.body)) as { requests: { id: string; url: string }[] };
          const responses = requests.map(({ id, url: path }) => ({
            id,
            ...respond(new URL(path, 'https://graph.test')),
          }));
          [status, body] = [200, { responses: responses.reverse() }];
        }
        const text = JSON.stringify(body);
        return { status, headers: new Headers(), url: address.href, body: Buffer.from(text), text: () => text };
      },
      session: () => expect.fail('none'),
      connect: () => Promise.reject(new Error('none')),
      close: async () => {},
    },
    ...{ address: 'https://graph.test', root: '/me', mailbox: 'ada@contoso.example', gate: new ApplicationGate() },
    token: async () => 'token',
    time: { now: () => Date.now(), sleep: async () => {} },
    ...{ random: Math.random, signal: new AbortController().signal },
  });
  const request = {
    ...{ calendar: { remoteId: 'c' }, cursor, window, timeZone: 'UTC' },
    known: async () => known,
    signal: new AbortController().signal,
  };
  const changes: Change[] = [];
  for await (const change of pullCalendar(client, request)) changes.push(change);
  const end = changes.pop();
  if (end?.type !== 'end') throw new Error('A pull ends with its end.');
  const said = changes.map((change) =>
    change.type === 'upsert'
      ? `${change.object.key}: ${change.object.appointments.map(({ title }) => title).join()}`
      : change.type === 'remove'
        ? `- ${change.key}`
        : change.type,
  );
  return {
    said,
    asked,
    addresses,
    cursor: end.cursor,
    objects: changes.flatMap((each) => (each.type === 'upsert' ? [each.object] : [])),
  };
}

test('said to be there and to be gone in the same round: the window itself decides', async () => {
  const { cursor } = await pulled({ delta: [event('a'), event('b')] });
  const { said, asked } = await pulled(
    { delta: [removed('a'), event('a'), event('b'), removed('b')], view: [event('a', { subject: 'a is there' })] },
    cursor,
    new Map([
      ['a', '#1'],
      ['b', '#1'],
    ]),
  );
  expect(asked, 'what it lacks by its id').toEqual(['delta', 'calendarView', 'b']);
  expect(said.sort()).toEqual(['- b', 'a: a is there']);
});

test('of an event told twice the one that was changed last counts, and never one older than what is stored', async () => {
  const older = event('a', { lastModifiedDateTime: '2026-11-20T09:00:00Z', subject: 'older' });
  const first = await pulled({ delta: [event('a'), older] });
  expect(first.said).toEqual(['replaceWindow', 'a: a']);
  const known = new Map(first.objects.map(({ key, version }) => [key, version]));
  expect((await pulled({ delta: [older] }, first.cursor, known)).said).toEqual([]);
  const newer = event('a', { lastModifiedDateTime: '2026-11-20T10:00:01Z', subject: 'newer' });
  expect((await pulled({ delta: [newer, older] }, first.cursor, known)).said).toEqual(['a: newer']);
});

test('a series that isn’t found by its id is gone only where the window lacks it too', async () => {
  const there = { view: [occurrence('o1', 's')] };
  const first = await pulled({ delta: [occurrence('o1', 's')], ...there });
  expect(first.asked).toEqual(['delta', 'instances', 'calendarView']);
  expect(first.said).toEqual(['replaceWindow', 's: o1']);
  expect((await pulled({ delta: [occurrence('o1', 's')] }, first.cursor)).said).toEqual(['- s']);
});

test('a single one that comes as a stub is read in full; what turns out to be gone, or of a series, is that', async () => {
  const stub = (id: string) => ({
    id,
    type: 'singleInstance',
    start: at('2026-11-25T10:00'),
    end: at('2026-11-25T11:00'),
  });
  const { said, asked } = await pulled({
    delta: [stub('a'), stub('gone'), { id: 'o1' }],
    single: { a: event('a'), o1: occurrence('o1', 's') },
    instances: { s: [occurrence('o1', 's')] },
  });
  expect(asked).toEqual(['delta', '$batch', 'instances']);
  expect(said).toEqual(['replaceWindow', '- gone', 's: o1', 'a: a']);
});

test('several series are read by one batch, each part judged alone; the removal of a member leads to its series', async () => {
  const all = {
    s: [occurrence('o1', 's'), occurrence('o2', 's', { originalStart: '2026-11-26T10:00:00Z' })],
    t: [occurrence('p', 't')],
  };
  const first = await pulled({
    delta: [...all.s, ...all.t, { id: 'u', type: 'seriesMaster' }],
    instances: { ...all, u: [] },
  });
  expect(first.asked).toEqual(['delta', '$batch']);
  expect(first.said).toEqual(['replaceWindow', 's: o1,o2', 't: p']);
  const one = await pulled(
    { delta: [removed('o1'), removed('never heard of')], instances: { s: [all.s[1]!] } },
    first.cursor,
  );
  expect(one.asked).toEqual(['delta', 'instances']);
  expect(one.said).toEqual(['- o1', '- never heard of', 's: o2']);
  const none = await pulled({ delta: [removed('o1'), removed('o2')] }, first.cursor);
  expect(none.asked).toEqual(['delta']);
  expect(none.said).toContain('- s');
});

const page = (value: object[], links: object) => ({ status: 200, body: { value, ...links } });
const nextLink = (token: string) => ({ '@odata.nextLink': `https://graph.test/v1.0/delta?$skiptoken=${token}` });

test('pages that lead in a circle have no end; one that names both links has more', async () => {
  const circle = pulled({
    habit: ({ searchParams }) => page([event('a')], nextLink(searchParams.get('$skiptoken') === 'A' ? 'B' : 'A')),
  });
  await expect(circle).rejects.toMatchObject({ errorClass: 'malformed', message: expect.stringContaining('no end') });
  const both = { ...nextLink('1'), '@odata.deltaLink': link };
  const { said } = await pulled({
    habit: (_, before) => (before === 0 ? page([event('a')], both) : page([event('b')], { '@odata.deltaLink': link })),
  });
  expect(said).toEqual(['replaceWindow', 'a: a', 'b: b']);
});

test('links may be written from the root of the host, or of the service', async () => {
  const first = await pulled({
    habit: (_, before) =>
      before === 0
        ? page([event('a')], { '@odata.nextLink': '/v1.0/me/delta?$skiptoken=1' })
        : page([event('b')], { '@odata.deltaLink': 'me/other/delta?token=1' }),
  });
  expect(first.said).toEqual(['replaceWindow', 'a: a', 'b: b']);
  const second = await pulled({ habit: () => page([], { '@odata.deltaLink': link }) }, first.cursor);
  expect(first.addresses.at(-1)).toMatch(/\/v1\.0\/me\/delta\?/);
  expect(second.addresses).toEqual(['https://graph.test/v1.0/me/other/delta?token=1']);
});

test('a link that is refused or leads nowhere is given up for a full round, which shows whether the calendar is there', async () => {
  const { cursor } = await pulled({ delta: [event('a')] });
  for (const status of [400, 404]) {
    const refused = { status, body: { error: { code: 'BadRequest' } } };
    const { said } = await pulled(
      { delta: [event('b')], habit: ({ searchParams }) => (searchParams.has('token') ? refused : null) },
      cursor,
    );
    expect(said).toEqual(['replaceWindow', 'b: b']);
  }
  const gone = { status: 404, body: { error: { code: 'ErrorItemNotFound' } } };
  await expect(pulled({ habit: () => gone }, cursor)).rejects.toMatchObject({ errorClass: 'notFound' });
  const forgotten = { status: 410, body: {} };
  await expect(pulled({ habit: () => forgotten }, cursor)).rejects.toMatchObject({ errorClass: 'unreachable' });
});

test('a calendar that knows no delta is read whole each time', async () => {
  const refused = { status: 400, body: { error: { code: 'ErrorInvalidRequest' } } };
  const habit = ({ pathname }: URL) => (pathname.endsWith('/delta') ? refused : null);
  const view = [event('a'), occurrence('o1', 's')];
  const first = await pulled({ habit, view });
  expect(first.asked).toEqual(['delta', 'calendarView']);
  expect(first.said).toEqual(['replaceWindow', 's: o1', 'a: a']);
  expect(first.cursor).toMatchObject({ link: null, quiet: 0 });
  const known = new Map(first.objects.map(({ key, version }) => [key, version]));
  const again = await pulled({ habit, view }, first.cursor, known);
  expect(again.asked).toEqual(['calendarView']);
  expect(again.said).toEqual(first.said);
  expect(again.cursor).toMatchObject({ quiet: 1 });
  const older = event('a', { subject: 'changed', lastModifiedDateTime: '2026-01-01T00:00:00Z' });
  const { said, cursor } = await pulled({ habit, view: [older] }, again.cursor, known);
  expect(said).toEqual(['replaceWindow', 'a: changed']);
  expect(cursor).toMatchObject({ quiet: 0 });
  // However it is said; but one that shows nothing at all isn't taken for empty.
  for (const status of [403, 404, 501]) {
    const other = { status, body: { error: { code: 'ErrorAccessDenied' } } };
    const shared = await pulled({ view, habit: ({ pathname }) => (pathname.endsWith('/delta') ? other : null) });
    expect(shared.said).toEqual(first.said);
    await expect(pulled({ habit: () => other })).rejects.toMatchObject({ status });
  }
});

test('a series that may not be read by its id is what the window shows of it', async () => {
  const closed = { status: 403, body: { error: { code: 'ErrorAccessDenied' } } };
  const { said } = await pulled({
    ...{ delta: [occurrence('o1', 's'), event('a')], view: [occurrence('o1', 's'), event('a')] },
    habit: ({ pathname }) => (pathname.endsWith('/instances') ? closed : null),
  });
  expect(said).toEqual(['replaceWindow', 's: o1', 'a: a']);
});

test('members that come as stubs wherever they are read say what their master says', async () => {
  const { id, type, start, end } = occurrence('o1', 's');
  const moved = occurrence('o2', 's', { type: 'exception', subject: 'Moved' });
  const instances = { s: [{ id, type, seriesMasterId: 's', start, end }, moved] };
  const single = { s: event('s', { type: 'seriesMaster', subject: 'Stand-up', showAs: 'oof' }) };
  const { said, objects } = await pulled({ delta: instances.s, instances, single });
  expect(said).toEqual(['replaceWindow', 's: Stand-up,Moved']);
  expect(objects[0]!.appointments[0]).toMatchObject({ showAs: 'outOfOffice', series: true, uid: 'uid-s' });
});

test('what repeats is a series though its type isn’t told', async () => {
  const untyped = (value: object) => ({ ...value, type: undefined });
  const instances = { s: [occurrence('o1', 's')] };
  const master = event('s', { recurrence: { pattern: {}, range: {} } });
  const { said } = await pulled({ delta: [master, ...instances.s, event('a')].map(untyped), instances });
  expect(said).toEqual(['replaceWindow', 's: o1', 'a: a']);
});

test('the removal of a member leads to its series, though the series’ reading names its members otherwise', async () => {
  const told = [occurrence('o1', 's'), occurrence('o2', 's')];
  const read = [occurrence('x1', 's'), occurrence('x2', 's', { originalStart: '2026-11-26T10:00:00Z' })];
  const first = await pulled({ delta: told, instances: { s: read } });
  const second = await pulled({ delta: [], instances: { s: read } }, first.cursor);
  const { said } = await pulled({ delta: [removed('o1')], instances: { s: [read[1]!] } }, second.cursor);
  expect(said).toEqual(['- o1', 's: x2']);
});

test('what the window doesn’t show, or shows under another id, is asked for by its own', async () => {
  const four = ['s', 't', 'u', 'v'].map((id) => occurrence(`o-${id}`, id));
  const many = await pulled({ delta: four, view: four.slice(0, 3), instances: { v: [four[3]!] } });
  expect(many.asked).toEqual(['delta', 'calendarView', 'instances']);
  expect(many.said).toEqual(['replaceWindow', 's: o-s', 't: o-t', 'u: o-u', 'v: o-v']);
  const doubtful = await pulled({
    delta: [removed('a'), event('a')],
    view: [event('other')],
    single: { a: event('a') },
  });
  expect(doubtful.asked).toEqual(['delta', 'calendarView', 'a']);
  expect(doubtful.said).toEqual(['replaceWindow', 'a: a']);
  // Told as single, and a series by the time that the window is read.
  const repeated = await pulled({
    delta: [removed('b'), event('b')],
    view: [occurrence('o1', 'b'), occurrence('o2', 'b')],
  });
  expect(repeated.said).toEqual(['replaceWindow', 'b: o1,o2']);
});

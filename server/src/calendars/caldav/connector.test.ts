/** The connector against a server with every bad habit (simulators/caldav): what it stores must equal what is there. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { Habits } from '../../../../simulators/caldav/habits.ts';
import { nasty, tame } from '../../../../simulators/caldav/habits.ts';
import { type CaldavSimulator, startCaldavSimulator } from '../../../../simulators/caldav/server.ts';
import { createOutbound } from '../../outbound/client.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import type { CalendarObject } from '../connector.ts';
import { caldavConnector } from './connector.ts';
import type { CaldavSecret } from './dav-client.ts';
import type { ServiceResolver } from './service-address.ts';

const signal = new AbortController().signal;
const window = {
  from: Temporal.Instant.from('2026-03-01T00:00:00Z'),
  to: Temporal.Instant.from('2026-05-01T00:00:00Z'),
};
const noDns: ServiceResolver = { resolveSrv: async () => [], resolveTxt: async () => [] };
const outbound = createOutbound({ allowedNetworks: ['127.0.0.1'] });
const connector = caldavConnector(outbound, { resolver: noDns });

let simulator: CaldavSimulator;
afterEach(async () => {
  await simulator?.stop();
});

const event = (uid: string, title: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260301T000000Z\r\n` +
  `DTSTART:20260401T090000Z\r\nDTEND:20260401T100000Z\r\nSUMMARY:${title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

const account = (over: Partial<CaldavSecret> = {}) => ({
  id: 'a',
  settings: { address: simulator.address },
  secret: { kind: 'basic', username: simulator.user, password: simulator.password, ...over } as CaldavSecret,
});

/** What the sync engine keeps, as plainly as it can be written. */
class Kept {
  cursor: unknown = null;
  objects = new Map<string, CalendarObject>();

  async pull(calendar: string, as = account()): Promise<string[]> {
    const remoteId = new URL(`/dav/calendars/${simulator.user}/${encodeURIComponent(calendar)}/`, simulator.address)
      .href;
    const known = async () => new Map([...this.objects].map(([key, { version }]) => [key, version]));
    const request = { calendar: { remoteId }, cursor: this.cursor, window, timeZone: 'UTC', known, signal };
    const next = new Map(this.objects);
    const seen = new Set<string>();
    const types: string[] = [];
    let full = false;
    for await (const change of connector.pull(as, request)) {
      types.push(change.type);
      if (change.type === 'replaceWindow') full = true;
      if (change.type === 'upsert') next.set(change.object.key, change.object);
      if (change.type === 'remove') next.delete(change.key);
      if (change.type === 'upsert') seen.add(change.object.key);
      if (change.type === 'unchanged') seen.add(change.key);
      if (change.type !== 'end') continue;
      if (full) for (const key of next.keys()) if (!seen.has(key)) next.delete(key);
      this.objects = next;
      // As the database would give it back.
      this.cursor = JSON.parse(JSON.stringify(change.cursor));
    }
    return types;
  }

  titles(): string[] {
    return [...this.objects.values()].flatMap(({ appointments }) => appointments.map(({ title }) => title)).sort();
  }
}

const names = ['a.ics', 'b c.ics', 'ü & <x>.ics', 'p%2Fq.ics', 'd@host.ics', '100%.ics'];

function fill(count: number, calendar = 'work'): void {
  const target = simulator.calendar(calendar);
  for (let at = 0; at < count; at++) target.put(`${at} ${names[at % names.length]}`, event(`u${at}`, `t${at}`));
}

const expected = (calendar = 'work') =>
  [...simulator.calendar(calendar).objects.values()].map(({ data }) => /SUMMARY:(.*)\r/.exec(data)![1]!).sort();

test('with its default bad habits all at once everything still arrives, once', async () => {
  simulator = await startCaldavSimulator();
  fill(100);
  const kept = new Kept();
  expect((await kept.pull('work')).at(-1)).toBe('end');
  expect(kept.titles()).toEqual(expected());
  simulator.calendar('work').put('1 b c.ics', event('u1', 'moved'));
  simulator.calendar('work').remove('0 a.ics');
  expect(await kept.pull('work')).toEqual(['remove', 'upsert', 'end']);
  expect(kept.titles()).toEqual(expected());
  expect(simulator.requests.filter((request) => request.includes('archive'))).toEqual([]);
});

const switches: Partial<Habits>[] = [
  { sync: 'notImplemented' },
  { sync: 'forbidden' },
  { sync: 'badRequest' },
  { sync: 'ignored' },
  { sync: 'noToken' },
  { sync: 'notImplemented', ctag: false },
  { sync: 'notImplemented', etags: 'missing' },
  { syncPart: 1 },
  { etags: 'missing' },
  { multiget: 'forgets' },
  { multiget: 'ignored' },
  { multiget: 'forbidden' },
  { multiget: 'crashes' },
  { hrefs: 'encoded' },
  { hrefs: 'absolute' },
  { hrefs: 'relative' },
  { throttle: { every: 3, status: 503, retryAfter: 'date', seconds: 0 } },
  { wellKnown: 'missing' },
  { claimsEmpty: true },
];

test.each(switches.map((habits) => [JSON.stringify(habits), habits] as const))('habit %s', async (_, habits) => {
  simulator = await startCaldavSimulator({ ...tame, ...habits });
  fill(30);
  const kept = new Kept();
  kept.objects.set('/dav/calendars/ben/work/gone.ics', { key: 'x' } as unknown as CalendarObject);
  await kept.pull('work');
  expect(kept.titles()).toEqual(expected());
  simulator.calendar('work').put('0 a.ics', event('u0', 'changed'));
  simulator.calendar('work').remove('3 p%2Fq.ics');
  await kept.pull('work');
  expect(kept.titles()).toEqual(expected());
  // Nothing new: nothing is stored again.
  expect(await kept.pull('work')).not.toContain('upsert');
  expect(kept.titles()).toEqual(expected());
});

test('any history under any habits: after each pull that ends, what is kept equals what is there', async () => {
  const habit = fc.record({
    sync: fc.constantFrom('works', 'works', 'works', 'notImplemented', 'ignored', 'noToken', 'forbidden'),
    syncPart: fc.constantFrom(null, 1, 3),
    etags: fc.constantFrom('strong', 'weak', 'missing'),
    ctag: fc.boolean(),
    multiget: fc.constantFrom('works', 'partly404', 'forgets', 'ignored', 'forbidden', 'crashes'),
    hrefs: fc.constantFrom('plain', 'encoded', 'absolute', 'relative', 'mixed'),
    nested: fc.boolean(),
    controlCharacters: fc.boolean(),
    forgetsTokens: fc.boolean(),
    claimsEmpty: fc.boolean(),
    dieAtAnswer: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 4 }),
  }) as fc.Arbitrary<Partial<Habits>>;
  const step = fc.oneof(
    fc.record({ put: fc.constantFrom(...names), title: fc.stringMatching(/^[a-z]{1,5}$/) }),
    fc.record({ remove: fc.constantFrom(...names) }),
    fc.record({ habits: habit }),
    fc.constant({ pull: true }),
    fc.constant({ fullRound: true }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      await simulator?.stop();
      simulator = await startCaldavSimulator({ ...tame });
      const calendar = simulator.calendar('work');
      const kept = new Kept();
      for (const each of [...steps, { pull: true }]) {
        if ('put' in each) calendar.put(each.put, event(`u-${each.put}`, each.title));
        else if ('remove' in each) calendar.remove(each.remove);
        else if ('habits' in each) Object.assign(simulator.habits, each.habits);
        else {
          if ('fullRound' in each) kept.cursor = null;
          const before = [kept.titles(), kept.cursor];
          const failure = await kept.pull('work').then(
            () => null,
            (error) => error,
          );
          // A pull that broke off leaves everything as it was.
          if (failure) expect([kept.titles(), kept.cursor, failure.errorClass]).toEqual([...before, 'unreachable']);
          else expect(kept.titles()).toEqual(expected());
        }
      }
    }),
    { numRuns: Number(process.env.SYNC_RUNS ?? 60) },
  );
});

test('discovery: by server, by well-known and by path; only calendars for appointments', async () => {
  simulator = await startCaldavSimulator();
  for (const name of ['work', 'Ünïcode & more']) simulator.calendar(name);
  const found = await connector.discover(account(), signal);
  expect(found.map(({ name, color }) => ({ name, color }))).toEqual([
    { name: 'work', color: '#FF2968' },
    { name: 'Ünïcode & more', color: '#FF2968' },
  ]);
  const byPath = { ...account(), settings: { address: `${simulator.address}dav/` } };
  expect(await connector.discover(byPath, signal)).toEqual(found);
  const kept = new Kept();
  simulator.calendar('Ünïcode & more').put('x.ics', event('x', 'found'));
  await kept.pull('Ünïcode & more');
  expect(kept.titles()).toEqual(['found']);
  expect(kept.objects.values().next().value?.source).toContain('X-WHENABOUTS-OWNER:ben@example.com');
});

test('an e-mail address leads through DNS to its server, and to a stranger only when that one was typed', async () => {
  simulator = await startCaldavSimulator({ ...tame });
  simulator.calendar('work');
  const asked: string[] = [];
  // As if the simulator were several https servers on the internet.
  const internet: Outbound = {
    async fetch(url, request) {
      const { origin, pathname } = new URL(url);
      asked.push(`${request.headers?.authorization ? 'signed in' : 'anonymous'} ${origin}${pathname}`);
      const answer = await outbound.fetch(new URL(pathname, simulator.address), { ...request, maxRedirects: 0 });
      if (answer.status === 301) return await this.fetch(new URL(answer.headers.get('location')!, url), request);
      return { ...answer, headers: answer.headers, url: new URL(pathname, origin).href, text: () => answer.text() };
    },
    session: outbound.session,
    connect: outbound.connect,
    close: async () => {},
  };
  const srv = (name: string): ServiceResolver => ({
    resolveSrv: async () => [{ name, port: 8443, priority: 0, weight: 0 }],
    resolveTxt: async () => [['path=/d', 'av/']],
  });
  const mail = { ...account(), settings: { address: 'Ben@Example.com' } };
  const own = caldavConnector(internet, { resolver: srv('caldav.example.com') });
  expect((await own.discover(mail, signal)).map(({ remoteId }) => remoteId)).toEqual([
    'https://caldav.example.com:8443/dav/calendars/ben/work/',
  ]);
  expect(asked[0]).toBe('signed in https://caldav.example.com:8443/dav/');
  asked.length = 0;
  simulator.habits.wellKnown = 'missing';
  const strange = caldavConnector(internet, { resolver: srv('calendars.provider.test') });
  await expect(strange.discover({ ...mail, settings: { address: 'example.com' } }, signal)).rejects.toMatchObject({
    errorClass: 'refused',
    message: expect.stringContaining('enter https://calendars.provider.test:8443 as the address'),
  });
  expect(asked.filter((request) => request.includes('provider'))).toEqual([]);
});

test('bearer tokens; a kind of sign-in the server doesn’t offer is named', async () => {
  simulator = await startCaldavSimulator({ ...tame, auth: 'bearer' });
  simulator.calendar('work');
  const bearer = { ...account(), secret: { kind: 'bearer', token: simulator.token } as const };
  expect(await connector.discover(bearer, signal)).toHaveLength(1);
  await expect(connector.discover(account(), signal)).rejects.toMatchObject({
    errorClass: 'credentials',
    message: expect.stringContaining('access token instead of a password'),
  });
  simulator.habits.auth = 'digest';
  await expect(connector.discover(account(), signal)).rejects.toThrow('only offers Digest');
});

test('a wrong password is tried once, not at every address: servers lock users out', async () => {
  simulator = await startCaldavSimulator({ ...tame });
  await expect(connector.discover(account({ password: 'no' }), signal)).rejects.toMatchObject({
    errorClass: 'credentials',
  });
  expect(simulator.requests.filter((request) => !request.includes('well-known'))).toHaveLength(1);
});

test('a longer pause is the engine’s to keep: throttled, with the time to come back', async () => {
  simulator = await startCaldavSimulator({
    ...tame,
    throttle: { every: 1, status: 429, retryAfter: 'seconds', seconds: 300 },
  });
  simulator.calendar('work');
  const before = Temporal.Now.instant();
  const error = await new Kept().pull('work').catch((reason) => reason);
  expect(error).toMatchObject({ errorClass: 'throttled', message: expect.stringContaining('127.0.0.1') });
  const seconds = error.retryAt.since(before).total('seconds');
  expect(seconds).toBeGreaterThan(295);
  expect(seconds).toBeLessThan(310);
  simulator.habits.throttle = { every: 1, status: 503, retryAfter: 'none', seconds: 0 };
  expect(await new Kept().pull('work').catch((reason) => reason)).toMatchObject({
    errorClass: 'throttled',
    retryAt: null,
  });
});

test('an entity bomb is refused as malformed, at once, and the next answer is read as ever', async () => {
  simulator = await startCaldavSimulator({ ...nasty, throttle: null, entityBomb: true });
  fill(5);
  const kept = new Kept();
  await expect(kept.pull('work')).rejects.toMatchObject({
    errorClass: 'malformed',
    message: expect.stringContaining('document type'),
  });
  simulator.habits.entityBomb = false;
  await kept.pull('work');
  expect(kept.titles()).toEqual(expected());
});

test.each([
  [{ moved: true }, 'notFound', 'has moved to'],
  [{ hrefs: 'inner' }, 'malformed', 'reverse proxy'],
  [{ hrefs: 'inner', sync: 'forbidden' }, 'malformed', 'reverse proxy'],
] as [Partial<Habits>, string, string][])(
  'objects that are named elsewhere are not taken for deleted: %j',
  async (habits, errorClass, words) => {
    simulator = await startCaldavSimulator({ ...tame });
    fill(5);
    const kept = new Kept();
    await kept.pull('work');
    Object.assign(simulator.habits, habits);
    simulator.calendar('work').put('0 a.ics', event('u0', 'changed'));
    for (const cursor of [kept.cursor, null]) {
      kept.cursor = cursor;
      await expect(kept.pull('work')).rejects.toMatchObject({ errorClass, message: expect.stringContaining(words) });
      expect(kept.objects.size).toBe(5);
    }
  },
);

test.each(['works', 'notImplemented'] as const)(
  'unreadable never means deleted, and is asked for again (sync %s)',
  async (sync) => {
    simulator = await startCaldavSimulator({ ...tame, sync });
    const calendar = simulator.calendar('work');
    calendar.put('bad-known.ics', event('k', 'before'));
    calendar.put('good.ics', event('g', 'good'));
    const kept = new Kept();
    await kept.pull('work');
    simulator.habits.unreadable = 'bad';
    calendar.put('bad-known.ics', event('k', 'after'));
    calendar.put('bad-new.ics', event('n', 'new'));
    calendar.put('good.ics', event('g', 'better'));
    for (let pull = 0; pull < 2; pull++) {
      await kept.pull('work');
      expect(kept.titles()).toEqual(['before', 'better']);
      expect([...kept.objects.values()].flatMap(({ skipped }) => skipped)).toEqual([
        { uid: '/dav/calendars/ben/work/bad-new.ics', reason: expect.stringContaining('status 500') },
      ]);
    }
    simulator.habits.unreadable = null;
    await kept.pull('work');
    expect(kept.titles()).toEqual(['after', 'better', 'new']);
    expect(await kept.pull('work')).not.toContain('upsert');
  },
);

test('a broken object is shown with its place and reason and costs nothing else', async () => {
  simulator = await startCaldavSimulator({ ...tame });
  fill(3);
  simulator.calendar('work').put('broken.ics', 'this is no calendar');
  simulator.calendar('work').put('cut.ics', event('cut', 'cut').slice(0, -20));
  const kept = new Kept();
  await kept.pull('work');
  expect(kept.titles()).toEqual(['t0', 't1', 't2']);
  const skipped = [...kept.objects.values()].flatMap((object) => object.skipped);
  expect(skipped).toEqual([
    { uid: '/dav/calendars/ben/work/broken.ics', reason: 'is not a calendar' },
    { uid: '/dav/calendars/ben/work/cut.ics', reason: 'is cut off before its end' },
  ]);
});

test('2,000 objects cost 10 multigets and little more; nothing new costs one request, one change two', async () => {
  simulator = await startCaldavSimulator({ ...tame });
  fill(2_000);
  const kept = new Kept();
  await kept.pull('work');
  expect(kept.objects.size).toBe(2_000);
  expect(simulator.requests.length).toBeLessThanOrEqual(13);
  simulator.requests.length = 0;
  await kept.pull('work');
  expect(simulator.requests).toHaveLength(1);
  simulator.calendar('work').put('0 a.ics', event('u0', 'changed'));
  await kept.pull('work');
  expect(simulator.requests).toHaveLength(3);
});

/**
 * Answers of Exchange, spoilt in every way: whatever comes, the client ends soon, with a result or with an error that says
 * what is wrong, and keeps nothing of it. A million of them:
 *
 *   WHENABOUTS_RUNS=1000000 npx vitest run server/src/calendars/exchange/fuzz.test.ts
 */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { randomFrom } from '../../../../simulators/pbx/habits.ts';
import { seedOfThisRun } from '../../../../test/seed.ts';
import type { Outbound, OutboundAnswer } from '../../outbound/outbound.ts';
import { ConnectorError } from '../connector.ts';
import { askSignedIn } from './autodiscover/signed-in.ts';
import { readGroups, userSettingsRequest } from './autodiscover/user-settings.ts';
import { readReplies } from './automatic-replies.ts';
import { ExchangeClient, type ExchangeMailbox } from './client.ts';
import { appointmentOf } from './items.ts';
import { findCalendarFolders } from './operations/find-calendar-folders.ts';
import { findCalendarItems, findRecurringMasters } from './operations/find-calendar-items.ts';
import { getItems } from './operations/get-items.ts';
import { streamEvents } from './operations/stream-events.ts';
import { subscribeStreaming, unsubscribe } from './operations/subscribe-streaming.ts';
import { membersExpanded } from './series.ts';
import { mailboxName, outboundOfTest, passing, serverAt, simulated } from './server.fixture.ts';

const runs = Number(process.env.WHENABOUTS_RUNS ?? 2_500);
const seed = seedOfThisRun();
console.log(`spoilt answers of Exchange: WHENABOUTS_SEED=${seed}, ${runs} runs`);

const signal = new AbortController().signal;
const week = { from: Temporal.Instant.from('2026-10-05T00:00Z'), to: Temporal.Instant.from('2026-10-12T00:00Z') };
const asking: ((mailbox: ExchangeMailbox, ids: readonly string[], bytes: Buffer) => Promise<unknown>)[] = [
  findCalendarFolders,
  (mailbox) => findCalendarItems(mailbox, 'folder', week),
  (mailbox) => findRecurringMasters(mailbox, 'folder'),
  async (_, ids, bytes) => readGroups(bytes.toString(), 'exchange.example', ids.length),
  async (mailbox, ids) => {
    for (const { item } of await getItems(mailbox, ids)) {
      if (item?.recurrence) membersExpanded(item, new Map(), week, 'Europe/Berlin');
      else if (item) appointmentOf(item, 'Europe/Berlin');
    }
  },
  readReplies,
  (mailbox) => subscribeStreaming(mailbox, ['folder']),
  (mailbox) => unsubscribe(mailbox, 'subscription'),
  (mailbox) => Array.fromAsync(streamEvents(mailbox, ['subscription'], 1)),
];

/** By what their answers are told. */
const answered = [
  /(?:Find|Get)Folder/,
  /FindItem/,
  /FindItem.*RecurringMaster/s,
  /GetUserSettings/,
  /GetItem/,
  /UserOof/,
  /:SubscribeR/,
  /Unsubscribe/,
  /StreamingEvents/,
];

const shapes = [
  ['exchange', 'occurrences'],
  ['odd', 'masters'],
] as const;

/** Good answers to begin with, as bytes: to everything that is asked, and refusals of it. */
async function recorded(): Promise<Buffer[]> {
  const answers: Buffer[] = [];
  for (const [prefixes, calendarView] of shapes) {
    const habits = { prefixes, calendarView, zones: 'full', unknownElements: true, heartbeat: 100 } as const;
    const { simulator, mailbox } = await simulated(habits);
    const range = { type: 'numbered', startDate: '2026-10-05', numberOfOccurrences: 3 } as const;
    const recurrence = { pattern: { type: 'daily', interval: 1 }, range } as const;
    mailbox.create({ subject: 'Standup', start: '2026-10-05T07:00', end: '2026-10-05T07:15' }, { recurrence });
    mailbox.create({ subject: 'Übung & <Probe>', start: '2026-10-06T07:00', end: '2026-10-06T07:15' });
    const outbound = recording(outboundOfTest(), answers);
    const server = serverAt(simulator.url);
    const address = async () => new URL(server.address!);
    const client = new ExchangeClient({ outbound, server, time, random: () => 0, address });
    const reader = client.mailbox(mailboxName, signal);
    const [own] = await findCalendarFolders(reader);
    const { items } = await findCalendarItems(reader, own!.id, week);
    const ids = items.map(({ id }) => id);
    await getItems(reader, [...ids, 'none']);
    await readReplies(reader);
    await findRecurringMasters(reader, own!.id);
    const users = [mailboxName, 'nobody@contoso.example', mailboxName];
    const service = new URL('/autodiscover/autodiscover.svc', server.address!);
    await askSignedIn({ outbound, server, time }, service, userSettingsRequest(users, service));
    const subscription = await subscribeStreaming(reader, [own!.id]);
    setTimeout(() => mailbox.create({ subject: 'New', start: '2026-10-07T07:00', end: '2026-10-07T08:00' }), 50);
    for await (const notice of streamEvents(reader, [subscription], 1)) if (notice.kind === 'events') break;
    await unsubscribe(reader, subscription);
    simulator.world.habits.busy = 1;
    simulator.world.habits.busyShapes = ['fault'];
    await findCalendarFolders(reader).catch(() => undefined);
    client.close();
  }
  return answers.filter(({ length }) => length > 0);
}

const recording = (outbound: Outbound, answers: Buffer[]): Outbound =>
  passing(outbound, async (session, url, request) => {
    const answer = await session.send(url, request);
    const body = (async function* () {
      const pieces: Uint8Array[] = [];
      try {
        for await (const piece of answer.body) {
          pieces.push(piece);
          yield piece;
        }
      } finally {
        answers.push(Buffer.concat(pieces));
      }
    })();
    return { ...answer, body };
  });

/** Sleeping takes no time. */
const time = { now: () => 0, sleep: async () => {} };

const snippets = [
  ...[
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '<!ENTITY a SYSTEM "file:///etc/passwd">',
    '&a;',
    '&#0;',
    '&#xD800;',
    '&#1114112;',
  ],
  ...['<![CDATA[', ']]>', '<!--', '-->', '<?xml version="1.0"?>', '<a:b xmlns:a="urn:a">', '</m:a>', '<x>'.repeat(100)],
  ...['\u0000', '\ufeff', '\ufffe', ' xmlns=""', ' Id=""', '"', "'", '<', '>', '/>', 'NaN', '-1', '9'.repeat(400)],
  ...[
    'ErrorServerBusy',
    'ErrorInvalidServerVersion',
    'ErrorNonExistentMailbox',
    'NoError',
    'true',
    '2026-02-30T25:61:61Z',
  ],
  ...[' '.repeat(5_000), '&'.repeat(300), 'é'.repeat(3_000), `<a ${'b="c" '.repeat(200)}>`, '0001-01-01', 'P1Y'],
].map((text) => Buffer.from(text));

/** One to six changes somewhere: cut off, left out, written twice, put elsewhere, other bytes, other answers. */
function spoilt(corpus: readonly Buffer[], random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!;
  let bytes = one(corpus);
  for (let changes = random() < 0.5 ? 1 : 1 + below(5); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const to = Math.min(bytes.length, at + 1 + below(random() < 0.5 ? 8 : 400));
    const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
    const other = one(corpus);
    const from = below(other.length);
    const pieces = [
      () => [head],
      () => [head, tail],
      () => [head, middle, middle, tail],
      () => [head, one(snippets), middle, tail],
      () => [head, one(snippets), tail],
      () => [head, Buffer.from([below(256)]), tail],
      () => [tail, head],
      () => [head, other.subarray(from, from + below(600)), tail],
      () => [bytes, other],
    ];
    const wordsOnly = () => [head, wordsChanged(middle, below), tail];
    bytes = Buffer.concat((random() < 0.5 ? wordsOnly : one(pieces))());
    if (bytes.length > 200_000) break;
  }
  return bytes;
}

/** Still well formed, mostly: a letter or digit here and there is another. */
const wordsChanged = (bytes: Buffer, below: (limit: number) => number): Buffer =>
  Buffer.from(bytes.map((byte) => (/\w/.test(String.fromCharCode(byte)) && below(8) === 0 ? 48 + below(75) : byte)));

/** Who would have been answered so; anybody at times. */
function asker(bytes: Buffer, random: () => number): (typeof asking)[number] {
  const text = bytes.toString('latin1');
  const fitting = answered.findLastIndex((name) => name.test(text));
  return asking[fitting >= 0 && random() < 0.8 ? fitting : Math.floor(random() * asking.length)]!;
}

/** Whatever is asked, the answer is this, cut anywhere. */
function answering(bytes: Buffer, random: () => number): Outbound {
  const headers = new Headers({ 'content-type': random() < 0.9 ? 'text/xml; charset=utf-8' : 'text/html' });
  const status = random() < 0.85 ? 200 : [500, 503, 401][Math.floor(random() * 3)]!;
  const answer = (): OutboundAnswer => ({
    ...{ status, headers, connection: { number: 1, certificate: null } },
    body: (async function* () {
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + Math.floor(random() * bytes.length);
        yield bytes.subarray(at, at + size);
        at += size;
      }
    })(),
  });
  const none = () => Promise.reject(new Error('none'));
  return { fetch: none, connect: none, close: none, session: () => ({ send: async () => answer(), close() {} }) };
}

test('no crash, no hang, nothing kept', { timeout: 120_000 + runs * 50 }, async () => {
  const corpus = await recorded();
  expect(corpus.length).toBeGreaterThan(20);
  const random = randomFrom(seed);
  // As many as were asked for when the answers were recorded: of occurrences, of masters.
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const outcomes = { answered: 0, refused: 0 };
  let slowest = 0;
  let heapBefore = 0;
  for (let run = 0; run < runs; run++) {
    const bytes = spoilt(corpus, random);
    const address = async () => new URL('http://exchange.example/EWS/Exchange.asmx');
    const server = serverAt('http://exchange.example');
    const client = new ExchangeClient({ outbound: answering(bytes, random), server, time, random, address });
    const ask = asker(bytes, random);
    const begun = performance.now();
    try {
      await ask(
        client.mailbox(mailboxName, signal),
        ids.slice([0, 0, 2, 2, Math.floor(random() * 5)][Math.floor(random() * 5)]),
        bytes,
      );
      outcomes.answered++;
    } catch (error) {
      if (!(error instanceof ConnectorError))
        throw new Error(`run ${run}: ${bytes.toString('base64').slice(0, 20_000)}`, { cause: error });
      outcomes.refused++;
    }
    slowest = Math.max(slowest, performance.now() - begun);
    if (run === Math.floor(runs / 10)) heapBefore = process.memoryUsage().heapUsed;
    // Timers and the collector get their turn.
    if (run % 1_000 === 999) await wait(0);
  }
  const grown = process.memoryUsage().heapUsed - heapBefore;
  console.log(
    `${JSON.stringify(outcomes)}, slowest ${slowest.toFixed(0)} ms, heap grew by ${(grown / 1e6).toFixed(0)} MB`,
  );
  expect(outcomes.answered).toBeGreaterThan(runs / 20);
  expect(outcomes.refused).toBeGreaterThan(runs / 4);
  // An answer takes milliseconds, seconds on a machine that is busy; what takes as long as this hangs.
  expect(slowest).toBeLessThan(30_000);
  expect(grown).toBeLessThan(200_000_000);
});

/**
 * 10,000 objects on Radicale: the first sync into PostgreSQL and the sync after one change, beside the bare requests
 * and beside vdirsyncer. Requests are counted in Radicale's own log, by the same rule for all.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { connectors } from '../../server/src/calendars/connectors.ts';
import { createOutbound } from '../../server/src/outbound/client.ts';
import { createAccount } from '../../server/src/sync/accounts.ts';
import { pullAccountOnce } from '../../server/src/sync/sync.ts';
import { makeUser, testContext } from '../../test/context.ts';
import { startRadicale, whyNoRadicale } from '../../test/servers/radicale.ts';
import { openTestStore } from '../../test/store.ts';
import { type Row, spread, versionOf, writeResult } from '../result.ts';
import { bareClient } from './bare.ts';
import { vdirsyncer, whyNoVdirsyncer } from './vdirsyncer.ts';

/** Fewer to try the benchmark itself: no figure then. */
const objects = Number(process.env.OBJECTS ?? 10_000);
const firstRuns = 3;
const changeRuns = 15;

const missing = whyNoRadicale();
if (missing) throw new Error(missing);
const radicale = await startRadicale();
const store = await openTestStore();
const outbound = createOutbound({ allowedNetworks: ['127.0.0.1'] });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-vdirsyncer-'));
const calendarPath = `/${radicale.user}/many/`;
const authorization = `Basic ${Buffer.from(`${radicale.user}:${radicale.password}`).toString('base64')}`;
const context = testContext(store, { outbound });
const sources = [...connectors(outbound).values()];

interface Measured {
  milliseconds: number;
  requests: number;
}

async function measure(work: () => Promise<unknown>): Promise<Measured> {
  const requests = radicale.requestCount();
  const start = performance.now();
  await work();
  const milliseconds = performance.now() - start;
  // Its log is written a moment after its answer.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { milliseconds, requests: radicale.requestCount() - requests };
}

/** Weekdays around today; every tenth is a weekly series. */
function event(at: number, title = `Meeting ${at}`): string {
  const day = Temporal.Now.plainDateISO('UTC')
    .add({ days: (at % 730) - 365 })
    .toString()
    .replaceAll('-', '');
  const hour = String(7 + (at % 10)).padStart(2, '0');
  return [
    'BEGIN:VEVENT',
    `UID:object-${at}@example.com`,
    'DTSTAMP:20260101T000000Z',
    `DTSTART;TZID=Europe/Berlin:${day}T${hour}0000`,
    `DTEND;TZID=Europe/Berlin:${day}T${hour}4500`,
    ...(at % 10 === 0 ? ['RRULE:FREQ=WEEKLY;COUNT=30'] : []),
    `SUMMARY:${title}`,
    'LOCATION:Room 4',
    'ORGANIZER;CN=Bea Boss:mailto:bea@example.com',
    'ATTENDEE;CN=Anna;PARTSTAT=ACCEPTED:mailto:anna@example.com',
    'ATTENDEE;CN=Carl;PARTSTAT=TENTATIVE:mailto:carl@example.com',
    `DESCRIPTION:${'What we talk about. '.repeat(5)}`,
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT15M',
    'DESCRIPTION:Soon',
    'END:VALARM',
    'END:VEVENT',
  ].join('\r\n');
}

const calendar = (...events: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//benchmark//EN', ...events, 'END:VCALENDAR', ''].join('\r\n');

async function put(at: string, text: string): Promise<void> {
  const { status } = await radicale.request('PUT', at, text, { 'content-type': 'text/calendar' });
  if (status !== 201 && status !== 204) throw new Error(`Radicale answered ${status} to PUT ${at}`);
}

async function newAccount(): Promise<string> {
  const { userId } = await makeUser(store.db);
  const settings = { address: radicale.address };
  const secret = { kind: 'basic', username: radicale.user, password: radicale.password };
  return await createAccount(context, { userId, kind: 'caldav', name: 'Benchmark', settings, secret });
}

async function pull(accountId: string): Promise<void> {
  const { error } = await pullAccountOnce(context, sources, accountId);
  if (error) throw new Error(error.message);
}

async function storedObjects(accountId: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from calendar_object join calendar on calendar.id = calendar_id
     where account_id = ${accountId}::uuid`.execute(store.db);
  return Number(rows[0]!.count);
}

try {
  console.log(`Filling Radicale with ${objects} objects …`);
  await put(calendarPath, calendar(...Array.from({ length: objects }, (_, at) => event(at))));
  // Radicale writes a history file for each object when it is first asked: that is not the clients' time.
  const warm = bareClient(radicale.address, calendarPath, authorization);
  const { objects: found } = await warm.sync('');
  if (found !== objects) throw new Error(`Only ${found} objects came`);
  await warm.close();
  await pull(await newAccount());

  console.log('First syncs …');
  const bareFirst: Measured[] = [];
  const first: Measured[] = [];
  let account = '';
  let token = '';
  const bare = bareClient(radicale.address, calendarPath, authorization);
  for (let run = 0; run < firstRuns; run++) {
    bareFirst.push(
      await measure(async () => {
        token = (await bare.sync('')).token;
      }),
    );
    account = await newAccount();
    first.push(await measure(() => pull(account)));
    if ((await storedObjects(account)) !== objects) throw new Error('Not everything is stored');
  }

  const bareChange: Measured[] = [];
  const change: Measured[] = [];
  const quiet: Measured[] = [];
  const bareQuiet: Measured[] = [];
  const other = !whyNoVdirsyncer() ? vdirsyncer(folder, radicale, calendarPath) : null;
  const otherFirst: Measured[] = [];
  const otherChange: Measured[] = [];
  if (other) {
    console.log('vdirsyncer, minutes …');
    await other.discover();
    otherFirst.push(await measure(() => other.sync()));
    if (other.count() !== objects) throw new Error(`vdirsyncer brought ${other.count()} objects`);
  }
  const hrefs = await (await radicale.request('PROPFIND', calendarPath, '', { depth: '1' })).text();
  const changed = /<href>([^<]*\.ics|[^<]*\/many\/[^<]+)<\/href>/.exec(hrefs)![1]!;
  const uid = /UID:object-(\d+)@/.exec(await (await radicale.request('GET', changed)).text())![1]!;
  console.log('Changes …');
  for (let run = 0; run < changeRuns; run++) {
    await put(changed, calendar(event(Number(uid), `Moved ${run}`)));
    // By turns who comes first: Radicale remembers what it was asked last.
    const turns = [
      async () =>
        bareChange.push(
          await measure(async () => {
            token = (await bare.sync(token)).token;
          }),
        ),
      async () => change.push(await measure(() => pull(account))),
    ];
    for (const turn of run % 2 === 0 ? turns : turns.reverse()) await turn();
    quiet.push(await measure(() => pull(account)));
    bareQuiet.push(await measure(async () => bare.sync(token)));
    if (other && run === 0) otherChange.push(await measure(() => other.sync()));
  }
  await bare.close();

  const target = { ratioAtMost: 1.3 };
  const row = (label: string, measured: Measured[], floor?: Measured[], reach = true): Row[] =>
    (['milliseconds', 'requests'] as const).map((what) => ({
      label: `${label}, ${what === 'requests' ? 'requests' : 'time'}`,
      unit: what === 'requests' ? 'requests' : 'ms',
      ...spread(measured.map((each) => each[what])),
      ...(floor ? { floor: spread(floor.map((each) => each[what])).median, floorLabel: 'bare requests' } : {}),
      ...(floor && reach ? { target } : {}),
    }));
  const write = objects === 10_000 ? writeResult : console.table;
  write({
    name: 'caldav',
    title: 'CalDAV, 10,000 objects',
    command: 'npm run benchmark -- caldav',
    rows: [
      ...row('First sync into PostgreSQL', first, bareFirst),
      ...row('After one change', change, bareChange),
      ...row('Nothing new', quiet, bareQuiet, false),
      ...(other
        ? [
            ...row('vdirsyncer, first sync into a folder', otherFirst),
            ...row('vdirsyncer, after one change', otherChange),
          ]
        : []),
    ],
    versions: { radicale: '3.1.8', postgresql: versionOf('psql'), vdirsyncer: versionOf('vdirsyncer') },
    notes: [
      'The first sync is everything from the address to rows: discovery (4 requests), list, objects, expansion of 60 days ahead and 7 back, one transaction. The bare requests are made by turns with it, with the same batches of 200 and two at once, and nothing is read of their answers but hrefs and the token.',
      whyNoVdirsyncer() ?? 'vdirsyncer lists the collection with every ETag each time and knows no sync-collection.',
    ],
  });
} finally {
  await store.close();
  await outbound.close();
  await radicale.stop();
  fs.rmSync(folder, { recursive: true, force: true });
}

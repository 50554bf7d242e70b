/**
 * Exchange on premises for a company of 1,000 mailboxes, against one simulated server: what a day asks of it (in simulated
 * time, see simulated-day.ts), how many connections tell of changes, how soon a change is in the agenda and in presence,
 * what reading everything for the first time costs in requests, time and memory (in real time: the product, the simulated
 * server and whoever measures are processes of their own).
 */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Habits, tame } from '../../simulators/exchange/habits.ts';
import { followChanges } from '../company/changes.ts';
import { ofEach, playDay, split, total } from '../company/day-process.ts';
import { allRoles, memoryOf, until } from '../company/office.ts';
import { type Row, round, spread, versionOf, writeResult } from '../result.ts';
import { holdConnections } from './connections.ts';
import { measureFirstSyncOfServer } from './first-sync.ts';
import { openServerOffice, type ServerOffice } from './server-office.ts';
import type { DayAsked, DayTold } from './simulated-day.ts';

const size = Number(process.env.WHENABOUTS_MAILBOXES ?? 1_000);
const settleSeconds = 10;
/** Of one connection, at most (GetStreamingEvents). */
const mailboxesOfConnection = 200;
/** In simulated time: those of one full connection, so a mailbox’s share of it is that of a large company. */
const played = Math.min(size, mailboxesOfConnection);
/** Of connections alone: it takes a moment. */
const listenedTo = 1_000;
/** Polling asks a hundred times as often: fewer mailboxes tell as much. */
const polled = Math.min(size, 5);
const changesASecond = 5;
const changes = Math.min(size, 200);
/** While changes are followed. */
const slowly = { latency: [20, 100], noticeLatency: [1_000, 1_000] } satisfies Partial<Habits>;

const rows: Row[] = [];
const notes: string[] = [];
await inSimulatedTime();
await connections();
await inRealTime();
writeResult({
  name: 'exchange',
  title: 'Exchange',
  command: 'npm run benchmark -- exchange',
  versions: { postgresql: versionOf('psql') },
  rows,
  notes,
});
process.exit(0);

async function inSimulatedTime(): Promise<void> {
  const streamed = await day({ size: played, streams: true });
  const polling = await day({ size: polled, streams: false });
  rows.push(
    {
      label: 'Requests of a mailbox in a day with streams',
      ...{ unit: 'requests', median: total(streamed) / played, floor: (2 * streamed.bursts) / played },
      floorLabel: 'a listing and a reading for each burst',
      note: `${round(streamed.bursts / played)} bursts. ${split(streamed)}`,
    },
    {
      label: 'Requests of a mailbox in a day with polling',
      ...{ unit: 'requests', median: total(polling) / polled, floor: 288, floorLabel: 'every 5 minutes' },
      note: split(polling),
    },
  );
}

function day(asked: DayAsked): Promise<DayTold> {
  return playDay<DayTold>(path.join(import.meta.dirname, 'simulated-day.ts'), asked);
}

async function connections(): Promise<void> {
  const held = await holdConnections(listenedTo);
  rows.push({
    label: `Connections that tell of the changes of ${round(listenedTo)} mailboxes`,
    ...{ unit: 'connections', median: held.connections, floor: Math.ceil(listenedTo / mailboxesOfConnection) },
    ...{ floorLabel: '200 mailboxes each', target: { atMost: 10 } },
    note: `by the connector alone; ${round(held.seconds)} s until all were subscribed to and listened to.`,
  });
}

async function inRealTime(): Promise<void> {
  const office = await openServerOffice(size);
  try {
    const settled = async () => {
      await delay(settleSeconds * 1_000);
      return memoryOf(office.processes()[0]!);
    };
    const empty = await settled();
    const first = await measureFirstSyncOfServer(office, 3);
    const read = await settled();
    await office.restart(allRoles);
    const watched = await untilWatched(office);
    const atRest = await settled();
    const { heard } = await office.source.streams();
    if (heard !== size) throw new Error(`Of ${size} mailboxes ${heard} are listened to.`);
    const without = { floor: empty, floorLabel: 'the same process without them' };
    rows.push(
      {
        label: `First sync of ${round(size)} mailboxes, requests`,
        ...{ unit: 'requests', median: first.requests, floor: first.least, floorLabel: 'the least possible' },
        note: `of each mailbox ${ofEach(size, first.byOperation)} Those of streams aren’t counted above; who is listened to meanwhile is looked at once more.`,
      },
      {
        label: `First sync of ${round(size)} mailboxes into PostgreSQL, time`,
        ...{ unit: 'ms', ...spread(first.whole), floor: spread(first.bare).median },
        floorLabel: `a bare loop with the same requests, p99 ${round(spread(first.bare).p99)}`,
      },
      {
        label: `Memory at rest with ${round(size)} mailboxes, all listened to`,
        ...{ unit: 'MiB', median: atRest, ...without },
        note: `${round(watched)} s after the start all of them were listened to.`,
      },
      { label: 'Memory after all of them were read in full four times', unit: 'MiB', median: read, ...without },
    );
    console.log(`First syncs: ${first.whole.map(round).join(', ')} ms; bare ${first.bare.map(round).join(', ')} ms`);

    await office.source.behave(slowly);
    const told = await followChanges(office, { rate: changesASecond, count: changes });
    await office.source.behave(tame);
    const notice = { floor: spread(told.notice).median, floorLabel: 'the notice alone' };
    const followed = (label: string, seconds: number[]) =>
      rows.push({ label, unit: 's', ...spread(seconds), ...notice, note: `at most ${round(Math.max(...seconds))} s.` });
    followed('From a change to the agenda, with streams', told.agenda);
    followed('From a change to presence, with streams', told.presence);
  } finally {
    await office.close();
  }
  notes.push(
    `Changes: ${changesASecond} a second, each in another mailbox, ${changes} in all. The simulated server answers after ${slowly.latency.join(' to ')} ms then and tells of a change after ${slowly.noticeLatency[0] / 1_000} s; else it does so at once. Product, PostgreSQL, simulated server and whoever measures share the cores.`,
  );
}

/** @returns seconds until streams tell of all mailboxes. */
async function untilWatched({ store: { db } }: ServerOffice): Promise<number> {
  const began = performance.now();
  await until(async () => {
    const { rows } = await sql<{ left: number }>`
      select count(*) as left from account
       where not exists (select from exchange_server server
                          where server.id = exchange_server_id and leased_by = account.watched_by)`.execute(db);
    return rows[0]!.left === 0;
  }, 'all mailboxes are listened to');
  return (performance.now() - began) / 1_000;
}

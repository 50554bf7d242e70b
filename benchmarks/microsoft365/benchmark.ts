/**
 * Microsoft 365 for a company of 1,000 mailboxes, against the simulated Graph: what a day asks of Graph (in simulated
 * time, see simulated-day.ts), how soon a change is in the agenda and in presence, and what reading everything for the
 * first time costs in requests, time and memory (in real time: the product, the simulated cloud and whoever measures are
 * processes of their own). How soon notices are answered is a figure of its own, microsoft365-notices.
 */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Habits, tame } from '../../simulators/microsoft365/habits.ts';
import { followChanges } from '../company/changes.ts';
import { playDay, split, total } from '../company/day-process.ts';
import { allRoles, memoryOf } from '../company/office.ts';
import { type Row, round, spread, versionOf, writeResult } from '../result.ts';
import { openCloudOffice } from './cloud-office.ts';
import { measureFirstSyncOfCloud } from './first-sync.ts';
import type { DayAsked, DayTold } from './simulated-day.ts';

const size = Number(process.env.WHENABOUTS_MAILBOXES ?? 1_000);
const settleSeconds = 10;
/** Polling asks a hundred times as often: fewer mailboxes tell as much. */
const polled = Math.min(size, 20);
/** Each by its owner's consent. */
const consented = Math.min(size, 250);
const changesASecond = 5;
const changes = Math.min(size, 200);
/** While changes are followed. */
const slowly = { latency: [50, 250], noticeLatency: [1_000, 5_000] } satisfies Partial<Habits>;

const rows: Row[] = [];
const notes: string[] = [];
await inSimulatedTime();
await inRealTime();
writeResult({
  name: 'microsoft365',
  title: 'Microsoft 365',
  command: 'npm run benchmark -- microsoft365',
  versions: { postgresql: versionOf('psql') },
  rows,
  notes,
});
process.exit(0);

async function inSimulatedTime(): Promise<void> {
  // At once: they count, and are in no hurry.
  const [server, own, polling] = await Promise.all([
    day({ size, by: 'application', push: true, ownersTime: true }),
    day({ size: consented, by: 'user', push: true, ownersTime: true }),
    day({ size: polled, by: 'application', push: false, ownersTime: true }),
  ]);
  pushed('Requests of a mailbox in a day with push, read by the server', server);
  pushed('Requests of a mailbox in a day with push, by its owner’s consent', own);
  rows.push({
    label: 'Requests of a mailbox in a day with polling',
    ...{ unit: 'requests', median: total(polling) / polling.size, floor: 289, floorLabel: 'every 5 minutes' },
    note: split(polling),
  });
}

function day(asked: DayAsked): Promise<DayTold> {
  return playDay<DayTold>(path.join(import.meta.dirname, 'simulated-day.ts'), asked);
}

/** The floor is a pull for each burst, and one request for each series that it touched. */
function pushed(label: string, told: DayTold): void {
  const [bursts, touched] = [told.bursts / told.size, told.touched / told.size];
  rows.push({
    ...{ label, unit: 'requests', median: total(told) / told.size },
    ...{ floor: bursts + touched, floorLabel: 'one for each burst and each touched series' },
    target: { atMost: 4 + bursts + 2 * touched },
    note: `the target is 4, 1 for each of ${round(bursts)} bursts and 2 for each of ${round(touched)} touched series. ${split(told)}`,
  });
}

async function inRealTime(): Promise<void> {
  const office = await openCloudOffice(size);
  try {
    const settled = async () => {
      await delay(settleSeconds * 1_000);
      return memoryOf(office.processes()[0]!);
    };
    const empty = await settled();
    const first = await measureFirstSyncOfCloud(office, 3);
    const read = await settled();
    await office.restart(allRoles);
    const atRest = await settled();
    const without = { floor: empty, floorLabel: 'the same process without them' };
    rows.push(
      {
        label: `First sync of ${round(size)} mailboxes, requests`,
        ...{ unit: 'requests', median: first.requests, floor: first.least, floorLabel: 'the least possible' },
      },
      {
        label: `First sync of ${round(size)} mailboxes into PostgreSQL, time`,
        ...{ unit: 'ms', ...spread(first.whole), floor: spread(first.bare).median },
        floorLabel: `a bare loop with the same requests, p99 ${round(spread(first.bare).p99)}`,
      },
      { label: `Memory at rest with ${round(size)} mailboxes`, unit: 'MiB', median: atRest, ...without },
      { label: 'Memory after all of them were read in full four times', unit: 'MiB', median: read, ...without },
    );
    console.log(`First syncs: ${first.whole.map(round).join(', ')} ms; bare ${first.bare.map(round).join(', ')} ms`);

    await office.source.behave(slowly);
    const told = await followChanges(office, { rate: changesASecond, count: changes });
    await office.source.behave(tame);
    const notice = { floor: spread(told.notice).median, floorLabel: 'the notice alone' };
    const followed = (label: string, seconds: number[], floor: Pick<Row, 'floor' | 'floorLabel'>) =>
      rows.push({ label, unit: 's', ...spread(seconds), ...floor, note: `at most ${round(Math.max(...seconds))} s.` });
    followed('From a change to the agenda, with push', told.agenda, notice);
    followed('From a change to presence, with push', told.presence, notice);
    const since = told.presence.map((seconds, index) => seconds - told.notice[index]!);
    followed('From its notice to presence', since, {
      floor: 1.15,
      floorLabel: '1 s for the rest of a burst, one request',
    });
  } finally {
    await office.close();
  }
  const [from, to] = slowly.noticeLatency;
  notes.push(
    `Changes: ${changesASecond} a second, each in another mailbox. The simulated Graph answers after ${slowly.latency.join(' to ')} ms then and tells of a change after ${from / 1_000} to ${to / 1_000} s; else it does so at once. Product, PostgreSQL, simulated cloud and whoever measures share the cores.`,
  );
}

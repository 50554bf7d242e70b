/** The simulated Exchange server over HTTP in a process of its own, with the company in it. */
import { startExchange } from '../../simulators/exchange/exchange.ts';
import { type Habits, tame } from '../../simulators/exchange/habits.ts';
import type { User } from '../../simulators/exchange/world.ts';
import { serveTasks } from '../child.ts';
import { foundCompany, leave, type Person } from '../company/people.ts';

/** Bodies, by mailbox, in order. */
let recorded = new Map<string, string[]>();
let recording = false;
let people: (Person & User)[] = [];
/** When the notice of a mailbox's last change went out, epoch milliseconds. */
const noticed = new Map<string, number>();
const server = await startExchange({
  habits: tame,
  seed: 365,
  inspect: ({ body }) => {
    if (!recording) return;
    const [, operation] = /<(?:\w+:)?Body>\s*<(?:\w+:)?(\w+)/.exec(body) ?? [];
    if (!read.has(operation!)) return;
    const [, mailbox] = /<t:ExchangeImpersonation>.*?>([^<>]+)<\//s.exec(body) ?? [];
    recorded.set(mailbox!, [...(recorded.get(mailbox!) ?? []), body]);
  },
});
const { world, counters, throttling, subscriptions } = server;
/** What reads; the others are of streams. */
const read = new Set(['GetFolder', 'FindFolder', 'FindItem', 'GetItem']);
const personOf = (address: string) => people.find((person) => person.address === address)!;

const tasks = {
  found({ size, seed }: { size: number; seed: number }) {
    const { principalName, password } = world.addAccount();
    const today = Temporal.Now.plainDateISO('UTC');
    people = foundCompany((user) => world.addUser(user), { size, today, seed });
    return {
      url: `${server.url}/EWS/Exchange.asmx`,
      principalName,
      password,
      addresses: people.map((one) => one.address),
    };
  },
  /** By which mailboxes are read: those that hold streams are left out. */
  requests: () => [...read].reduce((sum, operation) => sum + (counters.requests[operation] ?? 0), 0),
  byOperation: () => ({ ...counters.requests }),
  items: () => counters.items,
  /** Streams that were held at the same time, and subscriptions that are listened to now. */
  streams: () => ({
    most: throttling.peaks.streams,
    heard: [...subscriptions.all.values()].filter(({ wake }) => wake !== null).length,
  }),
  record() {
    recorded = new Map();
    recording = true;
  },
  recorded(): string[][] {
    recording = false;
    return [...recorded.values()];
  },
  behave(habits: Partial<Habits>) {
    world.habits = { ...tame, ...habits };
  },
  leave({ address }: { address: string }) {
    const left = leave(personOf(address).mailbox);
    const [from, to] = world.habits.noticeLatency;
    if (from !== to) throw new Error('When a notice goes out is known where all of them take as long.');
    noticed.set(address, left.at + from);
    return left;
  },
  noticedAt: ({ address }: { address: string }): number => noticed.get(address) ?? 0,
};
export type SimulatedServer = typeof tasks;
serveTasks(tasks);

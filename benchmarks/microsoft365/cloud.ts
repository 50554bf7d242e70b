/** The simulated Microsoft 365 over HTTP in a process of its own, with the company in it. */
import type { Habits } from '../../simulators/microsoft365/habits.ts';
import { tame } from '../../simulators/microsoft365/habits.ts';
import { sendByHttp, startMicrosoft365 } from '../../simulators/microsoft365/microsoft365.ts';
import type { User } from '../../simulators/microsoft365/world.ts';
import { serveTasks } from '../child.ts';
import { foundCompany, leave, type Person } from '../company/people.ts';

/** As the product sent it. */
export interface Sent {
  method: string;
  /** Path and query. */
  url: string;
  prefer: string;
  body: string;
}
/** What a notice of each subscription has to carry. */
export interface Told {
  notificationUrl: string;
  id: string;
  clientState: string;
}

const pageSize = 250;
let people: (Person & User)[] = [];
/** By mailbox, in order. */
let recorded = new Map<string, Sent[]>();
let recording = false;
/** When the last notice of a user's mailbox went out, epoch milliseconds. */
const noticed = new Map<string, number>();
const cloud = await startMicrosoft365({
  habits: tame,
  seed: 365,
  inspect: ({ method, url, headers, body }) => {
    if (!recording) return;
    const [, who] = /\/users\/([^/]+)\//.exec(url.pathname) ?? /"resource":"users\/([^/"]+)\//.exec(body) ?? [];
    const sent = { method, url: url.pathname + url.search, prefer: headers.prefer ?? '', body };
    const mailbox = decodeURIComponent(who ?? '');
    recorded.set(mailbox, [...(recorded.get(mailbox) ?? []), sent]);
  },
  send: (url, body, timeoutMs) => {
    const [, userId] = /"resource":"Users\/([\w-]+)\//.exec(body ?? '') ?? [];
    if (userId) noticed.set(userId, Date.now());
    return sendByHttp(url, body, timeoutMs);
  },
});
const { world } = cloud;
const personOf = (address: string) => people.find((person) => person.address === address)!;

const tasks = {
  /** @returns how to sign in, and the fewest requests by which all can be read (see the benchmark). */
  found({ size, seed }: { size: number; seed: number }) {
    const { id: tenantId } = world.addTenant();
    const secret = 'simulated';
    const { clientId } = world.addApplication({
      ...{ tenantId, secrets: [{ value: secret, expiresAt: Date.now() + 1e10 }] },
      adminConsent: { scopes: [], roles: ['Calendars.Read', 'MailboxSettings.Read'] },
    });
    const today = Temporal.Now.plainDateISO('UTC');
    people = foundCompany((user) => world.addUser({ ...user, tenantId }), { size, today, seed });
    return { url: cloud.url, tenantId, clientId, secret, addresses: people.map(({ address }) => address) };
  },
  /** Pages of a full round of all mailboxes, in pages of 250: by no other way come the links by which changes are told. */
  pages({ from, to }: { from: number; to: number }): number {
    const entries = people.map(({ mailbox }) => mailbox.view(mailbox.defaultCalendar.id, from, to).length);
    return entries.reduce((sum, count) => sum + Math.max(1, Math.ceil(count / pageSize)), 0);
  },
  /** Parts of batches one by one; the requests for tokens aren't among them. */
  requests: () => Object.values(cloud.counters.requests).reduce((sum, count) => sum + count, 0),
  /** Delta rounds so far: each reading of a mailbox has one. */
  rounds: () => cloud.counters.requests.delta ?? 0,
  record() {
    recorded = new Map();
    recording = true;
  },
  recorded(): Sent[][] {
    recording = false;
    return [...recorded.values()];
  },
  forgetSubscriptions: () => cloud.subscriptions.all.clear(),
  subscriptions: (): Told[] =>
    [...cloud.subscriptions.all.values()].map(({ notificationUrl, id, clientState }) => ({
      ...{ notificationUrl, id, clientState: clientState ?? '' },
    })),
  behave(habits: Partial<Habits>) {
    world.habits = { ...tame, ...habits };
  },
  leave: ({ address }: { address: string }) => leave(personOf(address).mailbox),
  /** When the mailbox's last notice went out. */
  noticedAt: ({ address }: { address: string }): number => noticed.get(personOf(address).id) ?? 0,
};
export type Cloud = typeof tasks;
serveTasks(tasks);

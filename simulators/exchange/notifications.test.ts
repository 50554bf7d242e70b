/** Streams of the simulator by itself, over real sockets: who hears what, and when they hear no more. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { ewsSchema } from '../../test/ews-schema.ts';
import { type Asking, all, ask, findItem, listen, post, subscribe, texts, view } from './asking.ts';
import { type Exchange, startExchange } from './exchange.ts';
import { gromoxLike, type Habits, tame } from './habits.ts';
import { child, type Element } from './xml/element.ts';
import { read } from './xml/read.ts';

let server: Exchange;
const open: AbortController[] = [];
/** Whole envelopes that came on streams. */
const envelopes: string[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) each.abort();
  await server.stop();
});

afterAll(() => {
  const schema = ewsSchema();
  expect(envelopes.length).toBeGreaterThan(5);
  expect(schema?.faultsOf(envelopes) ?? []).toEqual([]);
  schema?.close();
});

const people = ['ada', 'ben', 'cy'].map((name) => `${name}@contoso.example`);

async function started(habits: Partial<Habits>): Promise<void> {
  server = await startExchange({ habits: { ...tame, heartbeat: 60_000, ...habits } });
  server.world.addAccount();
  for (const address of people) server.world.addUser({ name: address, address });
}
const asking = (mailbox: string, headers: Record<string, string> = {}): Asking => ({
  url: server.url,
  mailbox,
  headers,
});
const mailboxOf = (address: string) => server.world.userBy(address)!.mailbox!;

/** @returns id and the cookie that came with it */
async function subscribed(mailbox: string, cookie = ''): Promise<{ id: string; cookie: string }> {
  const headers = { 'x-anchormailbox': people[0]!, 'x-preferserveraffinity': 'true', ...(cookie && { cookie }) };
  const answer = await ask(asking(mailbox, headers), subscribe());
  const [told = cookie] = answer.headers.getSetCookie();
  return { id: texts(answer.body, 'SubscriptionId')[0]!, cookie: told.split(';')[0]! };
}

/** Bodies of the envelopes as they come, however they are cut. */
async function* streamed(ids: string[], mailbox: string, cookie = '', minutes = 30): AsyncGenerator<Element> {
  const gone = new AbortController();
  open.push(gone);
  const answer = await post({ ...asking(mailbox, cookie ? { cookie } : {}) }, listen(ids, minutes));
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  gone.signal.addEventListener('abort', () => void reader.cancel().catch(() => {}));
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += value ?? '';
    for (let end = envelopeEnd(text); end > 0; end = envelopeEnd(text)) {
      const envelope = text.slice(0, end).trim();
      // Notifications are where the schema has them, and not where Exchange has them.
      if (server.world.habits.notificationsIn === 'types') envelopes.push(envelope);
      yield child(read(envelope), 'Body')!.children[0]!;
      text = text.slice(end);
    }
    if (done) return;
  }
}
const envelopeEnd = (text: string): number => {
  const [end] = /<\/(?:[\w-]+:)?Envelope>/.exec(text) ?? [];
  return end ? text.indexOf(end) + end.length : 0;
};
async function next(stream: AsyncGenerator<Element>): Promise<Element> {
  const { done, value } = await stream.next();
  if (done) throw new Error('The stream has ended.');
  return value;
}
const meeting = { subject: 'Meeting', start: '2026-11-23T10:00', end: '2026-11-23T11:00' };

test('one stream hears of several mailboxes, made, changed, moved and deleted', async () => {
  await started({ notificationsIn: 'types' });
  const first = await subscribed(people[0]!);
  const second = await subscribed(people[1]!, first.cookie);
  expect(first.cookie).toMatch(/^X-BackEndOverrideCookie=/);
  const stream = streamed([first.id, second.id], people[0]!, first.cookie);
  expect(texts(await next(stream), 'ConnectionStatus')).toEqual(['OK']);
  const item = mailboxOf(people[1]!).create(meeting);
  const made = await next(stream);
  expect([texts(made, 'SubscriptionId')[0], all(made, 'CreatedEvent').length]).toEqual([second.id, 1]);
  const listed = await ask(asking(people[1]!), findItem(view('2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z')));
  const idOf = (element: Element | null) => all(element, 'ItemId')[0]!.attributes.Id;
  expect(idOf(made)).toBe(idOf(listed.body));
  expect(all(made, 'ItemId')[0]!.attributes.ChangeKey, 'notices carry no change key').toBeUndefined();
  mailboxOf(people[1]!).update(item.number, { subject: 'Changed' });
  expect(all(await next(stream), 'ModifiedEvent')).toHaveLength(1);
  mailboxOf(people[1]!).addCalendar('Other');
  mailboxOf(people[1]!).move(item.number, 'cal2');
  const moved = await next(stream);
  expect(all(moved, 'OldItemId')[0]!.attributes.Id).toBe(idOf(made));
  expect(idOf(moved)).not.toBe(idOf(made));
  mailboxOf(people[1]!).delete(item.number); // Not in the folder that is listened to.
  mailboxOf(people[0]!).delete(mailboxOf(people[0]!).create(meeting).number);
  const seen: string[] = [];
  while (seen.length < 2) {
    const told = await next(stream);
    for (const kind of ['CreatedEvent', 'MovedEvent']) seen.push(...all(told, kind).map(({ name }) => name));
  }
  expect(seen, 'what is deleted goes to Deleted Items').toEqual(['CreatedEvent', 'MovedEvent']);
});

test('without its server’s cookie a subscription is unknown, and several servers share none', async () => {
  await started({});
  const first = await subscribed(people[0]!);
  const lost = await next(streamed([first.id], people[0]!));
  expect([
    texts(lost, 'ResponseCode')[0],
    texts(lost, 'SubscriptionId')[0],
    texts(lost, 'ConnectionStatus')[0],
  ]).toEqual(['ErrorSubscriptionNotFound', first.id, 'Closed']);
  const apart = await subscribed(people[1]!);
  const mixed = await next(streamed([first.id, apart.id], people[0]!, first.cookie));
  expect(all(mixed, 'ErrorSubscriptionIds').flatMap((each) => texts(each, 'SubscriptionId'))).toEqual([apart.id]);
});

test('a server of one mailbox a stream refuses a shared one', async () => {
  await started({ ...gromoxLike, heartbeat: 60_000 });
  const [first, second] = [await subscribed(people[0]!), await subscribed(people[1]!)];
  const shared = await next(streamed([first.id, second.id], people[0]!));
  expect(texts(shared, 'ResponseCode')).toEqual(['ErrorInvalidSubscription']);
  const own = streamed([second.id], people[1]!);
  expect(texts(await next(own), 'ConnectionStatus')).toEqual(['OK']);
  mailboxOf(people[1]!).create(meeting);
  expect(all(await next(own), 'CreatedEvent')).toHaveLength(1);
});

test('a stream gives signs of life, ends when its time is over, and tells of a subscription that is lost', async () => {
  await started({
    heartbeat: 20,
    heartbeats: 'statusEvent',
    notificationsIn: 'types',
    chunks: 'anywhere',
    prefixes: 'none',
    declaration: false,
  });
  const { id, cookie } = await subscribed(people[0]!);
  const stream = streamed([id], people[0]!, cookie);
  await next(stream);
  expect(all(await next(stream), 'StatusEvent')).toHaveLength(1);
  server.subscriptions.forget(...server.subscriptions.all.values());
  for (let told: Element | undefined; !told; ) {
    const answer = await next(stream);
    if (texts(answer, 'ResponseCode')[0] !== 'NoError') told = answer;
    if (told) expect([...texts(told, 'SubscriptionId'), ...texts(told, 'ConnectionStatus')]).toEqual([id, 'Closed']);
  }
  expect((await stream.next()).done).toBe(true);
});

test('so many streams and subscriptions and no more', async () => {
  await started({ hangingConnections: 1, maxSubscriptions: 2 });
  const first = await subscribed(people[0]!);
  const second = await subscribed(people[1]!, first.cookie);
  const refused = await ask(asking(people[2]!), subscribe());
  expect(texts(refused.body, 'ResponseCode')).toEqual(['ErrorExceededSubscriptionCount']);
  const stream = streamed([first.id], people[0]!, first.cookie);
  await next(stream);
  const further = await next(streamed([second.id], people[1]!, first.cookie));
  expect(texts(further, 'ResponseCode')).toEqual(['ErrorExceededConnectionCount']);
  const crowd = await ask(asking(people[0]!, { cookie: first.cookie }), listen(Array<string>(201).fill(first.id)));
  expect(texts(crowd.body, 'ResponseCode')).toEqual(['ErrorInvalidRequest']);
  server.world.moveAway(server.world.userBy(people[1]!)!);
  const gone = await next(streamed([second.id], people[0]!, first.cookie));
  expect(texts(gone, 'SubscriptionId')).toEqual([second.id]);
});

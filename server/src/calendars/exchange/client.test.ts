import { createHash, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Habits } from '../../../../simulators/exchange/habits.ts';
import { makeCertificates } from '../../../../test/servers/certificates.ts';
import { ConnectorError } from '../connector.ts';
import { Affinity } from './affinity.ts';
import { readReplies, writeReplies } from './automatic-replies.ts';
import type { ExchangeClient } from './client.ts';
import type { ExchangeSignIn } from './exchange-server.ts';
import { findCalendarFolders } from './operations/find-calendar-folders.ts';
import { findCalendarItems } from './operations/find-calendar-items.ts';
import { getItems } from './operations/get-items.ts';
import { type StreamNotice, streamEvents } from './operations/stream-events.ts';
import { subscribeStreaming, unsubscribe } from './operations/subscribe-streaming.ts';
import { ExchangeRefusal } from './refusal.ts';
import { clientOf, mailboxName, outboundOfTest, passing, password, serverAt, simulated } from './server.fixture.ts';
import { bindingsOf } from './sign-in/ntlm.ts';

const signal = AbortSignal.timeout(120_000);
const week = { from: Temporal.Instant.from('2026-10-05T00:00Z'), to: Temporal.Instant.from('2026-10-12T00:00Z') };
const review = { subject: 'Review & plan <1>', start: '2026-10-06T09:00', end: '2026-10-06T10:00', timeZone: 'UTC' };
const daily = {
  pattern: { type: 'daily', interval: 1 },
  range: { type: 'numbered', startDate: '2026-10-05', numberOfOccurrences: 3 },
} as const;

const refused = async (promise: Promise<unknown>): Promise<ConnectorError> => {
  const error = await promise.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConnectorError);
  return error as ConnectorError;
};

/** Sleeping takes no time. */
function turnedTime() {
  let now = Date.parse('2026-10-05T08:00Z');
  return {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

const read = async (client: ExchangeClient, address = mailboxName) => {
  const mailbox = client.mailbox(address, signal);
  const [own] = await findCalendarFolders(mailbox);
  const { items, isWhole } = await findCalendarItems(mailbox, own!.id, week);
  expect(isWhole).toBe(true);
  return getItems(
    mailbox,
    items.map(({ id }) => id),
  );
};

test.each<[string, Partial<Habits>, ExchangeSignIn]>([
  ['Exchange, by Basic', {}, { kind: 'basic', userName: 'svc-whenabouts@contoso.example', password }],
  ['Exchange, by NTLM', { signIn: ['NTLM'] }, { kind: 'ntlm', userName: 'CONTOSO\\svc-whenabouts', password }],
  [
    'by NTLM, with a connection that is closed after each answer',
    { signIn: ['NTLM'], closesAfterNtlm: true },
    { kind: 'ntlm', userName: 'CONTOSO\\svc-whenabouts', password },
  ],
  [
    'NTLM with an account as user@domain, offered as Negotiate only',
    { signIn: ['Negotiate'] },
    { kind: 'ntlm', userName: 'svc-whenabouts@contoso.example', password },
  ],
  [
    'other prefixes, no declaration, unknown elements',
    { prefixes: 'odd', declaration: false, unknownElements: true, faultStatus: 200 },
    { kind: 'basic', userName: 'CONTOSO\\svc-whenabouts', password },
  ],
])('calendars and items are read: %s', async (_, habits, signIn) => {
  const { simulator, mailbox } = await simulated(habits);
  mailbox.addCalendar('Project');
  mailbox.create(review);
  mailbox.create({ subject: 'Standup', start: '2026-10-05T07:00', end: '2026-10-05T07:15' }, { recurrence: daily });
  const client = clientOf(serverAt(simulator.url, { signIn }));
  const folders = await findCalendarFolders(client.mailbox(mailboxName, signal));
  expect(folders.map(({ name, isDefault }) => ({ name, isDefault }))).toEqual([
    { name: 'Calendar', isDefault: true },
    { name: 'Project', isDefault: false },
  ]);
  const items = await read(client);
  expect(items.map(({ item }) => [item?.subject, item?.calendarItemType])).toEqual(
    expect.arrayContaining([
      ['Review & plan <1>', 'Single'],
      ['Standup', 'Occurrence'],
      ['Standup', 'Occurrence'],
      ['Standup', 'Occurrence'],
    ]),
  );
  expect(items).toHaveLength(4);
  const single = items.find(({ item }) => item?.calendarItemType === 'Single')!.item!;
  expect(Temporal.Instant.from(single.start!).toString()).toBe('2026-10-06T09:00:00Z');
  expect(single.legacyFreeBusyStatus).toBe('Busy');
  expect(client.serverVersion).toMatch(/^15\./);
});

test('a server that is asked by NTLM and answers by Negotiate is gone on with, on the same connection', async () => {
  const { simulator, mailbox } = await simulated({ signIn: ['NTLM'] });
  mailbox.create(review);
  const begun: number[] = [];
  // As gromox does it, whose helper takes one handshake a connection.
  const outbound = passing(outboundOfTest(), async (session, url, request) => {
    const authorization = request.headers.authorization?.replace(/^Negotiate /, 'NTLM ');
    const answer = await session.send(url, {
      ...request,
      headers: { ...request.headers, ...(authorization && { authorization }) },
    });
    if (Buffer.from(authorization?.slice(5) ?? '', 'base64').at(8) === 1) begun.push(answer.connection.number);
    const told = answer.headers.get('www-authenticate')?.replace('NTLM ', 'Negotiate ');
    if (told) answer.headers.set('www-authenticate', `Basic realm="msrpc realm", charset="utf-8", ${told}`);
    return answer;
  });
  const signIn = { kind: 'ntlm', userName: 'CONTOSO\\svc-whenabouts', password } as const;
  const client = clientOf(serverAt(simulator.url, { signIn }), { outbound });
  expect(await read(client)).toHaveLength(1);
  expect(await read(client)).toHaveLength(1);
  expect(begun).toEqual([1]);
});

test('over TLS the server’s own authority is trusted, and NTLM is bound to its certificate', async ({ skip }) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-ca-'));
  let made: ReturnType<typeof makeCertificates>;
  try {
    made = makeCertificates(folder, 'IP:127.0.0.1');
  } catch (error) {
    return skip(`openssl is needed to make a certificate authority: ${(error as Error).message}`);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  const told: string[] = [];
  const { simulator } = await simulated(
    { signIn: ['NTLM'] },
    {
      tls: { key: made.key, cert: made.certificate },
      inspect: ({ headers }) => void told.push(headers.authorization ?? ''),
    },
  );
  const signIn = { kind: 'ntlm', userName: 'CONTOSO\\svc-whenabouts', password } as const;
  const stranger = await refused(read(clientOf(serverAt(simulator.url, { signIn }))));
  expect(stranger.message).toContain('authority that is not trusted');
  expect(await read(clientOf(serverAt(simulator.url, { signIn, authority: made.ca })))).toEqual([]);
  const hash = createHash('sha256').update(new X509Certificate(made.certificate).raw).digest();
  const messages = told.map((each) => Buffer.from(each.replace(/^NTLM /, ''), 'base64').toString('hex'));
  // MsvAvChannelBindings in the AUTHENTICATE_MESSAGE.
  expect(messages.some((each) => each.includes(`0a001000${bindingsOf(hash).toString('hex')}`))).toBe(true);
});

test('items are got ten at a time in the order asked, and one that is gone is no fault of the others', async () => {
  const { simulator, mailbox } = await simulated();
  const made = Array.from({ length: 23 }, (_, number) => mailbox.create({ ...review, subject: `No. ${number}` }));
  const client = clientOf(serverAt(simulator.url));
  const reader = client.mailbox(mailboxName, signal);
  const [own] = await findCalendarFolders(reader);
  const { items } = await findCalendarItems(reader, own!.id, week);
  const ids = items.map(({ id }) => id);
  const gone = made[7]!;
  mailbox.delete(gone.number);
  const got = await getItems(reader, ids);
  expect(got.map(({ id }) => id)).toEqual(ids);
  expect(got.filter(({ fault }) => fault !== null).map(({ fault }) => fault!.code)).toEqual(['ErrorItemNotFound']);
  expect(got.filter(({ item }) => item !== null)).toHaveLength(22);
  const alone = await getItems(reader, [got.find(({ fault }) => fault !== null)!.id]);
  expect(alone[0]!.fault!.code).toBe('ErrorItemNotFound');
  expect(await getItems(reader, [])).toEqual([]);
});

test('who isn’t let in, who may not act for others, and a mailbox that isn’t there, each in plain words', async () => {
  const { simulator, account } = await simulated();
  const wrong = (signIn: ExchangeSignIn) => refused(read(clientOf(serverAt(simulator.url, { signIn }))));
  const userName = 'CONTOSO\\svc-whenabouts';
  for (const kind of ['basic', 'ntlm'] as const) {
    const error = await wrong({ kind, userName, password: 'guessed-one' });
    expect(error.errorClass).toBe('credentials');
    expect(error.message).toContain('doesn’t let the service account in');
    expect(error.message).not.toContain('guessed-one');
  }
  simulator.world.habits.signIn = ['NTLM'];
  expect((await wrong({ kind: 'basic', userName, password })).message).toContain('it offers NTLM');
  simulator.world.habits.signIn = ['Basic'];
  expect((await wrong({ kind: 'ntlm', userName, password })).message).toContain('it offers Basic');
  const client = clientOf(serverAt(simulator.url));
  account.impersonates = [];
  const denied = await refused(read(client));
  expect(denied).toMatchObject({ errorClass: 'consent', code: 'ErrorImpersonateUserDenied' });
  account.impersonates = 'everybody';
  const nobody = await refused(read(client, 'nobody@contoso.example'));
  expect(nobody.errorClass).toBe('notFound');
  expect(nobody.message).toContain('nobody@contoso.example');
});

test('a mailbox that is known by an alias is found by it, and the way is remembered', async () => {
  const told: string[] = [];
  const { simulator } = await simulated(
    {},
    { inspect: ({ body }) => void told.push(/<t:ConnectingSID><t:(\w+)/.exec(body)?.[1] ?? '') },
  );
  const client = clientOf(serverAt(simulator.url));
  await findCalendarFolders(client.mailbox('anna.b@contoso.example', signal));
  expect(told).toEqual(['PrimarySmtpAddress', 'SmtpAddress', 'SmtpAddress']);
});

test('an Exchange that knows older schemas only is asked by one, by several at once too', async () => {
  const { simulator } = await simulated();
  const told: string[] = [];
  const old = passing(outboundOfTest(), (session, url, request) => {
    const version = /RequestServerVersion Version="(\w+)"/.exec(request.body ?? '')?.[1] ?? '';
    told.push(version);
    const body = version === 'Exchange2010_SP1' ? request.body : request.body?.replaceAll(version, 'Exchange2099');
    return session.send(url, { ...request, ...(body && { body }) });
  });
  const client = clientOf(serverAt(simulator.url), { outbound: old });
  const read = () => findCalendarFolders(client.mailbox(mailboxName, signal));
  const folders = await Promise.all([read(), read(), read()]);
  expect(folders.map((each) => each.length)).toEqual([1, 1, 1]);
  expect(told).toContain('Exchange2013');
  told.length = 0;
  await read();
  expect(new Set(told)).toEqual(new Set(['Exchange2010_SP1']));
});

test.each<Habits['busyShapes'][number]>(['fault', 'unavailable', 'unavailableEmpty', 'message'])(
  'a busy server (%s) is left alone by everybody for as long as it asks',
  async (shape) => {
    const time = turnedTime();
    const { simulator } = await simulated({ busy: 1, busyShapes: [shape], backOff: 30_000 });
    const client = clientOf(serverAt(simulator.url), { time });
    const error = await refused(findCalendarFolders(client.mailbox(mailboxName, signal)));
    expect(error.errorClass).toBe('throttled');
    expect(error.retryAt!.epochMilliseconds).toBe(client.closedUntil);
    const told = shape === 'fault' || shape === 'message';
    expect(client.closedUntil - time.now()).toBeGreaterThanOrEqual(told ? 30_000 : 1_000);
    simulator.world.habits.busy = 0;
    if (!told) return;
    const asked = time.now();
    const other = await refused(findCalendarFolders(client.mailbox('berta@contoso.example', signal)));
    expect(other.errorClass).toBe('throttled');
    expect(time.now()).toBe(asked);
    await time.sleep(30_001);
    expect(await findCalendarFolders(client.mailbox(mailboxName, signal))).toHaveLength(1);
  },
);

test('what fails by chance is asked again, and never for ever', async () => {
  const { simulator } = await simulated({ faults: 0.3, cuts: 0.2 }, { seed: 7 });
  const client = clientOf(serverAt(simulator.url), { time: turnedTime() });
  let good = 0;
  for (let round = 0; round < 10; round++) {
    const found = await findCalendarFolders(client.mailbox(mailboxName, signal)).catch((error: unknown) => error);
    if (Array.isArray(found)) good++;
    else expect((found as ConnectorError).errorClass).toMatch(/unreachable|throttled|malformed/);
  }
  expect(good).toBeGreaterThan(5);
  simulator.world.habits.faults = 1;
  const error = await refused(findCalendarFolders(client.mailbox(mailboxName, signal)));
  expect(error.errorClass).toMatch(/unreachable|throttled/);
});

test.each(['envelopes', 'anywhere'] as const)('changes are told on a stream cut at %s', async (chunks) => {
  const { simulator, mailbox } = await simulated({ chunks, heartbeat: 300, signIn: ['NTLM'] });
  const signIn = { kind: 'ntlm', userName: 'CONTOSO\\svc-whenabouts', password } as const;
  const client = clientOf(serverAt(simulator.url, { signIn }));
  const group = client.mailbox(mailboxName, signal, new Affinity(mailboxName));
  const [own] = await findCalendarFolders(group);
  const subscription = await subscribeStreaming(group, [own!.id]);
  const told: StreamNotice['kind'][] = [];
  let made = 0;
  for await (const notice of streamEvents(group, [subscription], 1)) {
    told.push(notice.kind);
    if (notice.kind !== 'events') {
      if (made++ === 0) mailbox.create(review);
      continue;
    }
    expect(notice.subscriptionId).toBe(subscription);
    expect(
      notice.events.some(({ type, parentFolderId }) => type === 'CreatedEvent' && parentFolderId === own!.id),
    ).toBe(true);
    break;
  }
  expect(told).toContain('alive');
  await unsubscribe(group, subscription);
  await unsubscribe(group, subscription);
  const lost: StreamNotice[] = [];
  for await (const notice of streamEvents(group, [subscription], 1)) lost.push(notice);
  expect(lost).toMatchObject([{ kind: 'lost', subscriptionIds: [subscription] }]);
});

test('a stream of one mailbox for another is told as lost, so that it can be listened to by itself', async () => {
  const { simulator } = await simulated({ sharedStreams: false, affinity: false });
  simulator.world.addUser({ name: 'Berta', address: 'berta@contoso.example' });
  const client = clientOf(serverAt(simulator.url));
  const group = new Affinity(mailboxName);
  const ids: string[] = [];
  for (const address of [mailboxName, 'berta@contoso.example']) {
    const mailbox = client.mailbox(address, signal, group);
    const [own] = await findCalendarFolders(mailbox);
    ids.push(await subscribeStreaming(mailbox, [own!.id]));
  }
  const [first] = await Array.fromAsync(streamEvents(client.mailbox(mailboxName, signal, group), ids, 1));
  expect(first).toMatchObject({ kind: 'lost', subscriptionIds: [ids[1]], code: 'ErrorInvalidSubscription' });
});

test('automatic replies are read, set and taken back', async () => {
  const { simulator } = await simulated();
  const mailbox = clientOf(serverAt(simulator.url)).mailbox(mailboxName, signal);
  expect(await readReplies(mailbox)).toMatchObject({ status: 'disabled' });
  const start = Temporal.Now.instant().round('second');
  const wish = {
    ...({ status: 'scheduled', start, end: start.add({ hours: 5 }), audience: 'known' } as const),
    internalMessage: 'Away until <b>five</b> & back\r\nthen\u0000',
    externalMessage: '',
  };
  await writeReplies(mailbox, wish);
  expect(await readReplies(mailbox)).toEqual({ ...wish, internalMessage: 'Away until <b>five</b> & back\r\nthen' });
  await writeReplies(mailbox, { ...wish, status: 'enabled', start: null, end: null });
  expect(await readReplies(mailbox)).toMatchObject({ status: 'enabled', audience: 'known' });
  await writeReplies(mailbox, { ...wish, status: 'disabled', start: null, end: null });
  expect(await readReplies(mailbox)).toMatchObject({ status: 'disabled' });
  const past = { ...wish, start: start.subtract({ hours: 9 }), end: start.subtract({ hours: 8 }) };
  const error = await refused(writeReplies(mailbox, past));
  expect(error).toBeInstanceOf(ExchangeRefusal);
  expect((error as ExchangeRefusal).code).toBe('ErrorInvalidScheduledOofDuration');
});

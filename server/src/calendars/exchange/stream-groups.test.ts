/** Which mailboxes may share a stream, as the Autodiscover of a simulated server says, and the streams that come of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Habits } from '../../../../simulators/exchange/habits.ts';
import { folderIdOf } from '../../../../simulators/exchange/mailbox/ids.ts';
import type { CalendarConnector, Hint } from '../connector.ts';
import { wallTime } from '../gate.ts';
import { readGroups } from './autodiscover/user-settings.ts';
import { exchangeConnector } from './connector.ts';
import { mailboxName, outboundOfTest, serverAt, simulated } from './server.fixture.ts';
import { streamGroups } from './stream-groups.ts';

const day = 24 * 3_600_000;

/** A company with mailboxes at several sites, and what its Autodiscover says of them. */
async function company(count: number, habits: Partial<Habits> = {}) {
  const { simulator } = await simulated(habits);
  const { world, autodiscover } = simulator;
  const addresses = Array.from({ length: count }, (_, index) => `m${String(index).padStart(3, '0')}@contoso.example`);
  for (const [index, address] of addresses.entries())
    world.addUser({ name: address, address, grouping: `Site-${index % 3}` });
  let now = 0;
  const turn = (milliseconds: number) => {
    now += milliseconds;
  };
  const outbound = outboundOfTest();
  const abort = new AbortController();
  const server = serverAt(simulator.url);
  const resting = { until: 0 };
  const groups = streamGroups({
    ...{ outbound, signal: abort.signal, time: { ...wallTime, now: () => now } },
    server: async () => server,
    address: async () => new URL(server.address!),
    closedUntil: async () => resting.until,
  });
  return { simulator, world, autodiscover, addresses, groups, turn, outbound, server, abort, resting };
}

test('those with the same address and the same grouping are one group, asked for many at once and kept for a day', async () => {
  const { autodiscover, world, addresses, groups, turn } = await company(120);
  world.userBy(addresses[3]!)!.externalEwsUrl = 'https://elsewhere.contoso.example/EWS/Exchange.asmx';
  const told = await groups.of([...addresses, 'nobody@contoso.example']);
  const group = (index: number) => told.get(addresses[index]!);
  expect(group(0)).toContain('Site-0');
  expect(group(6)).toBe(group(0));
  expect(new Set([0, 1, 2, 3].map(group)).size).toBe(4);
  expect(told.get('nobody@contoso.example')).toBe('');
  expect(autodiscover.soapRequests).toBe(3);
  turn(day - 1);
  await groups.of(addresses);
  expect(autodiscover.soapRequests).toBe(3);
  turn(1);
  await groups.of(addresses.slice(0, 10));
  expect(autodiscover.soapRequests).toBe(4);
});

test('a server that takes fewer at once is asked for fewer', async () => {
  const { autodiscover, addresses, groups } = await company(40);
  autodiscover.usersAtOnce = 10;
  const told = await groups.of(addresses);
  expect([...told.values()].every((group) => group.includes('Site-'))).toBe(true);
  expect(autodiscover.soapRequests).toBe(7);
});

test('who is doubted is asked for again, though not all the time', async () => {
  const { autodiscover, world, addresses, groups, turn } = await company(4);
  const before = await groups.of(addresses);
  world.userBy(addresses[0]!)!.grouping = 'Site-1';
  groups.doubt([addresses[0]!]);
  expect(await groups.of(addresses)).toEqual(before);
  turn(600_000);
  const after = await groups.of(addresses);
  expect(after.get(addresses[0]!)).toBe(after.get(addresses[1]!));
  expect(autodiscover.soapRequests).toBe(2);
});

test.each(['isn’t there', 'lets nobody in'])(
  'where Autodiscover %s all mailboxes are one group, and it is left alone for a day',
  async (how) => {
    const { groups, addresses, turn, autodiscover, world } = await company(3);
    if (how === 'isn’t there') autodiscover.hasSoap = false;
    else world.accounts[0]!.enabled = false;
    expect(new Set((await groups.of(addresses)).values())).toEqual(new Set(['']));
    autodiscover.hasSoap = true;
    world.accounts[0]!.enabled = true;
    groups.doubt(addresses);
    turn(day - 1);
    // Newcomers neither: each would be another attempt with a password that was refused.
    await groups.of([...addresses, mailboxName]);
    expect(autodiscover.soapRequests).toBe(0);
    turn(1);
    expect(new Set((await groups.of(addresses)).values()).size).toBe(3);
  },
);

test('a server that wants to be left alone is', async () => {
  const { autodiscover, addresses, groups, turn, resting } = await company(3);
  resting.until = 60_000;
  expect(new Set((await groups.of(addresses)).values())).toEqual(new Set(['']));
  expect(autodiscover.soapRequests).toBe(0);
  turn(600_000);
  expect(new Set((await groups.of(addresses)).values()).size).toBe(3);
});

test('while the server can’t be reached what was said of them counts', async () => {
  const { simulator, groups, addresses, turn } = await company(3);
  const before = await groups.of(addresses);
  turn(day);
  await simulator.stop();
  expect(await groups.of(addresses)).toEqual(before);
});

test('what can’t be understood is said with where it came from', () => {
  const wrapped = (inside: string) =>
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><x:GetUserSettingsResponseMessage xmlns:x="http://schemas.microsoft.com/exchange/2010/Autodiscover"><x:Response>${inside}</x:Response></x:GetUserSettingsResponseMessage></s:Body></s:Envelope>`;
  expect(() => readGroups(wrapped('<x:ErrorCode>ServerBusy</x:ErrorCode>'), 'mail.example.com', 1)).toThrow(
    'Autodiscover at mail.example.com answers ServerBusy.',
  );
  const ok = '<x:ErrorCode>NoError</x:ErrorCode>';
  expect(() => readGroups(wrapped(ok), 'mail.example.com', 2)).toThrow('told of 0 mailboxes, not 2');
  expect(() => readGroups('<html>', 'mail.example.com', 1)).toThrow('mail.example.com');
  // Exchange 2010 knows no grouping; there the address says it.
  const setting = '<x:UserSetting><x:Name>InternalEwsUrl</x:Name><x:Value>https://EX1/EWS</x:Value></x:UserSetting>';
  const user = `<x:UserResponse>${ok}<x:UserSettings>${setting}</x:UserSettings></x:UserResponse>`;
  expect(readGroups(wrapped(`${ok}<x:UserResponses>${user}</x:UserResponses>`), 'x', 1)).toEqual(['https://ex1/ews ']);
});

test.each([
  ['where Autodiscover tells', true, 'fails'],
  ['where nothing tells, by what streams don’t know', false, 'unknown'],
] as const)(
  'mailboxes of several sites are each told of, %s',
  async (_, hasSoap, otherSites) => {
    const { simulator, world, addresses, outbound, server, abort } = await company(9, { otherSites });
    simulator.autodiscover.hasSoap = hasSoap;
    const connector = exchangeConnector(outbound, { server: async () => server }) as CalendarConnector;
    const hints: Hint[] = [];
    const watch = connector.watch!(server.id, (hint) => void hints.push(hint), abort.signal);
    const mailboxOf = (address: string) => world.userBy(address)!.mailbox!;
    watch.keep(
      addresses.map((mailbox) => ({
        account: { id: mailbox, settings: { mailbox }, secret: null, exchangeServerId: server.id },
        calendars: [folderIdOf(mailboxOf(mailbox), mailboxOf(mailbox).calendars[0]!.id)],
      })),
    );
    const told = () => {
      const last = new Map(hints.flatMap(({ accountId, what }) => (what === 'changed' ? [] : [[accountId, what]])));
      return addresses.filter((address) => last.get(address) === 'told').length;
    };
    await vi.waitFor(() => expect(told()).toBe(9), { timeout: 60_000, interval: 50 });
    expect(simulator.throttling.peaks.streams).toBe(3);
    expect(simulator.subscriptions.strays > 0).toBe(!hasSoap);
    hints.length = 0;
    for (const address of addresses)
      mailboxOf(address).create({ subject: 'New', start: '2026-11-23T10:00', end: '2026-11-23T11:00' });
    const changed = () => new Set(hints.flatMap(({ accountId, what }) => (what === 'changed' ? [accountId] : [])));
    await vi.waitFor(() => expect(changed().size).toBe(9), { timeout: 60_000, interval: 50 });
    abort.abort();
    await Promise.race([watch.closed, sleep(10_000, undefined, { ref: false })]);
  },
  150_000,
);

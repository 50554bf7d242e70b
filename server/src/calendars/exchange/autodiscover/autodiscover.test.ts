import { describe, expect, test } from 'vitest';
import type { Habits } from '../../../../../simulators/exchange/habits.ts';
import type { Outbound } from '../../../outbound/outbound.ts';
import { ConnectorError } from '../../connector.ts';
import { wallTime } from '../../gate.ts';
import { addressFinder } from '../address.ts';
import type { ExchangeServer } from '../exchange-server.ts';
import { mailboxName, outboundOfTest, passing, password, serverAt, simulated } from '../server.fixture.ts';
import { readJson, readPlainXml } from './answers.ts';
import { discoverExchange, type ResolveSrv } from './autodiscover.ts';

/**
 * A network in which these names are the simulator, by https or http; others aren't known. Keeps who was asked, and
 * who was given credentials.
 */
function network(url: string, known: readonly string[]) {
  const outbound = outboundOfTest();
  const asked: string[] = [];
  let told: (host: string) => void = () => {};
  const trusted: string[] = [];
  const there = (address: string | URL) => {
    const { protocol, host, pathname, search } = new URL(address);
    asked.push(`${protocol}//${host}${pathname}`);
    told(host);
    if (!known.includes(`${protocol}//${host}`))
      throw new ConnectorError('unreachable', `${host} can’t be reached: its name is not known to DNS.`);
    return new URL(`${pathname}${search}`, url);
  };
  const inside = passing(outbound, async (session, address, request) => {
    const target = there(address);
    if (request.headers.authorization) trusted.push(`${address.protocol}//${address.host}`);
    return await session.send(target, request);
  });
  const mapped: Outbound = { ...inside, fetch: async (address, request) => outbound.fetch(there(address), request) };
  const onAsked = (listener: typeof told) => {
    told = listener;
  };
  return { outbound: mapped, asked, trusted, onAsked };
}

const ews = 'https://mail.contoso.example/EWS/Exchange.asmx';

async function world(known: readonly string[], habits: Partial<Habits> = {}) {
  const { simulator } = await simulated(habits);
  simulator.world.userBy(mailboxName)!.externalEwsUrl = ews;
  const net = network(simulator.url, known);
  const server: ExchangeServer = serverAt('', { address: null, mailDomain: 'contoso.example' });
  const discover = (part: Partial<ExchangeServer> = {}, records: Awaited<ReturnType<ResolveSrv>> = []) =>
    discoverExchange({
      ...{ outbound: net.outbound, server: { ...server, ...part }, mailbox: mailboxName, time: wallTime },
      resolveSrv: async () => records,
    });
  return { ...net, discover, simulator, settings: simulator.autodiscover };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => ({ errorClass: 'none', message: '' }),
    ({ errorClass, message }) => ({ errorClass, message }),
  );

describe('where EWS is, is found', () => {
  test('without credentials where version 2 is there', async () => {
    const { discover, trusted } = await world(['https://contoso.example']);
    expect(await discover()).toMatchObject({ address: new URL(ews), foundAt: 'contoso.example' });
    expect(trusted).toEqual([]);
  });

  test.each<[string, Partial<Habits>, ExchangeServer['signIn']['kind']]>([
    ['by Basic', { signIn: ['Basic'] }, 'basic'],
    ['by NTLM', { signIn: ['NTLM'] }, 'ntlm'],
  ])('by plain XML, signed in only where asked for it: %s', async (_, habits, kind) => {
    const { discover, settings, trusted } = await world(['https://autodiscover.contoso.example'], habits);
    settings.hasJson = false;
    const signIn = { kind: kind as 'basic' | 'ntlm', userName: 'CONTOSO\\svc-whenabouts', password };
    const found = await discover({ signIn });
    expect(found).toMatchObject({ address: new URL(ews), grouping: 'Default-First-Site-Name' });
    expect(new Set(trusted)).toEqual(new Set(['https://autodiscover.contoso.example']));
  });

  test.each([true, false])('where another place is told (version 2 is there: %s)', async (hasJson) => {
    const { discover, settings, onAsked } = await world(['https://contoso.example', 'https://fabrikam.example']);
    settings.hasJson = hasJson;
    const path = hasJson ? `autodiscover.json?Email=${mailboxName}&Protocol=EWS` : 'autodiscover.xml';
    settings.redirects.set(mailboxName, { url: `https://fabrikam.example/autodiscover/${path}` });
    // Once round and round, which ends.
    expect((await failure(discover())).errorClass).toBe('notFound');
    onAsked((host) => {
      if (host === 'fabrikam.example') settings.redirects.clear();
    });
    expect(await discover()).toMatchObject({ address: new URL(ews), foundAt: 'fabrikam.example' });
  });

  test('where another address is told', async () => {
    const { discover, settings, simulator } = await world([
      'https://contoso.example',
      'https://autodiscover.fabrikam.example',
    ]);
    settings.hasJson = false;
    settings.redirects.set(mailboxName, { address: 'anna@fabrikam.example' });
    simulator.world.addUser({ name: 'Anna', address: 'anna@fabrikam.example', externalEwsUrl: ews });
    expect(await discover()).toMatchObject({ address: new URL(ews), foundAt: 'autodiscover.fabrikam.example' });
  });

  test('where an unencrypted answer or DNS points to, within the mail domain', async () => {
    const { discover, settings, asked } = await world([
      'http://autodiscover.contoso.example',
      'https://ex.contoso.example',
      'https://srv.contoso.example:444',
    ]);
    settings.httpRedirect = 'https://ex.contoso.example/autodiscover/autodiscover.xml';
    expect((await discover()).foundAt).toBe('ex.contoso.example');
    settings.httpRedirect = null;
    const record = { name: 'srv.contoso.example', port: 444, priority: 0 };
    expect((await discover({}, [record])).foundAt).toBe('srv.contoso.example:444');
    expect(asked.slice(0, 4)).toEqual([
      'https://contoso.example/autodiscover/autodiscover.json',
      'https://autodiscover.contoso.example/autodiscover/autodiscover.json',
      'https://contoso.example/autodiscover/autodiscover.xml',
      'https://autodiscover.contoso.example/autodiscover/autodiscover.xml',
    ]);
  });
});

describe('the password stays here', () => {
  test('where what can be forged leads out of the mail domain', async () => {
    const stranger = 'https://autodiscover.attacker.example';
    const { discover, settings, asked, trusted } = await world(['http://autodiscover.contoso.example', stranger]);
    settings.httpRedirect = `${stranger}/autodiscover/autodiscover.xml`;
    const record = { name: 'contoso.example.attacker.example', port: 443, priority: 0 };
    const { errorClass, message } = await failure(discover({}, [record]));
    expect(errorClass).toBe('refused');
    expect(message).toContain('leads to autodiscover.attacker.example, outside of the domain');
    expect(asked.filter((each) => each.startsWith(stranger))).toEqual([]);
    expect(trusted).toEqual([]);
  });

  test('where the address that is told isn’t https', async () => {
    const { discover, simulator } = await world(['https://contoso.example']);
    simulator.world.userBy(mailboxName)!.externalEwsUrl = 'http://mail.contoso.example/EWS/Exchange.asmx';
    const { errorClass, message } = await failure(discover());
    expect(errorClass).toBe('notFound');
    expect(message).toContain('contoso.example: its address of Exchange Web Services isn’t https');
  });
});

test('in vain: each place that was asked, or the sign-in that failed', async () => {
  const { discover } = await world([]);
  const { errorClass, message } = await failure(discover());
  expect(errorClass).toBe('notFound');
  expect(message).toContain('No Exchange server was found for contoso.example.');
  expect(message).toContain('autodiscover.contoso.example can’t be reached');
  const there = await world(['https://contoso.example']);
  there.settings.hasJson = false;
  const signIn = { kind: 'basic', userName: 'svc', password: 'guessed-one' } as const;
  const refused = await failure(there.discover({ signIn }));
  expect(refused.errorClass).toBe('credentials');
  expect(refused.message).not.toContain('guessed-one');
  expect((await failure(there.discover({ mailDomain: 'a b' }))).errorClass).toBe('refused');
});

test('an address that was found is kept for a day, a search in vain for a minute', async () => {
  const { simulator, outbound, asked } = await world(['https://contoso.example']);
  simulator.autodiscover.hasJson = false;
  simulator.world.accounts[0]!.enabled = false;
  let now = 0;
  const time = { ...wallTime, now: () => now };
  const find = addressFinder(outbound, serverAt('', { address: null, mailDomain: 'contoso.example' }), time);
  expect((await failure(find(mailboxName))).errorClass).toBe('credentials');
  const inVain = asked.length;
  expect((await failure(find('berta@contoso.example'))).errorClass).toBe('credentials');
  expect(asked.length).toBe(inVain);
  now = 61_000;
  simulator.world.accounts[0]!.enabled = true;
  expect((await Promise.all([find(mailboxName), find(mailboxName)])).map(String)).toEqual([ews, ews]);
  const found = asked.length;
  now += 20 * 3_600_000;
  await find(mailboxName);
  expect(asked.length).toBe(found);
  now += 5 * 3_600_000;
  await find(mailboxName);
  expect(asked.length).toBeGreaterThan(found);
});

test('answers are read leniently, and what they don’t say is told as nothing', () => {
  const wrapped = (inside: string) =>
    `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">${inside}</Response></Autodiscover>`;
  const protocols = `<Account><Action>settings</Action><Protocol><Type>EXCH</Type><EwsUrl>${ews}</EwsUrl></Protocol>
    <Protocol><Type>WEB</Type><Internal><OWAUrl AuthenticationMethod="Basic">https://mail.contoso.example/owa/</OWAUrl></Internal></Protocol></Account>`;
  expect(readPlainXml(wrapped(protocols), 'x')).toEqual({
    ...{ kind: 'found', ews: [ews], grouping: null },
    webMail: 'https://mail.contoso.example/owa/',
  });
  expect(readPlainXml(wrapped('<Account/>'), 'x').kind).toBe('nothing');
  expect(readPlainXml(wrapped('<Error><ErrorCode>500</ErrorCode><Message>None.</Message></Error>'), 'x')).toEqual({
    kind: 'nothing',
    reason: 'None.',
  });
  expect(() => readPlainXml('<html>', 'mail.example.com')).toThrow('mail.example.com');
  expect(readJson('<html>').kind).toBe('nothing');
  expect(readJson('{"ErrorCode":"UserNotFound","ErrorMessage":"No."}')).toEqual({ kind: 'nothing', reason: 'No.' });
});

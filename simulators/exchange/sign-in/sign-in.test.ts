/** Ways to sign in, held against published examples and, for NTLM, against curl, which shares no code with anybody here. */
import { execFile, spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { ask, envelopeOf, findItem, view } from '../asking.ts';
import { type Exchange, startExchange } from '../exchange.ts';
import { tame } from '../habits.ts';
import { md4 } from './md4.ts';
import { rc4 } from './ntlm.ts';

let server: Exchange | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
const request = findItem(view('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'));
const mailbox = 'ada@contoso.example';

test('MD4 and RC4 are those of RFC 1320 and RFC 6229', () => {
  const of = (text: string) => md4(Buffer.from(text)).toString('hex');
  expect(of('')).toBe('31d6cfe0d16ae931b73c59d7e0c089c0');
  expect(of('message digest')).toBe('d9130a8164549fe818874806e1c7014b');
  expect(of('12345678901234567890123456789012345678901234567890123456789012345678901234567890')).toBe(
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  );
  expect(rc4(Buffer.from('0102030405', 'hex'), Buffer.alloc(8)).toString('hex')).toBe('b2396305f03dc027');
});

const run = promisify(execFile);
const curl = spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout?.includes('NTLM') ?? false;
if (!curl) console.log('NTLM is not held against curl: there is none here that speaks it.');

test.skipIf(!curl)('curl signs in by NTLM, once a connection, and not with a wrong password', async () => {
  server = await startExchange({ habits: { ...tame, signIn: ['NTLM'] } });
  server.world.addAccount();
  server.world.addUser({ name: 'Ada', address: mailbox });
  const address = `${server.url}/EWS/Exchange.asmx`;
  const statuses = async (password: string) => {
    const options = [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}\n',
      '--ntlm',
      '-u',
      `CONTOSO\\svc-whenabouts:${password}`,
    ];
    const body = ['-H', 'Content-Type: text/xml; charset=utf-8', '--data-binary', envelopeOf(request, { mailbox })];
    const { stdout } = await run('curl', [...options, ...body, address, '-o', '/dev/null', address]);
    return stdout.trim().split('\n');
  };
  expect(await statuses('Simulated-1')).toEqual(['200', '200']);
  expect(server.ntlm.counts, 'the second request was on a connection that was signed in').toEqual({
    begun: 1,
    done: 1,
  });
  expect(await statuses('wrong')).toEqual(['401', '401']);
  server.world.habits = { ...server.world.habits, closesAfterNtlm: true };
  const { done } = server.ntlm.counts;
  expect(await statuses('Simulated-1')).toEqual(['200', '200']);
  expect(server.ntlm.counts.done - done, 'each request needs a handshake where connections are closed').toBe(2);
});

test('tokens: those given here, and those of a trusted issuer while they are good', async () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1' };
  const issuer = http.createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const jwksUri = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
  const trusted = { issuer: 'https://login.example', audience: 'https://mail.example', jwksUri };
  server = await startExchange({
    habits: { ...tame, signIn: ['Bearer'] },
    issuer: { ...trusted, accounts: { 'client-1': 'svc-whenabouts' } },
  });
  server.world.addAccount({ tokens: new Set(['given']) });
  server.world.addUser({ name: 'Ada', address: mailbox });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (claims: object) => {
    const own = { iss: trusted.issuer, aud: trusted.audience, exp: Date.now() / 1_000 + 60, appid: 'client-1' };
    const signed = `${part({ alg: 'RS256', kid: 'k1' })}.${part({ ...own, ...claims })}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), keys.privateKey).toString('base64url')}`;
  };
  const status = async (bearer: string) =>
    (await ask({ url: server!.url, mailbox, authorization: `Bearer ${bearer}` }, request)).status;
  expect(await status('given')).toBe(200);
  expect(await status(token({}))).toBe(200);
  for (const wrong of [{ exp: 1 }, { aud: 'other' }, { iss: 'other' }, { appid: 'other' }])
    expect(await status(token(wrong)), JSON.stringify(wrong)).toBe(401);
  expect(await status(token({}).replace(/.{6}$/, 'AAAAAA')), 'another signature').toBe(401);
  issuer.close();
});

test('tickets are taken by whoever is asked to take them', async () => {
  server = await startExchange({
    habits: { ...tame, signIn: ['Negotiate'] },
    negotiate: (world) => (ticket) => (ticket === 'dGlja2V0' ? world.accounts[0]! : null),
  });
  server.world.addAccount();
  server.world.addUser({ name: 'Ada', address: mailbox });
  const status = async (authorization: string) =>
    (await ask({ url: server!.url, mailbox, authorization }, request)).status;
  expect(await status('Negotiate dGlja2V0')).toBe(200);
  expect(await status('Negotiate b3RoZXI=')).toBe(401);
  expect(await status('Basic c3ZjLXdoZW5hYm91dHM6U2ltdWxhdGVkLTE='), 'what isn’t offered isn’t taken').toBe(401);
});

/** Against the simulated identity platform (simulators/microsoft365), which shares no code with this. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tame } from '../../../../simulators/microsoft365/habits.ts';
import { type Microsoft365, startMicrosoft365 } from '../../../../simulators/microsoft365/microsoft365.ts';
import { createOutbound } from '../../outbound/client.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { clientCredential, credentialSummary } from './client-credential.ts';
import {
  authorizationUrl,
  type GraphApplication,
  nativeClientUri,
  newVerifier,
  refusal,
  tokensForApplication,
  tokensForCode,
  tokensForRefresh,
} from './oauth.ts';

let cloud: Microsoft365;
let outbound: Outbound;
let application: GraphApplication;
let open: GraphApplication;
const redirectUri = 'http://127.0.0.1:7400/api/v1/graph/callback';
const scopes = ['openid', 'offline_access', 'Calendars.Read'];

beforeAll(async () => {
  cloud = await startMicrosoft365({ habits: { ...tame, rotationGrace: -1 } });
  outbound = createOutbound({ allowedNetworks: [] });
  const { id: tenantId } = cloud.world.addTenant();
  cloud.world.addUser({ tenantId, name: 'Ada', address: 'ada@contoso.example' });
  const roles = { scopes: [], roles: ['Calendars.Read'] };
  const secrets = [{ value: 'right', expiresAt: Date.now() + 10_000_000 }];
  const { clientId } = cloud.world.addApplication({
    tenantId,
    redirectUris: [redirectUri],
    secrets,
    adminConsent: roles,
  });
  const custom = { cloud: 'custom', loginAddress: cloud.url, graphAddress: cloud.url } as const;
  const credential = { kind: 'secret', secret: 'right' } as const;
  application = { ...custom, id: '1', name: 'Calendars', tenantId, clientId, credential };
  const other = cloud.world.addApplication({ tenantId, kind: 'public' });
  open = { ...application, clientId: other.clientId, credential: null };
});
afterAll(async () => {
  await outbound.close();
  await cloud.stop();
});

/** What the user's browser does on the pages. */
async function consent(of: GraphApplication, to: string, verifier: string): Promise<string> {
  const url = authorizationUrl(of, { redirectUri: to, scopes, state: 's', verifier, loginHint: 'ada@contoso.example' });
  const body = new URLSearchParams([...url.searchParams, ['answer', 'accept']]);
  const answer = await fetch(url.origin + url.pathname, { method: 'POST', body, redirect: 'manual' });
  return new URL(answer.headers.get('location')!).searchParams.get('code')!;
}

test('a code becomes tokens, which are refreshed and rotate', async () => {
  for (const [of, to] of [
    [application, redirectUri],
    [open, nativeClientUri(open)],
  ] as const) {
    const verifier = newVerifier();
    const tokens = await tokensForCode(outbound, of, {
      code: await consent(of, to, verifier),
      redirectUri: to,
      ...{ verifier, scopes },
    });
    expect(tokens.scopes).toEqual(['openid', 'Calendars.Read']);
    const refreshToken = tokens.refreshToken!;
    const next = await tokensForRefresh(outbound, of, { refreshToken, scopes });
    expect(next.refreshToken).not.toBe(refreshToken);
    await expect(tokensForRefresh(outbound, of, { refreshToken, scopes })).rejects.toMatchObject({
      errorClass: 'credentials',
      error: 'invalid_grant',
    });
  }
});

test('an answer may leave out what was granted, write numbers as text, and name scopes by an address with a path', async () => {
  const answering = (more: object): Outbound => ({
    ...outbound,
    async fetch(url) {
      const text = JSON.stringify({ access_token: 'a', refresh_token: 'b', expires_in: '3599', ...more });
      return { status: 200, headers: new Headers(), url: String(url), body: Buffer.from(text), text: () => text };
    },
  });
  const refreshed = (more: object) =>
    tokensForRefresh(answering(more), application, { refreshToken: 'r', scopes: ['Calendars.Read'] });
  const tokens = await refreshed({});
  expect(tokens.scopes).toEqual(['Calendars.Read']);
  expect(tokens.expiresAt.since(Temporal.Now.instant()).total('minutes')).toBeGreaterThan(50);
  const named = await refreshed({ scope: 'https://graph.example.com/of/ours/User.Read Calendars.Read' });
  expect(named.scopes).toEqual(['User.Read', 'Calendars.Read']);
  await expect(refreshed({ expires_in: 'soon' })).rejects.toMatchObject({ errorClass: 'malformed' });
  const unsaid = await refreshed({ expires_in: undefined });
  expect(unsaid.expiresAt.since(Temporal.Now.instant()).total('minutes')).toBeGreaterThan(50);
});

test('a platform that asks for patience or can’t answer has refused nobody, whatever it calls it', async () => {
  for (const [status, error, errorClass] of [
    [429, 'invalid_request', 'throttled'],
    [503, 'temporarily_unavailable', 'throttled'],
    [500, 'invalid_grant', 'unreachable'],
  ] as const) {
    const text = JSON.stringify({ error, error_description: 'AADSTS90055: Too many requests.' });
    const headers = new Headers({ 'retry-after': '120' });
    const busy: Outbound = {
      ...outbound,
      fetch: async (url) => ({ status, headers, url: String(url), body: Buffer.from(text), text: () => text }),
    };
    const told = await tokensForRefresh(busy, application, { refreshToken: 'r', scopes }).catch((fault) => fault);
    expect(told).toMatchObject({ errorClass });
    expect(told.retryAt.since(Temporal.Now.instant()).total('seconds')).toBeGreaterThan(100);
  }
});

test('the verifier is what proves that the code is ours', async () => {
  const code = await consent(open, nativeClientUri(open), newVerifier());
  const grant = { code, redirectUri: nativeClientUri(open), verifier: newVerifier(), scopes };
  await expect(tokensForCode(outbound, open, grant)).rejects.toMatchObject({ errorClass: 'credentials', code: 501481 });
});

test('the application itself: by secret, by certificate, and what is said when they are wrong', async () => {
  expect((await tokensForApplication(outbound, application)).refreshToken).toBeNull();
  const wrong = { ...application, credential: { kind: 'secret', secret: 'wrong' } as const };
  await expect(tokensForApplication(outbound, wrong)).rejects.toThrow('The client secret is wrong.');
  await expect(tokensForApplication(outbound, { ...application, tenantId: 'nowhere' })).rejects.toThrow(
    'There is no directory',
  );
  await expect(tokensForApplication(outbound, { ...application, clientId: 'nobody' })).rejects.toThrow(
    'doesn’t know the application',
  );
  await expect(tokensForApplication(outbound, open)).rejects.toThrow('has no secret and no certificate');

  const folder = mkdtempSync(join(tmpdir(), 'whenabouts-certificate-'));
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const how = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=whenabouts', '-days', '2'];
  execFileSync('openssl', [...how, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' });
  const certificate = readFileSync(certificateFile, 'utf8');
  const credential = clientCredential.parse({
    kind: 'certificate',
    certificate,
    privateKey: readFileSync(keyFile, 'utf8'),
  });
  rmSync(folder, { recursive: true });
  const certified = { ...application, credential };
  await expect(tokensForApplication(outbound, certified)).rejects.toThrow('doesn’t know the certificate');
  cloud.world.applications[0]!.certificates.push(certificate);
  const late = refusal(certified, {
    error: 'invalid_client',
    error_description: 'AADSTS700024: Client assertion is …',
  });
  expect(late.message).toContain('The clock of this server is wrong');
  expect((await tokensForApplication(outbound, certified)).accessToken).toBeTruthy();
  expect(credentialSummary(credential)).toMatchObject({
    kind: 'certificate',
    thumbprint: expect.stringMatching(/^[0-9A-F]{40}$/),
  });
  const mixed = clientCredential.safeParse({ kind: 'certificate', certificate, privateKey: 'nothing' });
  expect(mixed.error?.issues[0]?.message).toContain('PEM');
});

test('a grant that died is the user’s to mend, missing consent the administrator’s', async () => {
  const { refresh_token: refreshToken } = cloud.grant(application.clientId, 'ada@contoso.example', scopes);
  const more = [...scopes, 'Calendars.ReadWrite'];
  await expect(tokensForRefresh(outbound, application, { refreshToken, scopes: more })).rejects.toMatchObject({
    errorClass: 'consent',
  });
  cloud.world.userBy('ada@contoso.example')!.demands = 'secondFactor';
  await expect(tokensForRefresh(outbound, application, { refreshToken, scopes })).rejects.toMatchObject({
    errorClass: 'credentials',
  });
  const dead = { ...application, loginAddress: 'http://127.0.0.1:1' };
  await expect(tokensForRefresh(outbound, dead, { refreshToken, scopes })).rejects.toMatchObject({
    errorClass: 'unreachable',
  });
});

/** Phone systems, extensions and webhooks by the API, on the simulated phone system and a real receiver. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noHabits } from '../../../simulators/http/stand-in.ts';
import { type Pbx, startPbx } from '../../../simulators/pbx/pbx.ts';
import { pbxSettings } from '../../../simulators/pbx/settings.ts';
import { startWebex, webexApp } from '../../../simulators/webex/webex.ts';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { until } from '../../../test/product.ts';
import { raiseAlert } from '../organization/alerts.ts';

let server: TestServer;
let administrator: Person;
let pbx: Pbx;
beforeAll(async () => {
  server = await startTestServer();
  administrator = server.administrator;
  pbx = await startPbx({ port: 0, extensions: ['201', '202'], badHabits: false });
});
afterAll(async () => {
  await server?.stop();
  await pbx?.stop();
});

test('a phone system is connected and checked; forwarding follows, and is given back before a user goes', async () => {
  const settings = pbxSettings(pbx.url);
  const wrong = await administrator.call('POST', '/phone-systems', {
    ...{ name: 'PBX', kind: 'http', settings: { ...settings, set: { address: 'pbx' } } },
  });
  expect(wrong.body.error).toMatchObject({ code: 'invalid', field: 'settings.set.address' });
  const system = (await administrator.call('POST', '/phone-systems', { name: 'PBX', kind: 'http', settings })).body;
  expect(system).toMatchObject({ mode: 'observe', hasSecret: false, extensions: 0, inForce: 0, guardShare: 20 });
  expect((await administrator.call('POST', '/phone-systems', { name: 'PBX', kind: 'http', settings })).status).toBe(
    409,
  );

  const user = await server.newUser('Paula Phone');
  const extension = { userId: user.id, phoneSystemId: system.id, number: '201' };
  expect((await administrator.call('POST', '/extensions', extension)).status).toBe(201);
  const taken = await administrator.call('POST', '/extensions', { ...extension, userId: server.administrator.id });
  expect(taken.body.error).toMatchObject({ code: 'conflict', message: 'Extension 201 of PBX belongs to Paula Phone.' });
  const check = (await administrator.call('POST', `/phone-systems/${system.id}/check`)).body;
  expect(check.steps.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
  expect(check.modes).toMatchObject({ off: true, all: true, internal: expect.any(String) });

  const locationId = (await administrator.call('GET', '/locations')).body.locations[0].id;
  const able = (await administrator.call('GET', `/locations/${locationId}/phone-abilities`)).body;
  expect(able.phoneSystems).toEqual([
    {
      ...{ id: system.id, name: 'PBX', users: 1, problem: null },
      unable: ['internal', 'external', 'busy', 'unanswered'].map((part) => ({ part, reason: expect.any(String) })),
    },
  ]);

  const { users: _, problem: __, ...ofOneself } = able.phoneSystems[0];
  const options = (await user.call('GET', '/profiles/options')).body;
  expect(options).toEqual({ predefinedTargets: [], phoneSystems: [ofOneself] });
  expect((await administrator.call('GET', '/profiles/options')).body.phoneSystems).toEqual([]);

  const active = await administrator.call('PATCH', `/phone-systems/${system.id}`, { mode: 'active' });
  expect(active.body).toMatchObject({ mode: 'active', pause: null, becomes: null });
  pbx.byHand('201', { mode: 'always', target: '299' });
  const forwarding = { mode: 'all', target: { kind: 'number', number: '202' } };
  const { body: profile } = await user.call('POST', '/profiles', {
    name: 'Deputy',
    status: 'doNotDisturb',
    forwarding,
  });
  const end = { rule: 'untilChanged' };
  await user.call('PUT', '/users/me/presence/manual', { profileId: profile.id, end });
  await until(
    'forwarding',
    async () => pbx.state('201'),
    ({ target }) => target === '202',
  );
  const { body: log } = await until(
    'the log',
    () => user.call('GET', '/users/me/forwarding-log?limit=5'),
    ({ body }) => body.entries.length > 0,
  );
  expect(log.entries[0]).toMatchObject({ extension: '201', phoneSystem: 'PBX' });

  // Nobody would give back at the old address any more.
  const moved = pbxSettings('http://127.0.0.1:9');
  const elsewhere = await administrator.call('PATCH', `/phone-systems/${system.id}`, { settings: moved });
  expect(elsewhere.body.error).toMatchObject({ code: 'conflict', field: 'inForce' });
  expect(elsewhere.body.error.message).toContain(`At ${new URL(pbx.url).host} phones still forward`);
  const sameOne = { settings: pbxSettings(pbx.url.replace('127.0.0.1', 'localhost')), inForce: 'leave' };
  expect((await administrator.call('PATCH', `/phone-systems/${system.id}`, sameOne)).status).toBe(200);
  const renamed = await administrator.call('PATCH', `/phone-systems/${system.id}`, { name: 'Old PBX' });
  expect(renamed.body).toMatchObject({ name: 'Old PBX', inForce: 1 });

  expect((await administrator.call('DELETE', `/users/${user.id}`)).body.leaving.state).toBe('done');
  expect(pbx.state('201')).toEqual({ mode: 'always', target: '299' });
  expect((await administrator.call('GET', '/extensions')).body.extensions).toEqual([]);
  expect((await administrator.call('DELETE', `/phone-systems/${system.id}`)).body.leaving.state).toBe('done');
});

test('a number is written to the phone as its location dials it, and taken away when the rules forbid it', async () => {
  const settings = pbxSettings(pbx.url);
  const wish = { name: 'Rules', kind: 'http', mode: 'active', settings };
  const system = (await administrator.call('POST', '/phone-systems', wish)).body;
  const user = await server.newUser('Rita Rules');
  const [group] = (await administrator.call('GET', '/groups')).body.groups;
  const dialling = `/locations/${group.locationId}/dialling`;
  const rules = { country: 'DE', areaCode: '30', outsideLine: '0', internalRanges: ['300-399'] };
  expect((await administrator.call('PUT', dialling, rules)).body).toMatchObject({ ...rules, premium: 'forbidden' });
  expect((await user.call('PUT', dialling, rules)).status).toBe(403);
  expect((await administrator.call('POST', `${dialling}/try`, { number: '030 / 12345-67' })).body).toEqual({
    ...{ kind: 'external', e164: '+49301234567', shown: '+49 30 1234567', dialled: '00301234567', reason: null },
  });
  const extension = { userId: user.id, phoneSystemId: system.id, number: '202' };
  expect((await administrator.call('POST', '/extensions', extension)).body.warning).toContain('300-399');

  const targets = `/locations/${group.locationId}/predefined-targets`;
  const premium = await administrator.call('POST', targets, { name: 'Line', number: '0900 1123456' });
  expect(premium.body.error).toMatchObject({ code: 'invalid', field: 'number' });
  const target = (await administrator.call('POST', targets, { name: 'Reception', number: '1234567' })).body;
  expect(target).toMatchObject({ number: '+49 30 1234567', dialled: '00301234567' });
  expect((await user.call('GET', targets)).body.predefinedTargets).toEqual([target]);
  const forwarding = { mode: 'all', target: { kind: 'predefined', targetId: target.id } };
  const profile = await user.call('POST', '/profiles', { name: 'Away', status: 'outOfOffice', forwarding });
  expect(profile.body).toMatchObject({ dialled: '00301234567', problem: null, owner: 'user' });
  expect((await administrator.call('DELETE', `/predefined-targets/${target.id}`)).body.error.message).toContain(
    'profile "Away" of Rita Rules',
  );
  pbx.byHand('202', { mode: 'always', target: '299' });
  await user.call('PUT', '/users/me/presence/manual', { profileId: profile.body.id, end: { rule: 'untilChanged' } });
  const written = (number: string) =>
    until(
      `forwarding to ${number}`,
      async () => pbx.state('202'),
      (state) => state.target === number,
    );
  await written('00301234567');
  expect((await user.call('DELETE', `/profiles/${profile.body.id}`)).body.error).toMatchObject({
    ...{ code: 'conflict', message: '"Away" is in use and can’t be removed: chosen just now by Rita Rules.' },
  });
  await administrator.call('PUT', dialling, { ...rules, outsideLine: '9' });
  await written('90301234567');
  await administrator.call('PUT', dialling, { ...rules, forbidden: ['030*'] });
  await written('299'); // what somebody had set there before
  const presence = await user.call('GET', '/users/me/presence');
  expect(presence.body).toMatchObject({
    ...{ status: 'outOfOffice', reason: { forwardingProblem: 'numberForbidden' }, forwarding: { mode: 'off' } },
  });
});

test('a phone system that spells numbers in its own way gets back what its user had', async () => {
  const spelling = await startPbx({ port: 0, extensions: ['211'], badHabits: false, spellsNumbers: true });
  try {
    const wish = { name: 'Spelling', kind: 'http', mode: 'active', settings: pbxSettings(spelling.url), guardShare: 0 };
    const system = (await administrator.call('POST', '/phone-systems', wish)).body;
    const user = await server.newUser('Nora Number');
    spelling.byHand('211', { mode: 'always', target: '299' });
    await administrator.call('POST', '/extensions', { userId: user.id, phoneSystemId: system.id, number: '211' });
    const forwarding = { mode: 'all', target: { kind: 'number', number: '0170 1112233' } };
    const profile = await user.call('POST', '/profiles', { name: 'Away', status: 'outOfOffice', forwarding });
    await user.call('PUT', '/users/me/presence/manual', { profileId: profile.body.id, end: { rule: 'untilChanged' } });
    const phone = async () => (await user.call('GET', '/users/me/presence')).body.phones[0];
    const applied = await until('it is forwarded', phone, ({ phase }) => phase !== 'idle' && phase !== 'intent');
    expect(applied).toMatchObject({ phase: 'applied', actual: { target: '+491701112233' }, error: null });
    const { summary } = (await administrator.call('GET', `/phone-systems/${system.id}/outlook`)).body;
    expect(summary).toMatchObject({ forwarded: 1, changes: 0 });
    await user.call('DELETE', '/users/me/presence/manual');
    await until('it is given back', phone, ({ phase }) => phase === 'idle');
    expect(spelling.state('211').target).toBe('299');
    await administrator.call('DELETE', `/phone-systems/${system.id}`);
  } finally {
    await spelling.stop();
  }
});

test('a location begins with the country of its time zone, and says what other rules would forbid', async () => {
  const create = async (name: string, timeZone: string) =>
    (await administrator.call('POST', '/locations', { name, timeZone })).body;
  const wien = await create('Wien', 'Europe/Vienna');
  const ship = await create('Ship', 'UTC');
  const { locations } = (await administrator.call('GET', '/locations')).body;
  const shown = (id: string) => locations.find((each: { id: string }) => each.id === id);
  expect(shown(wien.id)).toMatchObject({ country: 'AT', countryAssumed: true });
  expect(shown(ship.id)).toMatchObject({ country: null, countryAssumed: true });
  const dialling = `/locations/${wien.id}/dialling`;
  const { warnings } = (await administrator.call('POST', `/locations/${ship.id}/dialling/impact`, {})).body;
  expect(warnings).toEqual([expect.stringContaining('No country is set')]);

  // Until somebody has said which, it follows the time zone.
  await administrator.call('PATCH', `/locations/${wien.id}`, { timeZone: 'Europe/Zurich' });
  const swiss = (await administrator.call('GET', dialling)).body;
  expect(swiss).toMatchObject({ country: 'CH', countryAssumed: true });
  const kept = (await administrator.call('PUT', dialling, swiss)).body;
  expect(kept).toMatchObject({
    countryAssumed: true,
    impact: { warnings: [expect.stringContaining('CH is assumed')] },
  });
  const chosen = (await administrator.call('PUT', dialling, { ...swiss, country: 'AT' })).body;
  expect(chosen).toMatchObject({ country: 'AT', countryAssumed: false, impact: { warnings: [] } });
  await administrator.call('PATCH', `/locations/${wien.id}`, { timeZone: 'Europe/Berlin' });
  expect((await administrator.call('GET', dialling)).body).toMatchObject({ country: 'AT', countryAssumed: false });

  // A user, a target, a profile and a work group with numbers that other rules forbid.
  const group = (await administrator.call('POST', '/groups', { name: 'Wien', locationId: wien.id })).body;
  const people = [];
  for (let number = 10; number < 22; number++) {
    const fields = { displayName: `Person ${number}`, email: `wien${number}@example.com`, groupId: group.id };
    people.push(
      (await administrator.call('POST', '/users', { ...fields, mobileNumber: `0664 12345${number}` })).body.user,
    );
  }
  const target = { name: 'Portier', number: '01 51234' };
  await administrator.call('POST', `/locations/${wien.id}/predefined-targets`, target);
  const team = { name: 'Wiener', level: 'colleague', locationId: wien.id, number: '01 5123456' };
  expect((await administrator.call('POST', '/work-groups', team)).status).toBe(201);
  const forwarding = { mode: 'all', target: { kind: 'number', number: '0664 9999999' } };
  const profile = { name: 'Wien away', status: 'outOfOffice', forwarding };
  const central = await administrator.call('POST', '/profiles', { ...profile, owner: 'location', locationId: wien.id });
  expect([central.status, central.text]).toEqual([201, expect.any(String)]);

  const forbids = { country: 'AT', forbidden: ['0664*', '01 5*'] };
  const impact = (await administrator.call('POST', `${dialling}/impact`, forbids)).body;
  expect(impact).toMatchObject({
    warnings: [],
    profiles: { count: 1, first: [{ name: 'Wien away', number: '+43 664 9999999' }] },
    predefinedTargets: { count: 1, first: [{ name: 'Portier' }] },
    workGroups: { count: 1, first: [{ name: 'Wiener', reason: expect.stringContaining('forbidden') }] },
    mobileNumbers: { count: 12 },
  });
  expect(impact.mobileNumbers.first.map(({ id }: { id: string }) => id)).toEqual(
    people.slice(0, 10).map(({ id }) => id),
  );
  expect((await administrator.call('PUT', dialling, forbids)).body.impact).toEqual(impact);
  // What is forbidden already isn't told again.
  const again = (await administrator.call('PUT', dialling, forbids)).body.impact;
  expect([again.profiles.count, again.mobileNumbers.count]).toEqual([0, 0]);
});

test('settings are tried before they are saved, and tokens that are given once are kept', async () => {
  const webex = await startWebex({ extensions: ['201', '202'], habits: noHabits });
  try {
    const file = new URL('../../../docs/phone-systems/webex.json', import.meta.url);
    const recipe = JSON.parse(fs.readFileSync(file, 'utf8').replaceAll('https://webexapis.com', webex.url));
    const { settings } = recipe.phoneSystems['Webex Calling'];
    const secret = { kind: 'refresh', ...webexApp };
    const attempt = (wish: object) =>
      administrator.call('POST', '/phone-systems/try', { settings, extension: '201', ...wish });
    expect((await attempt({ settings: { ...settings, set: { address: 'pbx' } } })).body.error).toMatchObject({
      ...{ code: 'invalid', field: 'settings.set.address' },
    });
    // A refresh token that is tried before it is saved would be used up.
    expect((await attempt({ secret })).body.error).toMatchObject({ code: 'invalid', field: 'secret' });
    expect(webex.said).toEqual([]);

    const wish = { name: 'Webex', kind: 'http', mode: 'paused', settings, secret };
    const { id } = (await administrator.call('POST', '/phone-systems', wish)).body;
    webex.byHand('201', { always: { on: true, to: '0301' }, doNotDisturb: true });
    const { status, body } = await attempt({ phoneSystemId: id });
    expect([status, body.found?.always]).toEqual([200, { mode: 'doNotDisturb', target: '0301' }]);
    const elsewhere = JSON.parse(JSON.stringify(settings).replace(webex.url, 'http://127.0.0.1:9'));
    expect((await attempt({ phoneSystemId: id, settings: elsewhere })).body.error).toMatchObject({ field: 'secret' });

    // What Webex has given is needed again: it outlives the request, and is used by the next one.
    webex.expireTokens();
    expect((await attempt({ phoneSystemId: id })).body.problem).toBeNull();
    expect(webex.said.every(({ method, path }) => method === 'GET' || path === '/v1/access_token')).toBe(true);
  } finally {
    await webex.stop();
  }
});

test('a user pauses the own forwarding where the group allows it, and resumes no pause of an administrator', async () => {
  const user = await server.newUser('Paul Pause');
  const mine = '/users/me/forwarding-pause';
  const theirs = `/users/${user.id}/forwarding-pause`;
  expect((await user.call('GET', mine)).body).toMatchObject({ pause: null, mayPause: true, mayResume: false });
  const own = await user.call('PUT', mine, { reason: 'Holidays', until: '2999-01-01T00:00:00Z' });
  expect(own.body).toMatchObject({
    ...{ mayResume: true, waiting: 0 },
    pause: { level: 'user', by: { id: user.id, name: 'Paul Pause' }, reason: 'Holidays', giveBack: true },
  });
  expect((await user.call('PUT', mine, { until: '2020-01-01T00:00:00Z' })).body.error.field).toBe('until');
  expect((await user.call('DELETE', mine)).body.pause).toBeNull();

  expect((await administrator.call('PUT', theirs, { giveBack: false })).body.pause).toMatchObject({ giveBack: false });
  const refused = await user.call('DELETE', mine);
  expect([refused.status, refused.body.error.message]).toEqual([
    409,
    expect.stringMatching(/has paused your forwarding, and may resume it\.$/),
  ]);
  expect((await user.call('PUT', mine, {})).status).toBe(409);
  expect((await user.call('GET', mine)).body).toMatchObject({ mayResume: false });
  expect((await administrator.call('DELETE', theirs)).body.pause).toBeNull();

  const { groups } = (await administrator.call('GET', '/groups')).body;
  const { groupId } = (await administrator.call('GET', `/users/${user.id}/overview`)).body.user;
  const group = groups.find(({ id }: { id: string }) => id === groupId);
  const activation = `/groups/${group.id}/functions/activation`;
  await administrator.call('PUT', activation, { mode: 'individual', value: { ownPauseAllowed: false } });
  expect((await user.call('PUT', mine, {})).status).toBe(403);
  expect((await user.call('GET', mine)).body).toMatchObject({ mayPause: false });
  await administrator.call('PUT', activation, { mode: 'default' });
});

test('a webhook is made, tried and told; its secret is shown once and signs', async () => {
  const got: { headers: Record<string, string>; body: string }[] = [];
  const receiver = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      got.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/presence`;
  expect((await administrator.call('POST', '/webhooks', { url: 'mailto:x' })).body.error.field).toBe('url');
  const { body: made } = await administrator.call('POST', '/webhooks', { url });
  expect(made.secret).toMatch(/^whsec_/);
  expect((await administrator.call('GET', '/webhooks')).text).not.toContain(made.secret);
  const tried = await administrator.call('POST', `/webhooks/${made.id}/test`);
  expect(tried.body).toMatchObject({ ok: true, status: 204 });
  expect(() => new Webhook(made.secret).verify(got[0]!.body, got[0]!.headers)).not.toThrow();

  await administrator.call('PUT', '/users/me/presence/manual', { status: 'beRightBack' });
  await until(
    'the event',
    async () => got.find(({ body }) => body.includes('beRightBack')),
    (found) => !!found,
  );
  // What administrators must know of goes the same way, and is told live; whoever sees to it says so.
  const { db } = server.server.context.store;
  const alert = { kind: 'guard' as const, subjectKind: 'phoneSystem' as const, subjectId: made.id, locationId: null };
  await db
    .transaction()
    .execute((transaction) =>
      raiseAlert(transaction, { ...alert, subjectName: 'Berlin PBX', detail: { changes: 81, phones: 340, share: 20 } }),
    );
  const told = await until(
    'the alert',
    async () => got.find(({ body }) => body.includes('com.whenabouts.alert.v1')),
    (found) => !!found,
  );
  expect(JSON.parse(told!.body).data).toEqual({
    ...{ kind: 'guard', subject: { kind: 'phoneSystem', name: 'Berlin PBX' } },
    detail: { changes: 81, phones: 340, share: 20 },
  });
  const { alerts } = (await administrator.call('GET', '/alerts?open=true')).body;
  expect(alerts).toMatchObject([{ kind: 'guard', subjectName: 'Berlin PBX', seenAt: null }]);
  const seen = await administrator.call('PATCH', `/alerts/${alerts[0].id}`, { seen: true });
  expect(seen.body.seenBy).toMatchObject({ id: server.administrator.id });
  expect((await administrator.call('GET', '/alerts?open=true')).body.alerts).toEqual([]);
  const off = await administrator.call('PATCH', `/webhooks/${made.id}`, { active: false });
  expect(off.body).toMatchObject({ active: false, url });
  expect((await administrator.call('DELETE', `/webhooks/${made.id}`)).status).toBe(204);
  expect((await administrator.call('POST', `/webhooks/${made.id}/test`)).status).toBe(404);
  receiver.close();
});

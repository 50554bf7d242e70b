/** Accounts, live changes, and what must never be answered. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCaldavSimulator } from '../../../simulators/caldav/server.ts';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { openEvents } from '../../../test/events.ts';
import { until } from '../../../test/product.ts';

let server: TestServer;
let user: Person & { id: string };
let colleague: Person & { id: string };
const secret = 'geheim-7f3a91';
beforeAll(async () => {
  server = await startTestServer();
  user = await server.newUser('Ursula User');
  colleague = await server.newUser('Carl Colleague');
});
afterAll(async () => {
  if (!server) return;
  const open = await openEvents(server.url, user.cookie);
  await open.next(({ event }) => event === 'position');
  const begun = performance.now();
  await server.stop(); // somebody who follows live doesn't hold it up
  expect(performance.now() - begun).toBeLessThan(15_000);
});

const now = () => Temporal.Now.instant();
const basic = (instant: Temporal.Instant) => instant.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
/** A file with one appointment that runs now. */
const running = (title: string, more = '') =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:running@example.com\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${basic(now().subtract({ minutes: 5 }))}\r\nDTEND:${basic(now().add({ minutes: 50 }))}\r\nSUMMARY:${title}\r\n${more}END:VEVENT\r\nEND:VCALENDAR\r\n`;
const file = (text: string) => {
  const form = new FormData();
  form.set('file', new File([text], 'calendar.ics'));
  return form;
};
const agendaOf = (userId: string) =>
  `/users/${userId}/agenda?from=${now().subtract({ hours: 24 })}&to=${now().add({ hours: 24 })}`;

describe('accounts and the agenda', () => {
  test('an uploaded file reaches agenda, presence, reason, and colleagues as much as they may see', async () => {
    const made = await user.call('POST', '/accounts/file', file(running('Board meeting')));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ kind: 'icalendar-file', name: 'calendar.ics', hasSecret: true });
    const { body } = await until(
      'presence',
      () => user.call('GET', '/users/me/presence'),
      ({ body }) => body.status === 'appointment',
    );
    expect(body.reason).toEqual({
      ...{ origin: 'appointment', title: 'Board meeting', uid: 'running@example.com', occurrence: '' },
    });
    expect(body.phones).toEqual([]);
    const agenda = (await user.call('GET', agendaOf('me'))).body;
    expect(agenda.appointments).toHaveLength(1);
    expect(agenda.appointments[0]).toMatchObject({ title: 'Board meeting', sources: [{ accountId: made.body.id }] });

    const seen = await colleague.call('GET', `/users/${user.id}/presence`);
    expect(seen.body).toEqual({
      ...{ userId: user.id, status: 'appointment', profile: null, note: null },
      ...{ since: body.since, until: body.until },
    });
    const list = (await colleague.call('GET', `/presence?users=${user.id},${colleague.id}`)).body.presence;
    expect(list.map(({ status }: { status: string }) => status)).toEqual(['appointment', 'available']);
    expect((await colleague.call('GET', agendaOf(user.id))).text).not.toContain('Board');
    expect((await server.administrator.call('GET', agendaOf(user.id))).text).not.toContain('Board');

    const account = (await user.call('GET', `/accounts/${made.body.id}`)).body;
    expect(account.health).toMatchObject({ status: 'ok', counts: { appointments: 1 }, message: null });
    const timeline = await user.call(
      'GET',
      `/users/me/presence/timeline?from=${now().add({ minutes: 1 })}&to=${now().add({ hours: 2 })}`,
    );
    expect(timeline.body.segments[0].reason.title).toBe('Board meeting');
    expect((await user.call('DELETE', `/accounts/${made.body.id}`)).status).toBe(204);
    expect((await user.call('GET', agendaOf('me'))).body.appointments).toEqual([]);
  });

  test('accounts are connected, renamed, read again; their fields are checked by their kind', async () => {
    const address = { kind: 'icalendar-address', settings: { url: 'https://calendar.invalid/ada.ics' } };
    const made = await user.call('POST', '/accounts', address);
    expect(made.body).toMatchObject({ name: 'calendar.invalid', ...address });
    const seen = await server.administrator.call('GET', `/accounts/${made.body.id}`);
    expect(seen.body.settings).toEqual({ url: 'https://calendar.invalid/…' });
    const bad = await user.call('POST', '/accounts', { kind: 'icalendar-address', settings: { url: 'ftp://x' } });
    expect(bad.body.error).toMatchObject({ code: 'invalid', field: 'settings.url' });
    const { id } = made.body;
    expect((await user.call('PATCH', `/accounts/${id}`, { name: 'Work' })).body.name).toBe('Work');
    expect((await user.call('PATCH', `/accounts/${id}`, { settings: {} })).body.error.field).toBe('settings.url');
    expect((await user.call('POST', `/accounts/${id}/sync`)).status).toBe(202);
    const failing = await until(
      'health',
      () => user.call('GET', `/accounts/${id}`),
      ({ body }) => body.health.status === 'failing',
    );
    expect(failing.body.health).toMatchObject({ errorClass: 'unreachable', message: expect.any(String) });
    expect((await colleague.call('GET', `/accounts/${id}`)).status).toBe(403);
    expect((await user.call('DELETE', `/accounts/${id}`)).status).toBe(204);
    expect((await user.call('GET', `/accounts/${id}`)).status).toBe(404);
  });

  test('calendars are chosen while connecting, before the first of them is read', async () => {
    const source = await startCaldavSimulator({ throttle: null });
    try {
      for (const name of ['work', 'private']) source.calendar(name);
      const network = { allowedNetworks: ['127.0.0.0/8'] };
      expect((await server.administrator.call('PUT', '/settings/network', network)).status).toBe(200);
      const connection = {
        kind: 'caldav',
        settings: { address: source.address },
        secret: { kind: 'basic', username: source.user, password: source.password },
      };
      // The network setting reaches whoever makes requests by a notification.
      const { body: check } = await until(
        'the check finding calendars',
        () => user.call('POST', '/accounts/check', connection),
        ({ body }) => body.calendars.length > 1,
      );
      const { remoteId, name } = check.calendars[0];
      const wrong = await user.call('POST', '/accounts', { ...connection, calendars: 'all' });
      expect(wrong.body.error.field).toBe('calendars');
      const made = await user.call('POST', '/accounts', { ...connection, calendars: [remoteId] });
      expect(made.status).toBe(201);
      const { body } = await until(
        'its calendars',
        () => user.call('GET', `/accounts/${made.body.id}/calendars`),
        ({ body }) => body.calendars.length > 0,
      );
      expect(body.calendars).toHaveLength(check.calendars.length);
      const selected = body.calendars.filter((calendar: { selected: boolean }) => calendar.selected);
      expect(selected).toMatchObject([{ name }]);
      expect((await user.call('DELETE', `/accounts/${made.body.id}`)).status).toBe(204);
    } finally {
      await source.stop();
    }
  });

  test('a manual presence is set, seen and cleared', async () => {
    const put = (body: object) => user.call('PUT', '/users/me/presence/manual', body);
    expect((await put({ status: 'doNotDisturb', profileId: user.id })).body.error.field).toBe('profileId');
    const past = { rule: 'time', until: '2020-01-01T00:00:00Z' };
    expect((await put({ status: 'doNotDisturb', end: past })).body.error.field).toBe('end');
    expect((await put({ status: 'doNotDisturb', end: { rule: 'untilChanged' }, note: 'Deep work' })).status).toBe(202);
    const status = (wanted: string) =>
      until(
        wanted,
        () => user.call('GET', '/users/me/presence'),
        ({ body }) => body.status === wanted,
      );
    expect((await status('doNotDisturb')).body).toMatchObject({ note: 'Deep work', reason: { origin: 'manual' } });
    expect((await user.call('DELETE', '/users/me/presence/manual')).status).toBe(204);
    await status('available');
  });
});

describe('live changes', () => {
  test('a stream begins with what is, tells changes, and tells colleagues no reasons', async () => {
    const own = await openEvents(server.url, user.cookie, `users=${colleague.id}`);
    const foreign = await openEvents(server.url, colleague.cookie, `users=${user.id}`);
    await foreign.next(({ event }) => event === 'position');
    await user.call('PUT', '/users/me/presence/manual', { status: 'beRightBack', note: 'Lunch' });
    const isBack = ({ event, data }: { event: string; data: { status?: string } }) =>
      event === 'presence' && data.status === 'beRightBack';
    const told = await own.next(isBack);
    expect(told.data).toMatchObject({ userId: user.id, note: 'Lunch', reason: { origin: 'manual' } });
    const shown = await foreign.next(isBack);
    expect(Object.keys(shown.data).sort()).toEqual(['note', 'profile', 'since', 'status', 'until', 'userId']);
    expect(shown.data).toMatchObject({ userId: user.id, note: 'Lunch', profile: null });
    foreign.close();

    // What happened meanwhile is told to whoever comes back with the last id.
    await user.call('DELETE', '/users/me/presence/manual');
    await own.next(({ event, data }) => event === 'presence' && data.status === 'available');
    const again = await openEvents(server.url, colleague.cookie, `users=${user.id}`, shown.id);
    expect((await again.next(({ event }) => event === 'reload')).data).toEqual({});
    const missed = await again.next(({ event }) => event === 'presence');
    expect(missed.data).toMatchObject({ userId: user.id, status: 'available' });
    again.close();

    await user.call('POST', '/accounts/file', file(running('Live')));
    expect((await own.next(({ event }) => event === 'agenda')).data).toEqual({ userId: user.id });
    expect((await own.next(({ event }) => event === 'account')).data).toMatchObject({ userId: user.id });
    own.close();
    await until(
      'the end of closed streams',
      async () => server.server.api!.liveStreams(),
      (open) => open === 0,
    );
  });

  test('what changes between reading and following is told all the same', async () => {
    const { id: accountId } = (await user.call('POST', '/accounts/file', file(running('Between')))).body;
    await until(
      'the account as read, while nobody follows',
      () => user.call('GET', `/accounts/${accountId}`),
      ({ body }) => body.health.status === 'ok',
    );
    const own = await openEvents(server.url, user.cookie);
    const told = await own.next(({ event, data }) => event === 'account' && data.accountId === accountId);
    expect(told.data).toEqual({ userId: user.id, accountId });
    own.close();
    const foreign = await openEvents(server.url, colleague.cookie, `users=${user.id}`);
    const begins = await foreign.next(({ event }) => event === 'position' || event === 'account');
    expect(begins.event).toBe('position');
    foreign.close();
  });

  test('nobody follows without signing in', async () => {
    expect((await server.anybody().call('GET', '/live')).status).toBe(401);
  });
});

describe('what is never answered', () => {
  test('secrets stay in the server: in no answer, no log line', async () => {
    const { administrator } = server;
    const account = {
      kind: 'caldav',
      settings: { address: 'https://caldav.invalid/' },
      secret: { kind: 'basic', username: 'ada', password: secret },
    };
    const { body } = await user.call('POST', '/accounts', account);
    await user.call('PATCH', `/accounts/${body.id}`, { secret: { kind: 'bearer', token: `${secret}-2` } });
    await user.call('POST', '/accounts/check', account);
    await user.call('POST', '/accounts', { ...account, secret: { kind: 'basic', password: secret } });
    const phones = await administrator.call('POST', '/phone-systems', {
      ...{ name: 'PBX', kind: 'asterisk', mode: 'observe' },
      settings: { host: '127.0.0.1', port: 1 },
      secret: { username: 'ami', password: secret },
    });
    await administrator.call('POST', `/phone-systems/${phones.body.id}/check`);
    await until(
      'a failed pull',
      () => user.call('GET', `/accounts/${body.id}`),
      (answer) => answer.body.health.status === 'failing',
    );
    for (const route of server.server.api!.routes)
      if (route.method === 'get' && route.path !== '/live') {
        const where = route.path.replace('{userId}', 'me').replace('{accountId}', body.id);
        for (const person of [user, administrator]) await person.call('GET', where);
      }
    expect(server.answered()).not.toContain(secret);
    expect(server.logged()).not.toContain(secret);
    const stored = await server.server.context.store.db.selectFrom('account').select('secret').execute();
    expect(stored.every((row) => !row.secret?.includes(secret))).toBe(true);
  });
});

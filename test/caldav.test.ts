/** The CalDAV connector against a real Radicale: another client writes, the connector has to see it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caldavConnector } from '../server/src/calendars/caldav/connector.ts';
import type { CaldavSecret } from '../server/src/calendars/caldav/dav-client.ts';
import { type Change, ConnectorError } from '../server/src/calendars/connector.ts';
import { createOutbound } from '../server/src/outbound/client.ts';
import { describeWith } from './servers/needs.ts';
import { type Radicale, startRadicale } from './servers/radicale.ts';

const window = {
  from: Temporal.Instant.from('2026-03-01T00:00:00Z'),
  to: Temporal.Instant.from('2026-05-01T00:00:00Z'),
};
const signal = new AbortController().signal;
const outbound = createOutbound({ allowedNetworks: ['127.0.0.1'] });
const connector = caldavConnector(outbound);

function event(uid: string, title = uid, more = ''): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260301T000000Z',
    'DTSTART:20260401T090000Z',
    'DTEND:20260401T100000Z',
    `SUMMARY:${title}`,
    ...(more ? [more] : []),
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}

describeWith(['radicale'], 'CalDAV on Radicale', () => {
  let radicale: Radicale;
  let account: { id: string; settings: { address: string }; secret: CaldavSecret };

  beforeAll(async () => {
    radicale = await startRadicale();
    account = {
      id: 'a',
      settings: { address: radicale.address },
      secret: { kind: 'basic', username: radicale.user, password: radicale.password },
    };
  });
  afterAll(async () => {
    await radicale?.stop();
    await outbound.close();
  });

  async function pull(path: string, cursor: unknown = null, known: Record<string, string> = {}) {
    const changes: Change[] = [];
    const request = {
      calendar: { remoteId: new URL(path, radicale.address).href },
      cursor,
      window,
      timeZone: 'Europe/Berlin',
      known: async () => new Map(Object.entries(known)),
      signal,
    };
    for await (const change of connector.pull(account, request)) changes.push(change);
    const end = changes.at(-1);
    if (end?.type !== 'end') throw new Error('the pull did not end');
    return { changes, cursor: end.cursor };
  }

  const put = async (path: string, data: string) => {
    const { status } = await radicale.request('PUT', path, data, { 'content-type': 'text/calendar' });
    expect([200, 201, 204]).toContain(status);
  };
  const titles = (changes: Change[]) =>
    changes
      .flatMap((change) => (change.type === 'upsert' ? change.object.appointments.map(({ title }) => title) : []))
      .sort();
  const types = (changes: Change[]) => changes.map(({ type }) => type);

  test('check tells each step, discover brings every calendar with name and colour', async () => {
    await radicale.makeCalendar(
      'work',
      '<A:calendar-color xmlns:A="http://apple.com/ns/ical/">#e01b24ff</A:calendar-color>',
    );
    await radicale.makeCalendar('home');
    const contacts =
      '<?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:R="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/><R:addressbook/></resourcetype></prop></set></mkcol>';
    expect((await radicale.request('MKCOL', '/anna/contacts/', contacts)).status).toBe(201);
    const steps = await connector.check(account, signal);
    expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['server', true],
      ['signIn', true],
      ['calendars', true],
    ]);
    const found = await connector.discover(account, signal);
    expect(
      found
        .map(({ name, color, selectedByDefault }) => ({ name, color, selectedByDefault }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    ).toEqual([
      { name: 'home', color: null, selectedByDefault: true },
      { name: 'work', color: '#E01B24', selectedByDefault: true },
    ]);
    for (const path of ['/anna/', '/anna/work/', '/.well-known/caldav']) {
      const other = { ...account, settings: { address: new URL(path, radicale.address).href } };
      const calendars = await connector.discover(other, signal);
      expect(calendars, path).toHaveLength(2);
      const selected = calendars.filter(({ selectedByDefault }) => selectedByDefault).map(({ name }) => name);
      expect(selected, path).toEqual(path === '/anna/work/' ? ['work'] : selected);
    }
  });

  test('first pull, nothing new, a change, a deletion, a new one; each as few requests as it takes', async () => {
    const path = await radicale.makeCalendar('life');
    for (const uid of ['one', 'two', 'three & four']) await put(`${path}${encodeURIComponent(uid)}.ics`, event(uid));
    const first = await pull(path);
    expect(first.changes[0]).toEqual({ type: 'replaceWindow' });
    expect(titles(first.changes)).toEqual(['one', 'three & four', 'two']);
    const versions = Object.fromEntries(
      first.changes.flatMap((change) => (change.type === 'upsert' ? [[change.object.key, change.object.version]] : [])),
    );

    const quiet = await pull(path, first.cursor, versions);
    expect(types(quiet.changes)).toEqual(['end']);

    await put(`${path}two.ics`, event('two', 'two later'));
    expect((await radicale.request('DELETE', `${path}one.ics`)).status).toBe(200);
    await put(`${path}five.ics`, event('five'));
    const next = await pull(path, quiet.cursor, versions);
    expect(next.changes[0]).toEqual({ type: 'remove', key: `${path}one.ics` });
    expect(titles(next.changes)).toEqual(['five', 'two later']);
    expect(types(next.changes)).not.toContain('replaceWindow');

    const full = await pull(path, null, versions);
    expect(types(full.changes).sort()).toEqual(['end', 'replaceWindow', 'unchanged', 'upsert', 'upsert']);
    expect(full.changes).toContainEqual({ type: 'unchanged', key: `${path}three%20%26%20four.ics` });
  });

  test('a token the server does not know (any more) leads to a full round, not to an error', async () => {
    const path = await radicale.makeCalendar('tokens');
    await put(`${path}a.ics`, event('a'));
    const first = await pull(path);
    for (const token of ['nonsense', `http://radicale.org/ns/sync/${'0'.repeat(64)}`]) {
      const again = await pull(path, { ...(first.cursor as object), token });
      expect(types(again.changes)).toEqual(['replaceWindow', 'upsert', 'end']);
    }
  });

  test('500 objects come in a handful of requests and all arrive', async () => {
    const components = Array.from({ length: 500 }, (_, at) =>
      event(`many-${at}`).split('\r\n').slice(3, -2).join('\r\n'),
    );
    const whole = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...components, 'END:VCALENDAR', ''].join(
      '\r\n',
    );
    await put('/anna/many/', whole);
    const first = await pull('/anna/many/');
    expect(titles(first.changes)).toHaveLength(500);
    expect(new Set(titles(first.changes)).size).toBe(500);
  });

  test('who the owner is comes from the server’s principal and the caller, also when expanded again later', async () => {
    const path = await radicale.makeCalendar('invited');
    await put(
      `${path}i.ics`,
      event('i', 'i', 'ORGANIZER:mailto:boss@example.com\r\nATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.com'),
    );
    const { changes } = await pull(path);
    const upsert = changes.find((change) => change.type === 'upsert');
    if (upsert?.type !== 'upsert') throw new Error('nothing came');
    const expanded = connector.expand!(upsert.object.source!, window, 'UTC', ['anna@example.com']);
    expect(expanded.appointments.map(({ response }) => response)).toEqual(['declined']);
  });

  test('a calendar that is gone, a wrong password and a foreign calendar are told in plain words', async () => {
    const failing = (path: string) => pull(path).catch((error: unknown) => error);
    expect(await failing('/anna/never/')).toMatchObject({
      errorClass: 'notFound',
      message: expect.stringContaining('/anna/never/'),
    });
    expect(await failing('/berta/work/')).toMatchObject({
      errorClass: expect.stringMatching(/consent|notFound|credentials/),
    });
    const wrong = { ...account, secret: { kind: 'basic' as const, username: 'anna', password: 'wrong' } };
    const steps = await connector.check(wrong, signal);
    expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['server', true],
      ['signIn', false],
    ]);
    expect(steps[1]!.message).toContain('did not accept the user name or the password');
    expect(JSON.stringify(steps)).not.toContain('wrong');
    await expect(connector.discover(wrong, signal)).rejects.toMatchObject({ errorClass: 'credentials' });
  });

  test('a server that died is unreachable, names itself, and is read again when it is back', async () => {
    const mortal = await startRadicale();
    try {
      const other = {
        ...account,
        settings: { address: mortal.address },
        secret: { kind: 'basic' as const, username: mortal.user, password: mortal.password },
      };
      await mortal.makeCalendar('c');
      expect(await connector.discover(other, signal)).toHaveLength(1);
      await mortal.kill();
      const error = await connector.discover(other, signal).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).toMatchObject({
        errorClass: 'unreachable',
        message: expect.stringContaining(new URL(mortal.address).host),
      });
      const steps = await connector.check(other, signal);
      expect(steps).toEqual([
        {
          name: 'server',
          ok: false,
          errorClass: 'unreachable',
          message: expect.stringContaining('nothing listens there'),
        },
      ]);
    } finally {
      await mortal.stop();
    }
  });
});

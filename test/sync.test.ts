/** From a real Radicale, written to by another client, through the engine into the agenda. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { agendaOf } from '../server/src/agenda/service.ts';
import { connectors } from '../server/src/calendars/connectors.ts';
import type { Context } from '../server/src/context.ts';
import { createOutbound } from '../server/src/outbound/client.ts';
import { createAccount, syncNow } from '../server/src/sync/accounts.ts';
import { accountHealth } from '../server/src/sync/health.ts';
import { pullAccountOnce, startSync } from '../server/src/sync/sync.ts';
import { makeUser, testContext } from './context.ts';
import { type Radicale, startRadicale, whyNoRadicale } from './servers/radicale.ts';
import { openTestStore } from './store.ts';

const missing = whyNoRadicale();
if (missing) console.warn(`Skipped: sync from Radicale. ${missing}`);

const today = Temporal.Now.zonedDateTimeISO('UTC').startOfDay();
const compact = (time: Temporal.ZonedDateTime) =>
  time.toInstant().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
const date = (time: Temporal.ZonedDateTime) => time.toPlainDate().toString().replaceAll('-', '');

function event(uid: string, lines: string[], title = uid): string {
  const whole = ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', ...lines, `SUMMARY:${title}`, 'END:VEVENT'];
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//another client//EN', ...whole, 'END:VCALENDAR', ''].join('\r\n');
}
const at = (days: number, hours: number, length = 1) => {
  const start = today.add({ days, hours });
  return [`DTSTART:${compact(start)}`, `DTEND:${compact(start.add({ hours: length }))}`];
};

describe.skipIf(missing)('sync from Radicale', () => {
  let radicale: Radicale;
  let context: Context;
  let close: () => Promise<void>;
  let userId: string;
  let accountId: string;

  beforeAll(async () => {
    radicale = await startRadicale();
    const store = await openTestStore();
    const outbound = createOutbound({ allowedNetworks: ['127.0.0.0/8'] });
    context = testContext(store, { outbound });
    close = async () => {
      await outbound.close();
      await store.close();
    };
    ({ userId } = await makeUser(store.db));
    accountId = await createAccount(context, {
      userId,
      kind: 'caldav',
      name: 'Radicale',
      settings: { address: radicale.address },
      secret: { kind: 'basic', username: radicale.user, password: radicale.password },
    });
  });
  afterAll(async () => {
    await close?.();
    await radicale?.stop();
  });

  const put = async (path: string, name: string, body: string) => {
    const answer = await radicale.request('PUT', `${path}${name}.ics`, body, { 'content-type': 'text/calendar' });
    expect(answer.status).toBeLessThan(300);
  };
  const titles = async (from = -7, to = 61) => {
    const interval = { from: today.add({ days: from }).toInstant(), to: today.add({ days: to }).toInstant() };
    const agenda = (await agendaOf(context.store.db, userId, interval, { userId }))!;
    return agenda.appointments.map(({ title }) => title);
  };
  const kinds = () => [...connectors(context.outbound).values()];

  test('first sync, one change, a removal, a calendar that goes, a series that rolls on', {
    timeout: 60_000,
  }, async () => {
    const work = await radicale.makeCalendar('work');
    const home = await radicale.makeCalendar('home');
    await put(work, 'one', event('one', at(1, 9)));
    await put(work, 'daily', event('daily', [...at(2, 8), 'RRULE:FREQ=DAILY;COUNT=3']));
    await put(work, 'monthly', event('monthly', [...at(70, 8), 'RRULE:FREQ=MONTHLY']));
    await put(work, 'holiday', event('holiday', [`DTSTART;VALUE=DATE:${date(today.add({ days: 6 }))}`]));
    await put(work, 'broken', event('broken', [...at(3, 9), 'RRULE:FREQ=DAILY;INTERVAL=0']));
    await put(home, 'shared', event('one', at(1, 9), 'one, as the family calendar has it'));

    const engine = await startSync(context, { connectors: kinds() });
    onTestFinished(() => engine.stop());
    const whole = ['daily', 'daily', 'daily', 'holiday'];
    await until(async () => (await titles()).length === 5);
    const [first, ...others] = await titles();
    expect(others).toEqual(whole); // the one meeting of both calendars is one
    expect(first).toMatch(/^one/);
    const health = (await accountHealth(context.store.db, accountId))!;
    expect(health).toMatchObject({ status: 'ok', message: null, counts: { calendars: 2 } });
    expect(health.skipped).toMatchObject([{ uid: 'broken' }]);

    await put(work, 'one', event('one', at(1, 9), 'changed'));
    await put(home, 'shared', event('one', at(1, 9), 'changed'));
    await syncNow(context.store.db, accountId);
    await until(async () => (await titles())[0] === 'changed');

    await radicale.request('DELETE', `${work}daily.ics`);
    await radicale.request('DELETE', home);
    await syncNow(context.store.db, accountId);
    await until(async () => (await titles()).length === 2);
    await engine.stop();

    // Ten days on, with the server dead: what is stored is carried on, nothing is lost, and the reason is told.
    await radicale.kill();
    const now = Temporal.Now.instant().add({ hours: 240 });
    const outcome = await pullAccountOnce(context, kinds(), accountId, { now });
    expect(outcome.error).toMatchObject({ errorClass: 'unreachable' });
    expect(await titles(0, 80)).toEqual(['holiday', 'monthly']);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('It did not come true within 20 s.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

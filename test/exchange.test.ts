/**
 * The product on a simulated Exchange, and a group that moves from there to a simulated Microsoft 365: nobody does
 * anything but the administrator, changes arrive by themselves, and the agenda during the move is the one before and
 * after, also with the server killed in the middle of it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exchange, startExchange } from '../simulators/exchange/exchange.ts';
import { tame } from '../simulators/exchange/habits.ts';
import { tame as tameCloud } from '../simulators/microsoft365/habits.ts';
import type { Mailbox } from '../simulators/microsoft365/mailbox/mailbox.ts';
import { type Microsoft365, startMicrosoft365 } from '../simulators/microsoft365/microsoft365.ts';
import { administrator, type Product, startProduct, until } from './product.ts';
import { dropTarget, makeTarget } from './store.ts';

interface Shown {
  id: string;
  title: string;
  start: string;
  end: string;
  [field: string]: unknown;
}

const { email } = administrator;
const today = Temporal.Now.plainDateISO('Europe/Berlin');
const at = (days: number, hour: number) => today.add({ days }).toPlainDateTime({ hour }).toString();
const meeting = (days: number, hour: number, timeZone = 'W. Europe Standard Time') => ({
  ...{ start: at(days, hour), end: at(days, hour + 1), timeZone },
});
const wholeDay = (days: number, timeZone: string) => ({
  ...{ start: at(days, 0), end: at(days + 1, 0), isAllDay: true, timeZone },
});
const daily = {
  pattern: { type: 'daily' as const, interval: 1 },
  range: { type: 'numbered' as const, startDate: today.add({ days: 1 }).toString(), numberOfOccurrences: 8 },
};

let target: Awaited<ReturnType<typeof makeTarget>>;
let exchange: Exchange;
let cloud: Microsoft365;
let product: Product;
let mailbox: Mailbox;
let groupId: string;
let serverId: string;

const agenda = async (): Promise<Shown[]> => {
  const [from, to] = [today.subtract({ days: 1 }), today.add({ days: 20 })].map((day) => `${day}T00:00:00Z`);
  const { appointments } = await product.api<{ appointments: Shown[] }>(
    'GET',
    `/users/me/agenda?from=${from}&to=${to}`,
  );
  return appointments;
};
/** What people see; not which calendar it came from. */
const seen = (appointments: readonly Shown[]) =>
  appointments.map(({ id: _, openUrl: __, sources: ___, ...shown }) => shown);
const accounts = async () => {
  interface Account {
    id: string;
    kind: string;
    health: { status: string; message: string | null };
  }
  return (await product.api<{ accounts: Account[] }>('GET', '/accounts')).accounts;
};
const synchronize = (value: object) =>
  product.api('PUT', `/groups/${groupId}/functions/synchronization`, { mode: 'individual', value });

beforeAll(async () => {
  target = await makeTarget();
  exchange = await startExchange({ habits: tame });
  cloud = await startMicrosoft365({ habits: tameCloud });
  product = await startProduct(target);
  mailbox = exchange.world.addUser({ name: 'Ada', address: email }).mailbox;
  mailbox.addCalendar('Second');
  mailbox.create({ subject: 'Review', ...meeting(2, 10) });
  mailbox.create({
    subject: 'Doctor',
    sensitivity: 'private',
    showAs: 'oof',
    ...meeting(3, 14, 'Tokyo Standard Time'),
  });
  mailbox.create({ subject: 'Holiday', ...wholeDay(5, 'Tokyo Standard Time') });
  const series = mailbox.create({ subject: 'Stand-up', ...meeting(1, 9) }, { recurrence: daily });
  mailbox.cancelOccurrence(series.number, today.add({ days: 2 }).toString());
  mailbox.updateOccurrence(series.number, today.add({ days: 4 }).toString(), { subject: 'Moved', ...meeting(4, 16) });
  const { principalName: userName, password: secret } = exchange.world.addAccount();
  const server = await product.api<{ id: string }>('POST', '/exchange-servers', {
    ...{ name: 'Example', address: `${exchange.url}/EWS/Exchange.asmx`, mailDomain: null, authority: null },
    ...{ signIn: { kind: 'basic', userName }, secret },
  });
  serverId = server.id;
  const { users } = await product.api<{ users: { email: string; groupId: string }[] }>('GET', '/users');
  groupId = users.find((user) => user.email === email)!.groupId;
}, 120_000);
afterAll(async () => {
  await product?.stop();
  await Promise.all([exchange?.stop(), cloud?.stop()]);
  if (target) await dropTarget(target);
});

test('mailboxes of the group’s users are read without their doing, and changes arrive by themselves', async () => {
  await synchronize({ source: 'exchange', exchange: { serverId } });
  const first = await until('the first agenda', agenda, (shown) => shown.length >= 10, 60);
  expect(first.map(({ title }) => title).sort()).toEqual(
    ['Doctor', 'Holiday', 'Moved', 'Review', ...Array.from({ length: 6 }, () => 'Stand-up')].sort(),
  );
  const started = performance.now();
  mailbox.create({ subject: 'News', ...meeting(6, 11) });
  const titles = async () => (await agenda()).map(({ title }) => title);
  await until('a change', titles, (all) => all.includes('News'), 60);
  console.log(`A change on Exchange was in the agenda after ${Math.round(performance.now() - started)} ms.`);
}, 180_000);

test('during the move to Microsoft 365 the agenda is the one before and after, whatever happens in between', async () => {
  const before = seen(await agenda());
  const { tenant, clientId } = registered();
  const user = cloud.world.addUser({ tenantId: tenant, name: 'Ada', address: email, mailbox: false });
  const application = await product.api<{ id: string }>('POST', '/graph-applications', {
    ...{ name: 'Move', clientId, tenantId: tenant, cloud: 'custom', loginAddress: cloud.url, graphAddress: cloud.url },
    credential: { kind: 'secret', secret: 'right' },
  });
  await synchronize({
    ...{ source: 'microsoft365', microsoft365: { graphApplicationId: application.id } },
    exchange: { serverId, moveToMicrosoft365: true },
  });
  // It isn't there yet: Exchange stays what is shown.
  const both = await until(
    'an account for each',
    accounts,
    (all) => all.some(({ health }) => health.message?.includes('isn’t in Microsoft 365 yet')),
    60,
  );
  expect(both.map(({ kind, health }) => `${kind} ${health.status}`).sort()).toEqual([
    'exchange ok',
    'microsoft365 new',
  ]);
  expect(seen(await agenda())).toEqual(before);

  // Now it is there, with all that it had. The server dies at the swap.
  (user as { mailbox: Mailbox | null }).mailbox = mailbox;
  const waiting = both.find(({ kind }) => kind === 'microsoft365')!;
  await product.kill();
  await product.start({ WHENABOUTS_CRASH_AT: 'sync.moving' });
  await product.api('POST', `/accounts/${waiting.id}/sync`).catch(() => {});
  await product.ended();
  await product.start();
  expect(seen(await agenda())).toEqual(before);
  const looks = await until(
    'the swap',
    async () => ({ all: await accounts(), shown: seen(await agenda()) }),
    ({ all, shown }) => {
      expect(shown).toEqual(before);
      return all.every(({ kind, health }) => kind === 'microsoft365' && health.status === 'ok');
    },
    60,
  );
  expect(looks.all).toHaveLength(1);
  expect(seen(await agenda())).toEqual(before);
}, 240_000);

function registered() {
  const tenant = cloud.world.addTenant().id;
  const { clientId } = cloud.world.addApplication({
    ...{ tenantId: tenant, secrets: [{ value: 'right', expiresAt: Date.now() + 1e9 }] },
    adminConsent: { scopes: [], roles: ['Calendars.Read'] },
    mailboxScope: [email],
  });
  return { tenant, clientId };
}

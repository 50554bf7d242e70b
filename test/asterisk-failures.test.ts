/** A real Asterisk and what goes wrong: cut connections, killed processes, lost writes, deputies in a circle. */
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Context } from '../server/src/context.ts';
import type { Forwarding, Slot } from '../server/src/presence/presence.ts';
import { openStore, type Store } from '../server/src/store/database.ts';
import { asteriskConnector } from '../server/src/telephony/asterisk/connector.ts';
import type { PhoneSystemConnection } from '../server/src/telephony/connector.ts';
import { phoneSystemKinds } from '../server/src/telephony/connectors.ts';
import { reconcile } from '../server/src/telephony/reconcile.ts';
import { startReconciler } from '../server/src/telephony/reconciler.ts';
import { recordsInDatabase } from '../server/src/telephony/records.queries.ts';
import { until } from './product.ts';
import { describeWith } from './servers/needs.ts';
import { dropTarget, makeTarget } from './store.ts';
import { type CuttingProxy, startCuttingProxy } from './telephony/cutting-proxy.ts';
import { startLab, type TelephonyLab } from './telephony/lab.ts';
import {
  logOf,
  makeOffice,
  type Office,
  off,
  officeContext,
  recordOf,
  startReconcilerProcess,
  to,
  want,
} from './telephony/office.ts';

describeWith(['asterisk', 'sipp'], 'Asterisk when things go wrong', () => {
  const numbers = ['101', '102', '103', '104', '105', '106'];
  let target: Awaited<ReturnType<typeof makeTarget>>;
  let lab: TelephonyLab;
  let store: Store;
  let context: Context;
  let office: Office;

  beforeAll(async () => {
    lab = await startLab();
    target = await makeTarget();
    store = await openStore(target);
    context = officeContext(store);
    const { settings, secret } = lab;
    office = await makeOffice(context, { name: 'Asterisk', kind: 'asterisk', settings, secret }, numbers);
  });
  afterAll(async () => {
    await lab?.stop();
    await store?.close();
    if (target) await dropTarget(target);
  });

  const forwardedTo = (number: string, expected: string) =>
    until(
      `${number} forwarded to ${expected}`,
      () => lab.astDb('CF', number).catch(() => 'away'),
      (found) => found === expected,
    );
  const phase = (number: string, wanted: string, slot: Slot = 'always') =>
    until(
      `the record of ${number}`,
      () => recordOf(store.db, office, number, slot),
      (record) => record?.phase === wanted,
    );

  async function round(connection: PhoneSystemConnection): Promise<void> {
    const { systemId } = office;
    const lease = { systemId, processName: context.processName, leaseMs: 30_000, mode: 'active' as const };
    await sql`update phone_system set leased_by = ${context.processName}, leased_until = now() + interval '1 minute'
               where id = ${systemId}`.execute(store.db);
    await reconcile(recordsInDatabase(store.db, lease), { name: 'Asterisk', mode: 'active' }, connection, {
      pollMs: 1_000,
    });
  }
  /** Rounds as the reconciler makes them, each without waiting for the next, until one ends well. */
  async function rounds(connection: PhoneSystemConnection, number: string): Promise<void> {
    const { extensionId } = office.users.get(number)!;
    for (let count = 0; ; count++) {
      await sql`update forwarding_record set due_at = now() where extension_id = ${extensionId}`.execute(store.db);
      try {
        await round(connection);
        const open = await sql<{ phase: string }>`
          select phase from forwarding_record where extension_id = ${extensionId}
             and phase in ('intent', 'restoring')`.execute(store.db);
        if (open.rows.length === 0) return;
      } catch (error) {
        if (count > 5) throw error;
      }
    }
  }

  test('a forwarding that was cut while it was taken and isn’t wanted any more leaves no lamp lit', async () => {
    const proxy: CuttingProxy = await startCuttingProxy(lab.settings);
    const settings = { ...lab.settings, port: proxy.port, tls: false, voicemail: '', calls: false, presence: false };
    const connection = await asteriskConnector.connect({ id: office.systemId, settings, secret: lab.secret });
    const found: string[] = [];
    try {
      for (const how of ['unsent', 'unanswered'] as const)
        for (let nth = 1; nth < 20; nth++) {
          await want(store.db, '102', to('200'));
          proxy.cutAt(nth, how);
          await round(connection).catch(() => {}); // cut off
          const over = proxy.passed() < nth;
          await want(store.db, '102', off);
          await rounds(connection, '102');
          const value = await lab.astDb('CF', '102');
          const lamp = await lab.variable('DEVICE_STATE(Custom:CF102)');
          if (value !== '' || lamp === 'INUSE' || lamp === 'BUSY')
            found.push(`${how} ${nth}: CF ${value}, lamp ${lamp}`);
          if (over) break;
        }
      expect(found).toEqual([]);
    } finally {
      await connection.close();
      await proxy.close();
      await sql`update phone_system set leased_by = null, leased_until = null`.execute(store.db);
    }
  }, 60_000);

  test('the connection is cut at every action of taking and of giving back, sent or not', async () => {
    const proxy: CuttingProxy = await startCuttingProxy(lab.settings);
    const settings = { ...lab.settings, port: proxy.port, tls: false, voicemail: '', calls: false, presence: false };
    const connection = await asteriskConnector.connect({ id: office.systemId, settings, secret: lab.secret });
    try {
      await lab.phones.placeCall('*72300', '101');
      await lab.phones.placeCall('*90301', '101');
      const wish: Forwarding = { ...to('200'), busy: '201' };
      const both = async () => [await lab.astDb('CF', '101'), await lab.astDb('CFB', '101')];
      const cycle = async (nth: number, how: 'unsent' | 'unanswered') => {
        const counts: number[] = [];
        for (const [forwarding, expected] of [
          [wish, ['200', '201']],
          [off, ['300', '301']],
        ] as const) {
          await want(store.db, '101', forwarding);
          proxy.cutAt(nth, how);
          await rounds(connection, '101');
          expect(await both(), `cut at ${nth}, ${how}`).toEqual(expected);
          counts.push(proxy.passed());
        }
        return Math.max(...counts);
      };
      const actions = await cycle(Infinity, 'unsent');
      expect(actions).toBeGreaterThan(15);
      for (const how of ['unsent', 'unanswered'] as const)
        for (let nth = 1; nth <= actions; nth++) await cycle(nth, how);
      expect(proxy.cuts()).toBeGreaterThan(2 * actions);
      expect(await recordOf(store.db, office, '101')).toMatchObject({
        ...{ phase: 'idle', previous: { mode: 'all', target: '300' } },
      });
      expect(new Set(await logOf(store.db, office, '101'))).not.toContain('overridden');
      expect(new Set(await logOf(store.db, office, '101'))).not.toContain('leftAlone');
    } finally {
      await connection.close();
      await proxy.close();
      await sql`update phone_system set leased_by = null, leased_until = null`.execute(store.db);
    }
  }, 60_000);

  test('two deputies in the same meeting: the later one goes to voicemail, and calls end somewhere', async () => {
    const connectors = phoneSystemKinds(context.outbound);
    const reconciler = await startReconciler(context, { connectors, pollMs: 500, leaseMs: 3_000 });
    try {
      await want(store.db, '102', to('103'));
      await forwardedTo('102', '103');
      await want(store.db, '103', to('102'));
      await forwardedTo('103', '*103');
      expect(await lab.phones.placeCall('102')).toBe('voicemail103');
      expect(await lab.phones.placeCall('103')).toBe('voicemail103');
      // Through slots too: 104 busy to 105, and 105 unanswered to 104.
      await want(store.db, '104', { ...off, busy: '105' });
      await phase('104', 'applied', 'busy');
      await want(store.db, '105', { ...off, unanswered: '104' });
      const record = await until(
        'the reason',
        () => recordOf(store.db, office, '105', 'unanswered'),
        (found) => found?.error_message != null,
      );
      expect(record?.error_message).toContain('105 → 104 → 105');
      await until(
        'voicemail',
        () => lab.astDb('CFU', '105'),
        (found) => found === '*105',
      );
      for (const number of ['102', '103', '104', '105']) await want(store.db, number, off);
      for (const number of ['102', '103', '104', '105']) await phase(number, 'idle');
    } finally {
      await reconciler.stop();
    }
  });

  test('acknowledged, and Asterisk killed at once: the lost write is made again', async () => {
    const connectors = phoneSystemKinds(context.outbound);
    await lab.phones.placeCall('*72300', '106');
    await delay(1_200); // AstDB is on the disk a second later
    const reconciler = await startReconciler(context, { connectors, pollMs: 500, leaseMs: 3_000 });
    try {
      await want(store.db, '106', to('200'));
      await phase('106', 'applied');
      await lab.asterisk.kill();
      await lab.asterisk.start();
      await forwardedTo('106', '200');
      await phase('106', 'applied');
      await want(store.db, '106', off);
      await forwardedTo('106', '300');
    } finally {
      await reconciler.stop();
    }
  });

  test('a user with phones on two systems: both follow, a call on either counts, and one that is dead holds up nobody', async () => {
    const other = await startLab();
    const connectors = phoneSystemKinds(context.outbound);
    const { systemId } = await makeOffice(
      context,
      { name: 'Branch', kind: 'asterisk', settings: other.settings, secret: other.secret },
      [],
    );
    const { userId } = office.users.get('105')!;
    await store.db
      .insertInto('extension')
      .values({ user_id: userId, phone_system_id: systemId, number: '120' })
      .execute();
    const reconciler = await startReconciler(context, { connectors, pollMs: 500, leaseMs: 3_000 });
    const onThePhone = async () =>
      (
        await store.db
          .selectFrom('claim')
          .select('key')
          .where('user_id', '=', userId)
          .where('origin', '=', 'call')
          .where((where) => where.or([where('ends_at', 'is', null)]))
          .execute()
      ).map(({ key }) => key);
    try {
      await want(store.db, '105', to('200'));
      await forwardedTo('105', '200');
      await until(
        'the other phone',
        () => other.astDb('CF', '120'),
        (found) => found === '200',
      );
      const here = lab.phones.talk('106', '105');
      const there = other.phones.talk('119', '120');
      await until('both calls', onThePhone, (keys) => keys.length === 2);
      await other.hangUp();
      await there;
      await until('the call that is left', onThePhone, (keys) => keys.length === 1 && keys[0] === office.systemId);
      await other.asterisk.kill();
      await lab.hangUp();
      await here;
      await want(store.db, '105', off);
      await forwardedTo('105', '');
      await until('no call', onThePhone, (keys) => keys.length === 0);
      await other.asterisk.start();
      await until(
        'the other phone',
        () => other.astDb('CF', '120').catch(() => 'away'),
        (found) => found === '',
      );
    } finally {
      await reconciler.stop();
      await other.stop();
      await sql`delete from phone_system where id = ${systemId}`.execute(store.db);
    }
  });

  test('two server processes, of which one is killed: the other gives back', async (test) => {
    if (store.kind === 'embedded') return test.skip('the embedded database belongs to one process');
    await lab.phones.placeCall('*72300', '104');
    const first = startReconcilerProcess(target, { '104': to('200') }, { phase: 'overridden' });
    await forwardedTo('104', '200');
    await phase('104', 'applied');
    const second = startReconcilerProcess(target, {}, { phase: 'overridden' });
    try {
      const leasedBy = async () =>
        (await store.db.selectFrom('phone_system').select('leased_by').executeTakeFirstOrThrow()).leased_by;
      const holder = await leasedBy();
      await first.kill();
      await want(store.db, '104', off);
      await forwardedTo('104', '300');
      await phase('104', 'idle');
      expect(await leasedBy()).not.toBe(holder);
    } finally {
      await second.kill();
      await first.kill();
    }
  });
});

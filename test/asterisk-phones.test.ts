/** Real calls through a real Asterisk: busy and unanswered calls, feature codes, lamps, presence and calls in progress. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Context, Running } from '../server/src/context.ts';
import { startActivation } from '../server/src/presence/activation.ts';
import { endClaim, putClaim } from '../server/src/presence/claims.ts';
import { type Forwarding, type Slot, slotOf, slots } from '../server/src/presence/presence.ts';
import { presenceOf } from '../server/src/presence/service.ts';
import type { Database, Store } from '../server/src/store/database.ts';
import { phoneSystemKinds } from '../server/src/telephony/connectors.ts';
import { startReconciler } from '../server/src/telephony/reconciler.ts';
import { takeBackPresence } from '../server/src/telephony/shown-presence.ts';
import { until } from './product.ts';
import { describeWith } from './servers/needs.ts';
import { openTestStore } from './store.ts';
import { startLab, type TelephonyLab } from './telephony/lab.ts';
import { makeOffice, type Office, off, officeContext, recordOf, to, want } from './telephony/office.ts';

describeWith(['asterisk', 'sipp'], 'phones of Asterisk', () => {
  const numbers = Array.from({ length: 20 }, (_, index) => String(101 + index));
  let lab: TelephonyLab;
  let store: Store;
  let db: Database;
  let context: Context;
  let office: Office;
  let reconciler: Running;
  let activation: Running;

  beforeAll(async () => {
    lab = await startLab();
    store = await openTestStore();
    db = store.db;
    context = officeContext(store);
    const { settings, secret } = lab;
    office = await makeOffice(context, { name: 'Asterisk', kind: 'asterisk', settings, secret }, numbers);
    activation = await startActivation(context);
    reconciler = await start();
  });
  afterAll(async () => {
    await reconciler?.stop();
    await activation?.stop();
    await lab?.stop();
    await store?.close();
  });

  // Looking every 30 s alone would be too late for all of this: hints must do.
  const start = (more: { callLeaseMs?: number } = {}) =>
    startReconciler(context, { connectors: phoneSystemKinds(context.outbound), pollMs: 30_000, ...more });
  const calls = (number: string) => lab.phones.placeCall(number);
  const dials = (number: string, code: string) => lab.phones.placeCall(code, number);
  const phase = (number: string, slot: Slot, wanted: string) =>
    until(
      `the slot ${slot} of ${number} is ${wanted}`,
      () => recordOf(db, office, number, slot),
      (record) => record?.phase === wanted,
    );
  /** Of people whose presence nobody computes: what activation would write. */
  const wanted = async (number: string, forwarding: Partial<Forwarding>) => {
    const all = { ...off, ...forwarding };
    await want(db, number, all);
    for (const slot of slots) {
      const { mode, target } = slotOf(all, slot);
      await until(
        `the slot ${slot} of ${number} as wanted`,
        () => recordOf(db, office, number, slot),
        (record) =>
          mode === 'off'
            ? record?.phase === 'idle'
            : record?.phase === 'applied' && record.ours?.mode === mode && record.ours.target === target,
      );
    }
  };
  const userOf = (number: string) => office.users.get(number)!.userId;
  const statusOf = async (number: string) => (await presenceOf(db, [userOf(number)]))[0]!.status;
  const shows = (number: string, status: string, seconds?: number) =>
    until(
      `${number} is ${status}`,
      () => statusOf(number),
      (found) => found === status,
      seconds,
    );
  const lamp = (name: string) => lab.variable(`DEVICE_STATE(Custom:${name})`);

  test('busy calls and unanswered ones go where they should, and the user’s own setting is back afterwards', async () => {
    expect(await calls('111')).toBe('486');
    expect(await calls('112')).toBe('480');
    await dials('111', '*90300');
    await dials('112', '*52301');
    expect(await calls('111')).toBe('300');
    expect(await calls('112')).toBe('301');
    await wanted('111', { busy: '200', unanswered: '201' });
    await wanted('112', { busy: '200', unanswered: '201' });
    expect(await calls('111')).toBe('200');
    expect(await calls('112')).toBe('201');
    await wanted('111', off);
    await wanted('112', off);
    expect(await calls('111')).toBe('300');
    expect(await calls('112')).toBe('301');
    await dials('111', '*91');
    expect(await calls('111')).toBe('486');
  });

  test('do not disturb counts as busy, and one’s own is back afterwards', async () => {
    await dials('113', '*78');
    expect(await calls('113')).toBe('486');
    await wanted('113', { ...to('200'), busy: '205' });
    expect(await calls('113')).toBe('200');
    await wanted('113', { mode: 'doNotDisturb', busy: '205' });
    expect(await calls('113')).toBe('205');
    await wanted('113', off);
    expect(await calls('113')).toBe('486');
    expect(await lamp('DND113')).toBe('BUSY');
    await dials('113', '*79');
    expect(await calls('113')).toBe('113');
  });

  test('what the user changes at the phone in one slot is noticed at once, stays, and leaves the others alone', async () => {
    await wanted('114', { ...to('200'), busy: '210', unanswered: '211' });
    await dials('114', '*90400'); // no lamp changes by that
    await phase('114', 'busy', 'overridden');
    expect(await recordOf(db, office, '114')).toMatchObject({ phase: 'applied' });
    expect(await calls('114')).toBe('200');
    await dials('114', '*72401');
    await phase('114', 'always', 'overridden');
    await want(db, '114', off);
    for (const slot of ['always', 'busy', 'unanswered'] as const) await phase('114', slot, 'idle');
    expect(await calls('114')).toBe('401');
    expect(await lab.watcher.read('114', AbortSignal.timeout(5_000))).toEqual({
      always: { mode: 'all', target: '401' },
      busy: { mode: 'all', target: '400' },
      unanswered: { mode: 'off', target: null },
    });
  });

  test('the lamps of every phone of the user follow', async () => {
    await lab.setAstDb('AMPUSER', '115/device', '115&9115');
    await wanted('115', to('200'));
    // That of do not disturb, which nobody has ever set, is none of our business.
    expect(await Promise.all(['CF115', 'DEVCF115', 'DEVCF9115', 'DND115'].map(lamp))).toEqual([
      ...['BUSY', 'BUSY', 'BUSY', 'UNKNOWN'],
    ]);
    await wanted('115', { mode: 'doNotDisturb' });
    expect(await Promise.all(['CF115', 'DEVCF9115', 'DND115', 'DEVDND9115'].map(lamp))).toEqual([
      ...['NOT_INUSE', 'NOT_INUSE', 'BUSY', 'BUSY'],
    ]);
    await wanted('115', off);
    expect(await Promise.all(['CF115', 'DEVCF9115', 'DND115', 'DEVDND9115'].map(lamp))).toEqual(
      Array.from({ length: 4 }, () => 'NOT_INUSE'),
    );
  });

  test('whoever talks is on the phone, and the meeting that the call interrupted is back afterwards', async () => {
    const now = Temporal.Now.instant();
    const meeting = { userId: userOf('101'), origin: 'api', key: 'a meeting', status: 'appointment' } as const;
    await db.transaction().execute((tx) => putClaim(tx, { ...meeting, start: now, end: now.add({ hours: 1 }) }));
    await shows('101', 'appointment');
    const over = lab.phones.talk('102', '101');
    await shows('101', 'onThePhone');
    await shows('102', 'onThePhone');
    await lab.hangUp();
    await over;
    await shows('101', 'appointment');
    await shows('102', 'available');
  });

  test('ringing isn’t talking, and neither is a feature code; a phone’s user is who is signed in there', async () => {
    expect(await lab.phones.placeCall('112', '103')).toBe('301'); // rang for a second, then answered elsewhere
    await dials('104', '*73');
    const claims = await db.selectFrom('claim').select('user_id').where('origin', '=', 'call').execute();
    expect(claims.map(({ user_id }) => user_id)).not.toContain(userOf('112'));
    expect(claims.map(({ user_id }) => user_id)).not.toContain(userOf('104'));
    await lab.setAstDb('DEVICE', '116/user', '117');
    const over = lab.phones.talk('105', '116');
    await shows('117', 'onThePhone');
    expect(await statusOf('116')).toBe('available');
    await lab.hangUp();
    await over;
    await shows('117', 'available');
  });

  test('a call that ended while nobody listened ends; one whose phone system died lapses', async () => {
    const over = lab.phones.talk('107', '106');
    await shows('106', 'onThePhone');
    await reconciler.stop();
    await lab.hangUp();
    await over;
    expect(await statusOf('106')).toBe('onThePhone');
    reconciler = await start({ callLeaseMs: 2_000 });
    await shows('106', 'available');

    void lab.phones.talk('107', '106');
    await shows('106', 'onThePhone');
    await until(
      'a renewed lease',
      () => db.selectFrom('claim').select(['starts_at', 'leased_until']).where('user_id', '=', userOf('106')).execute(),
      ([claim]) => Temporal.Duration.compare(claim!.starts_at.until(claim!.leased_until!), { milliseconds: 3_000 }) > 0,
    );
    expect(await statusOf('106')).toBe('onThePhone');
    await lab.asterisk.kill();
    await shows('106', 'available', 5);
    await lab.asterisk.start();
  });

  test('phones show presence in the user’s words, a hand-set one stays until it changes, and it is taken back', async () => {
    const userId = userOf('118');
    await db.updateTable('users').set({ language: 'de' }).where('id', '=', userId).execute();
    const presence = (field: string) => lab.variable(`PRESENCE_STATE(CustomPresence:118,${field})`);
    const becomes = (state: string) =>
      until(
        `presence ${state}`,
        () => presence('value'),
        (found) => found === state,
      );
    const compare = () => sql`select pg_notify('forwarding', 'systems')`.execute(db);
    await becomes('available');
    const end = Temporal.Now.instant().add({ minutes: 30 });
    const claim = { userId, origin: 'api', key: 'retreat', status: 'outOfOffice', end } as const;
    const note = 'Klausur, bis {{until}}';
    await db.transaction().execute((tx) => putClaim(tx, { ...claim, note, start: Temporal.Now.instant() }));
    await becomes('xa');
    expect(await presence('subtype')).toBe('out of office');
    expect(await presence('message')).toMatch(/^Klausur, bis \d\d:\d\d$/);

    await lab.setVariable('PRESENCE_STATE(CustomPresence:118)', 'chat,,in the lab');
    await compare();
    await until('the comparison', () => lab.astDb('whenabouts-presence', '119'), Boolean);
    expect(await presence('value')).toBe('chat');
    await db.transaction().execute((tx) => endClaim(tx, claim, Temporal.Now.instant()));
    await becomes('available');

    // Asterisk starts anew without anything: phones show it again.
    await lab.asterisk.kill();
    await lab.asterisk.start({ keepDatabase: false });
    await becomes('available');

    // As `whenabouts release --all` does it where no server runs.
    await takeBackPresence(context, phoneSystemKinds(context.outbound), null);
    expect(await presence('value')).toBe('not_set');
    await compare();
    await becomes('available');

    await db.updateTable('phone_system').set({ mode: 'observe' }).where('id', '=', office.systemId).execute();
    await compare();
    await becomes('not_set');
    expect(await lab.astDb('whenabouts-presence', '118')).toBe('');
  });
});

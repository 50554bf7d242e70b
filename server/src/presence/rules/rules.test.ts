/** Rules on a real store: what is loaded for them, what activation makes of them, and how long choices last. */
import { sql } from 'kysely';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestStore } from '../../../../test/store.ts';
import type { Context } from '../../context.ts';
import { systemActor } from '../../organization/audit.ts';
import { impactOnGroup } from '../../organization/impact.ts';
import { createProfile, deleteProfile } from '../../organization/profiles/changes.ts';
import { setGroupFunction } from '../../organization/settings.ts';
import { createActivation } from '../activation.ts';
import { loadInputs } from '../inputs.queries.ts';
import { makeGroup, makePeople, putAppointment, removeAppointment } from '../people.fixture.ts';
import { noProfileForwarding } from '../presence.ts';
import { presenceOf, timelineOf } from '../service.ts';
import { presenceSettings } from '../settings.ts';
import { clearChoice, dropOldChoices, setChoice } from './choices.ts';
import { setOwnRules } from './own-rules.ts';
import { rules } from './rule.ts';

const store = await openTestStore();
const { db } = store;
afterAll(() => store.close());
const context = { store, log: pino({ level: 'silent' }) } as Partial<Context> as Context;
const inMinutes = (minutes: number) => Temporal.Now.instant().round('second').add({ minutes });
const day = () => ({ from: inMinutes(-24 * 60), to: inMinutes(24 * 60) });

let groupId: string;
let userId: string;
beforeAll(async () => {
  groupId = await makeGroup(db);
  userId = (await makePeople(db, groupId, 1))[0]!;
});

const activation = (value: object) =>
  db
    .transaction()
    .execute((transaction) =>
      setGroupFunction(
        transaction,
        groupId,
        'activation',
        { mode: 'individual', value: presenceSettings.parse(value) },
        systemActor,
      ),
    );
const own = (list: unknown[]) =>
  db.transaction().execute((transaction) => setOwnRules(transaction, userId, rules.parse(list)));
async function settled() {
  const activations = createActivation(context);
  let rounds = 0;
  while ((await activations.round()) === 0) if (++rounds > 500) throw new Error('Activation finds no end.');
  const [presence] = await presenceOf(db, [userId]);
  return presence!;
}
const meeting = (fields: { uid: string; start: Temporal.Instant; end: Temporal.Instant; showAs?: string }) =>
  putAppointment(db, [userId], fields);

test('only the details that somebody’s rules look at are loaded, and as far around as leads and lags reach', async () => {
  await meeting({ uid: 'soon', start: inMinutes(70), end: inMinutes(80) });
  await sql`update appointment set title = 'Focus', categories = '{Red}' where uid = 'soon'`.execute(db);
  const hour = { from: inMinutes(0), to: inMinutes(60) };
  const loaded = async () => (await loadInputs(db, [userId], hour)).get(userId)!.appointments;
  expect(await loaded()).toEqual([]);
  await activation({ rules: [{ name: 'All', effect: { profile: 'doNotDisturb', leadMinutes: 15 } }] });
  const [plain] = await loaded();
  expect(plain).toMatchObject({ uid: 'soon' });
  expect(plain).not.toHaveProperty('details');
  await own([{ name: 'Mine', when: { title: { words: ['focus'] } }, effect: { profile: 'outOfOffice' } }]);
  expect((await loaded())[0]!.details).toEqual({ title: 'Focus' });
  await activation({
    rules: [{ name: 'Red', when: { categories: ['red'] }, effect: { profile: 'doNotDisturb', leadMinutes: 15 } }],
  });
  expect((await loaded())[0]!.details).toEqual({ title: 'Focus', categories: ['Red'] });
  await activation({ ownRulesAllowed: false });
  expect(
    (await loadInputs(db, [userId], { ...hour, to: inMinutes(90) })).get(userId)!.appointments[0],
  ).not.toHaveProperty('details');
  await own([]).catch(() => {});
  await removeAppointment(db, [userId], 'soon');
});

test('a lead makes presence before the appointment, and the next due time is the end with its lag', async () => {
  await activation({
    rules: [
      {
        name: 'Journey',
        when: { showAs: ['busy'] },
        effect: { profile: 'doNotDisturb', leadMinutes: 15, lagMinutes: 20 },
      },
    ],
  });
  const [start, end] = [inMinutes(10), inMinutes(40)];
  await meeting({ uid: 'customer', start, end });
  const presence = await settled();
  expect(presence).toMatchObject({
    status: 'doNotDisturb',
    reason: { origin: 'appointment', rule: { from: 'group', name: 'Journey' } },
  });
  expect(presence.until).toEqual(end.add({ minutes: 20 }));
  const claimed = await timelineOf(db, userId, day());
  expect(claimed.find(({ status }) => status === 'doNotDisturb')!.start).toEqual(start.subtract({ minutes: 15 }));
  const { next_due_at } = await db
    .selectFrom('presence_state')
    .select('next_due_at')
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  expect(next_due_at).toEqual(end.add({ minutes: 20 }));
  await removeAppointment(db, [userId], 'customer');
});

describe('choices for appointments', () => {
  const key = { uid: 'chosen', occurrence: '' };
  const choose = (effect: Parameters<typeof setChoice>[3]) =>
    db.transaction().execute((transaction) => setChoice(transaction, userId, key, effect));

  test('come above all rules, follow the appointment when it moves, and go back', async () => {
    await activation({ rules: [{ name: 'All', effect: { ignore: true } }] });
    await meeting({ uid: 'chosen', start: inMinutes(-5), end: inMinutes(30) });
    expect(await settled()).toMatchObject({ status: 'available', reason: { origin: 'default' } });
    await choose({ profile: 'outOfOffice', leadMinutes: 0, lagMinutes: 5 });
    expect(await settled()).toMatchObject({ status: 'outOfOffice', reason: { rule: { from: 'choice', name: '' } } });
    const [start, end] = [inMinutes(-10), inMinutes(50)];
    await removeAppointment(db, [userId], 'chosen'); // as a resync does
    await meeting({ uid: 'chosen', start, end });
    const moved = await settled();
    expect([moved.status, moved.until]).toEqual(['outOfOffice', end.add({ minutes: 5 })]);
    await db.transaction().execute((transaction) => clearChoice(transaction, userId, key));
    expect(await settled()).toMatchObject({ status: 'available' });
  });

  test('are refused for what isn’t there, and forgotten long after it is gone', async () => {
    const nothing = { uid: 'nothing', occurrence: '' };
    await expect(
      db.transaction().execute((transaction) => setChoice(transaction, userId, nothing, { ignore: true })),
    ).rejects.toMatchObject({ code: 'notFound' });
    await choose({ ignore: true });
    const now = Temporal.Now.instant();
    const left = async () => (await db.selectFrom('appointment_choice').select('uid').execute()).length;
    await dropOldChoices(db, now.add({ hours: 200 * 24 }));
    expect(await left(), 'while the appointment is there').toBe(1);
    await removeAppointment(db, [userId], 'chosen');
    await dropOldChoices(db, now.add({ hours: 250 * 24 }));
    expect(await left(), 'some weeks after').toBe(1);
    await dropOldChoices(db, now.add({ hours: 261 * 24 }));
    expect(await left()).toBe(0);
  });
});

test('a rule that names a profile the user doesn’t have leaves it to the default mapping, and says so', async () => {
  await activation({ rules: [{ name: 'Deep', effect: { profile: 'Deep work', leadMinutes: 10 } }] });
  await meeting({ uid: 'deep', start: inMinutes(-5), end: inMinutes(30) });
  expect(await settled()).toMatchObject({
    ...{ status: 'appointment', since: inMinutes(-5) },
    reason: { rule: { from: 'group', name: 'Deep', profileMissing: true } },
  });
  const { location_id: locationId } = await db
    .selectFrom('configuration_group')
    .select('location_id')
    .where('id', '=', groupId)
    .executeTakeFirstOrThrow();
  const profile = await db.transaction().execute((transaction) =>
    createProfile(
      transaction,
      systemActor,
      { locationId },
      {
        name: 'deep Work',
        status: 'doNotDisturb',
        active: true,
        forwarding: noProfileForwarding,
        note: null,
        key: null,
      },
    ),
  );
  expect(await settled()).toMatchObject({ status: 'doNotDisturb', reason: { rule: { from: 'group', name: 'Deep' } } });
  await own([{ name: 'Secret', effect: { profile: 'DEEP WORK' } }]);
  await expect(
    db.transaction().execute((transaction) => deleteProfile(transaction, systemActor, profile.id)),
  ).rejects.toThrow(/in use and can’t be removed: the rule "Deep" of Group \d+ \d+; own rules of Person 1\.$/);
  await own([]);
  await removeAppointment(db, [userId], 'deep');
});

test('own rules are asked first, and rest where the group allows none', async () => {
  const rule = (name: string, profile: string) => ({ name, effect: { profile } });
  await activation({ rules: [rule('Group', 'doNotDisturb')] });
  await own([rule('Own', 'beRightBack')]);
  await meeting({ uid: 'who', start: inMinutes(-5), end: inMinutes(30) });
  expect(await settled()).toMatchObject({ status: 'beRightBack', reason: { rule: { from: 'own', name: 'Own' } } });
  await activation({ rules: [rule('Group', 'doNotDisturb')], ownRulesAllowed: false });
  expect(await settled()).toMatchObject({ status: 'doNotDisturb', reason: { rule: { from: 'group', name: 'Group' } } });
  await expect(own([rule('Own', 'beRightBack')])).rejects.toMatchObject({ code: 'conflict' });
  await own([]);
  await removeAppointment(db, [userId], 'who');
});

test('where no subjects are stored, rules that look at them rest, and can’t be made', async () => {
  const titled = [{ name: 'Focus', when: { title: { words: ['focus'] } }, effect: { profile: 'doNotDisturb' } }];
  await activation({ rules: [] });
  await own(titled);
  const synchronization = (freeBusyOnly: boolean) =>
    db
      .transaction()
      .execute((transaction) =>
        setGroupFunction(
          transaction,
          groupId,
          'synchronization',
          { mode: 'individual', value: { freeBusyOnly } },
          systemActor,
        ),
      );
  const change = { mode: 'individual', value: { freeBusyOnly: true } } as const;
  expect((await impactOnGroup(db, groupId, 'synchronization', change)).notes).toContainEqual(
    expect.objectContaining({ code: 'ownRulesRest', count: 1 }),
  );
  await synchronization(true);
  await expect(activation({ rules: titled })).rejects.toMatchObject({
    ...{ code: 'invalid', field: 'value.rules.0.when.title' },
    message: expect.stringMatching(
      /^The rule "Focus" looks at titles, but of Group .* only when users are busy is stored\./,
    ),
  });
  await expect(own(titled)).rejects.toMatchObject({ code: 'invalid', field: 'rules.0.when.title' });
  // Made before: they rest, whatever a title still says.
  await meeting({ uid: 'focus', start: inMinutes(-5), end: inMinutes(30) });
  await sql`update appointment set title = 'Focus' where uid = 'focus'`.execute(db);
  expect((await timelineOf(db, userId, day())).map(({ status }) => status)).not.toContain('doNotDisturb');
  await synchronization(false);
  await activation({ rules: titled });
  await expect(synchronization(true)).rejects.toMatchObject({ field: 'value.freeBusyOnly' });
});

/** Profiles of locations, groups and users as they are kept, chosen and forwarded by, on a real store. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testContext } from '../../../../test/context.ts';
import { openTestStore } from '../../../../test/store.ts';
import { createActivation } from '../../presence/activation.ts';
import { loadInputs } from '../../presence/inputs.queries.ts';
import { clearManual, setManual } from '../../presence/manual.ts';
import { makePeople, putAppointment } from '../../presence/people.fixture.ts';
import type { ForwardingTarget } from '../../presence/presence.ts';
import {
  profilesForUser,
  profilesInForce,
  type StoredProfile,
  seedBuiltInProfiles,
} from '../../presence/profiles.queries.ts';
import { presenceOf } from '../../presence/service.ts';
import type { Executor } from '../../store/database.ts';
import { diallingRules } from '../../telephony/dialling-rules.ts';
import { resolveWishes } from '../../telephony/wishes.ts';
import { deactivateUsers } from '../activity.ts';
import { type Actor, systemActor } from '../audit.ts';
import { setDiallingRules } from '../dialling.ts';
import { changeGroup, createGroup } from '../groups.ts';
import { createExtension } from '../phone-systems.ts';
import { changePredefinedTarget, createPredefinedTarget, deletePredefinedTarget } from '../predefined-targets.ts';
import { setGroupFunction, setLocationFunction } from '../settings.ts';
import { changeUser } from '../users.ts';
import { changeProfile, createProfile, deleteProfile, type ProfileFields } from './changes.ts';
import { startAgain } from './copies.ts';

const store = await openTestStore();
const { db } = store;
afterAll(() => store.close());

const ada: Actor = { userId: null, name: 'Ada Admin', via: 'session' };
const now = () => Temporal.Now.instant().round('millisecond');
const during = <T>(work: (transaction: Executor) => Promise<T>): Promise<T> => db.transaction().execute(work);
const activation = createActivation(testContext(store));

let made = 0;
let locationId: string;
let groupId: string;
let people: string[];
let phones: string;

beforeAll(async () => {
  const system = await db.insertInto('phone_system').values({ name: 'PBX', kind: 'http' }).returning('id').execute();
  phones = system[0]!.id;
});

/** Each test has a location with one group of three people. */
beforeEach(async () => {
  const name = `Place ${++made}`;
  const location = await db.insertInto('location').values({ name, time_zone: 'UTC' }).returning('id').execute();
  locationId = location[0]!.id;
  await seedBuiltInProfiles(db, { locationId });
  groupId = await newGroup(`Group ${made}`);
  people = await makePeople(db, groupId, 3);
});

async function newGroup(name: string): Promise<string> {
  const [row] = await db
    .insertInto('configuration_group')
    .values({ location_id: locationId, name })
    .returning('id')
    .execute();
  return row!.id;
}

/** Works until nothing is due. */
async function settle(): Promise<void> {
  activation.lookForOutdated();
  while ((await activation.round()) === 0);
}

const keyed = async (key: string, of = groupId) => (await profilesInForce(db, of)).find((each) => each.key === key)!;
const fields = (name: string, target: ForwardingTarget | null = null): ProfileFields & { key: null } => ({
  ...{ name, status: 'doNotDisturb', active: true, note: null, key: null },
  forwarding: target ? { mode: 'all', target } : { mode: 'off', target: null },
});
const choose = (userId: string, profileId: string) =>
  during((transaction) => setManual(transaction, userId, { profileId, end: { rule: 'untilChanged' } }, now()));
const chosenBy = async (userId: string) =>
  (await db.selectFrom('claim').select(['profile_id', 'status']).where('user_id', '=', userId).execute())[0]!;
async function forward(target: ForwardingTarget): Promise<StoredProfile> {
  const { id } = await keyed('appointment');
  return during((transaction) => changeProfile(transaction, ada, id, { forwarding: { mode: 'all', target } }));
}
const meet = (userIds = people) =>
  putAppointment(db, userIds, { start: now().subtract({ minutes: 5 }), end: now().add({ hours: 2 }) });
async function callsOf(userId: string): Promise<{ target: string | null; problem: string | undefined }> {
  await settle();
  const [presence] = await presenceOf(db, [userId]);
  return { target: presence!.forwarding.target, problem: presence!.reason.forwardingProblem };
}
const call = (userId: string, change: Parameters<typeof changeUser>[3]) => changeUser(db, ada, userId, change);
const giveExtension = (userId: string, number: string) =>
  during((transaction) => createExtension(transaction, ada, { userId, phoneSystemId: phones, number }));
const dial = (rules: object) =>
  during((transaction) => setDiallingRules(transaction, ada, locationId, diallingRules.parse(rules)));

describe('a group', () => {
  test('has its location’s profiles until it gets its own, which begin as a copy; running choices go along', async () => {
    const lunch = await during((transaction) => createProfile(transaction, ada, { locationId }, fields('Lunch')));
    expect((await profilesInForce(db, groupId)).map(({ name }) => name)).toContain('Lunch');
    await choose(people[0]!, lunch.id);
    await expect(during((transaction) => createProfile(transaction, ada, { groupId }, fields('Own')))).rejects.toThrow(
      'has the profiles of its location',
    );

    await during((t) => setGroupFunction(t, groupId, 'profiles', { mode: 'individual', value: {} }, ada));
    const copy = (await profilesInForce(db, groupId)).find(({ name }) => name === 'Lunch')!;
    expect(copy).toMatchObject({ ...lunch, id: copy.id, locationId: null, groupId });
    expect((await profilesInForce(db, groupId)).map(({ key }) => key)).toHaveLength(8);
    expect(await chosenBy(people[0]!)).toEqual({ profile_id: copy.id, status: 'doNotDisturb' });
    // From now on the location's say nothing here.
    await during((transaction) => changeProfile(transaction, ada, lunch.id, { note: 'Back at one' }));
    expect((await profilesInForce(db, groupId)).find(({ name }) => name === 'Lunch')!.note).toBeNull();
    await during((transaction) => changeProfile(transaction, ada, copy.id, { note: 'Back at two' }));
    const own = await during((transaction) => createProfile(transaction, ada, { groupId }, fields('Own')));
    await choose(people[1]!, own.id);

    await during((t) => setGroupFunction(t, groupId, 'profiles', { mode: 'default' }, ada));
    expect(await chosenBy(people[0]!)).toEqual({ profile_id: lunch.id, status: 'doNotDisturb' });
    // The location has none of that name: the status stays, the profile goes.
    expect(await chosenBy(people[1]!)).toEqual({ profile_id: null, status: 'doNotDisturb' });
    await settle();
    expect((await presenceOf(db, people)).map(({ note }) => note)).toEqual(['Back at one', null, null]);

    // Undone: what the group had of its own is there again; starting again throws it away.
    await during((t) => setGroupFunction(t, groupId, 'profiles', { mode: 'individual', value: {} }, ada));
    await settle();
    expect((await presenceOf(db, people))[0]!.note).toBe('Back at two');
    await during((transaction) => startAgain(transaction, ada, groupId));
    await settle();
    expect((await presenceOf(db, people))[0]!.note).toBe('Back at one');
    expect((await profilesInForce(db, groupId)).map(({ name }) => name)).not.toContain('Own');
  });

  test('that is left for another takes the choice along, to the profile of the same name there', async () => {
    const [userId, other] = people as [string, string];
    const lunch = await during((transaction) => createProfile(transaction, ada, { locationId }, fields('Lunch')));
    for (const each of [userId, other]) await choose(each, lunch.id);
    const [elsewhere] = await db
      .insertInto('location')
      .values({ name: `Elsewhere ${made}`, time_zone: 'UTC' })
      .returning('id')
      .execute();
    await seedBuiltInProfiles(db, { locationId: elsewhere!.id });
    const there = await during((t) => createProfile(t, ada, { locationId: elsewhere!.id }, fields('lunch')));
    const target = await during((t) => createGroup(t, { name: `Target ${made}`, locationId: elsewhere!.id }, ada));
    await call(userId, { groupId: target });
    expect((await chosenBy(userId)).profile_id).toBe(there.id);
    expect((await chosenBy(other)).profile_id).toBe(lunch.id);
    await during((t) => changeGroup(t, groupId, { locationId: elsewhere!.id }, ada));
    expect((await chosenBy(other)).profile_id).toBe(there.id);
  });

  test('may have its users do without profiles of their own: those rest, and come back', async () => {
    const [userId] = people as [string];
    const own = await during((transaction) => createProfile(transaction, ada, { userId }, fields('Focus')));
    await choose(userId, own.id);
    await during((t) => setLocationFunction(t, locationId, 'profiles', { ownAllowed: false }, ada));
    await settle();
    expect((await presenceOf(db, [userId]))[0]!).toMatchObject({ status: 'doNotDisturb' });
    expect((await presenceOf(db, [userId]))[0]!.profile!.name).toBe('Do not disturb');
    expect((await profilesForUser(db, userId)).map(({ name }) => name)).not.toContain('Focus');
    await expect(
      during((transaction) => createProfile(transaction, ada, { userId }, fields('Another'))),
    ).rejects.toThrow('no profiles of one’s own');
    await expect(choose(userId, own.id)).rejects.toThrow('no such profile');
    await during((t) => setLocationFunction(t, locationId, 'profiles', { ownAllowed: true }, ada));
    await settle();
    expect((await presenceOf(db, [userId]))[0]!.profile!.name).toBe('Focus');
  });
});

describe('a profile in use', () => {
  const off = (id: string) => during((transaction) => changeProfile(transaction, ada, id, { active: false }));
  const away = (id: string) => during((transaction) => deleteProfile(transaction, ada, id));

  test('by hand is neither removed nor switched off while the choice runs; the message names who', async () => {
    const lunch = await during((transaction) => createProfile(transaction, ada, { locationId }, fields('Lunch')));
    for (const userId of people) await choose(userId, lunch.id);
    await expect(off(lunch.id)).rejects.toThrow(
      'can’t be switched off: chosen just now by Person 1, Person 2, Person 3',
    );
    await expect(away(lunch.id)).rejects.toThrow('can’t be removed: chosen just now by');
    for (const userId of people) await during((transaction) => clearManual(transaction, userId, now()));
    await off(lunch.id);
    await away(lunch.id);
    expect((await profilesInForce(db, groupId)).map(({ name }) => name)).not.toContain('Lunch');
  });

  test('by automatic activation is named with its groups', async () => {
    const other = await newGroup('Other');
    await expect(off((await keyed('appointment')).id)).rejects.toThrow(
      `automatic activation (appointments) of Group ${made}, Other`,
    );
    const unavailable = (await keyed('unavailable')).id;
    await during((t) =>
      setGroupFunction(
        t,
        other,
        'activation',
        { mode: 'individual', value: { outsideWorkingDay: 'unavailable' } },
        ada,
      ),
    );
    await expect(off(unavailable)).rejects.toThrow('automatic activation (outside the working day) of Other');
    // A group with profiles of its own doesn't use its location's.
    await during((t) => setGroupFunction(t, other, 'profiles', { mode: 'individual', value: {} }, ada));
    await off(unavailable);
    await expect(off((await keyed('unavailable', other)).id)).rejects.toThrow('outside the working day');
    await expect(away(unavailable)).rejects.toThrow('switch it off instead');
  });

  test('by the sample company, or by a setting that names it, is found too', async () => {
    await during((t) => setGroupFunction(t, groupId, 'profiles', { mode: 'individual', value: {} }, ada));
    const { id } = await keyed('beRightBack');
    const state = { groupId, state: 'present' };
    await db
      .insertInto('system_setting')
      .values({ key: 'sampleCompany', value: JSON.stringify(state) })
      .execute();
    await expect(off(id)).rejects.toThrow('the sample company');
    await db.deleteFrom('system_setting').where('key', '=', 'sampleCompany').execute();
    await db
      .updateTable('location')
      .set({ settings: JSON.stringify({ activation: { rules: [{ profileId: id }] } }) })
      .where('id', '=', locationId)
      .execute();
    await expect(off(id)).rejects.toThrow(`settings of location Place ${made}`);
  });

  test('names are taken once an owner, however they are written', async () => {
    await during((transaction) => createProfile(transaction, ada, { locationId }, fields('Lunch')));
    await expect(
      during((transaction) => createProfile(transaction, ada, { locationId }, fields('LUNCH'))),
    ).rejects.toThrow('There is a profile "LUNCH" already');
    const again = { ...fields('My meetings'), key: 'appointment' };
    await expect(during((transaction) => createProfile(transaction, ada, { locationId }, again))).rejects.toThrow(
      '"Appointment" stands for the built-in profile',
    );
  });
});

describe('forwarding', () => {
  test('to the deputy goes to the extension on the same phone system, else to the mobile, and follows changes', async () => {
    const [boss, deputy, assistant] = people as [string, string, string];
    await giveExtension(boss, `${made}01`);
    await forward({ kind: 'deputy' });
    await meet([boss]);
    expect(await callsOf(boss)).toEqual({ target: null, problem: 'noDeputy' });
    await call(boss, { deputyId: deputy, assistantId: assistant });
    expect(await callsOf(boss)).toEqual({ target: null, problem: 'deputyUnreachable' });
    await call(deputy, { mobileNumber: '+49 171 5550100' });
    expect(await callsOf(boss)).toEqual({ target: '+491715550100', problem: undefined });
    await giveExtension(deputy, `${made}02`);
    expect(await callsOf(boss)).toEqual({ target: `${made}02`, problem: undefined });

    await forward({ kind: 'assistant' });
    expect(await callsOf(boss)).toEqual({ target: null, problem: 'assistantUnreachable' });
    await call(assistant, { mobileNumber: '+49 171 5550200' });
    expect((await callsOf(boss)).target).toBe('+491715550200');
    await during((transaction) => deactivateUsers(transaction, [assistant]));
    expect((await callsOf(boss)).problem).toBe('noAssistant');
    await expect(call(boss, { deputyId: boss })).rejects.toThrow('Nobody stands in for themselves');
  });

  test('to an extension that only one of the own phone systems knows would ring elsewhere: the mobile takes it', async () => {
    const [boss, deputy] = people as [string, string];
    const [second] = await db
      .insertInto('phone_system')
      .values({ name: `PBX ${made}`, kind: 'http' })
      .returning('id')
      .execute();
    await giveExtension(boss, `${made}01`);
    await giveExtension(deputy, `${made}02`);
    await call(deputy, { mobileNumber: '+49 171 5550100' });
    await call(boss, { deputyId: deputy });
    await forward({ kind: 'deputy' });
    await meet([boss]);
    expect((await callsOf(boss)).target).toBe(`${made}02`);
    await during((transaction) =>
      createExtension(transaction, ada, { userId: boss, phoneSystemId: second!.id, number: '77' }),
    );
    expect((await callsOf(boss)).target).toBe('+491715550100');
  });

  test('deputies that forward to each other are told apart: the later one gives way, whoever is asked first', async () => {
    const [one, two] = people as [string, string];
    const numbers = { [one]: `${made}01`, [two]: `${made}02` };
    for (const userId of [one, two]) await giveExtension(userId, numbers[userId]!);
    await call(one, { deputyId: two });
    await call(two, { deputyId: one });
    await forward({ kind: 'deputy' });
    await meet([one, two]);
    await settle();
    const presence = await presenceOf(db, [one, two]);
    expect(presence.map(({ forwarding }) => forwarding.target)).toEqual([numbers[two], numbers[one]]);
    const wishes = presence.map(({ userId, forwarding, since }) => ({
      extension: numbers[userId]!,
      forwarding,
      since,
    }));
    const able = { modes: { off: true, all: true, internal: true, external: true, doNotDisturb: true } } as const;
    const resolve = (list: typeof wishes) =>
      resolveWishes(list, new Map(), { ...able, voicemail: true, readAll: true, watch: true });
    const resolved = resolve(wishes);
    expect([...resolved.values()].filter(({ refusal }) => refusal?.kind === 'loop')).toHaveLength(1);
    expect(resolve(wishes.toReversed()).get(numbers[one]!)).toEqual(resolved.get(numbers[one]!));
    expect([...resolved.values()].map(({ forwarding }) => forwarding.target)).toContain('voicemail');
  });

  test('to the team goes to the number of the first work group by name that has one', async () => {
    const [userId] = people as [string];
    await forward({ kind: 'team' });
    await meet([userId]);
    expect((await callsOf(userId)).problem).toBe('noTeamNumber');
    for (const [name, number] of [
      ['Zebra', '500'],
      ['Antelope', '600'],
      ['Aardvark', null],
    ] as const) {
      const [group] = await db
        .insertInto('work_group')
        .values({ location_id: locationId, name: `${name} ${made}`, number })
        .returning('id')
        .execute();
      await db.insertInto('work_group_member').values({ work_group_id: group!.id, user_id: userId }).execute();
    }
    await call(userId, { language: 'de' }); // looks again
    expect((await callsOf(userId)).target).toBe('600');
  });

  test('to a predefined target follows its number; one in use isn’t removed', async () => {
    const [userId] = people as [string];
    const reception = await during((transaction) =>
      createPredefinedTarget(transaction, ada, locationId, { name: 'Reception', number: '0' }),
    );
    await forward({ kind: 'predefined', targetId: reception.id });
    await meet([userId]);
    expect((await callsOf(userId)).target).toBe('0');
    await during((transaction) => changePredefinedTarget(transaction, ada, reception.id, { number: '199' }));
    expect((await callsOf(userId)).target).toBe('199');
    const remove = () => during((transaction) => deletePredefinedTarget(transaction, ada, reception.id));
    await expect(remove()).rejects.toThrow(`in use: profile "Appointment" of location Place ${made}`);
    await forward({ kind: 'voicemail' });
    await remove();
    await expect(forward({ kind: 'predefined', targetId: reception.id })).rejects.toThrow('no such predefined target');
  });

  test('is dialled by the rules of the location; what they forbid later is given up, and said', async () => {
    const [userId] = people as [string];
    await dial({ country: 'DE', areaCode: '30', outsideLine: '0', internalRanges: ['200-299'] });
    const profile = await forward({ kind: 'number', number: '1234567' });
    expect(profile.forwarding.target).toEqual({ kind: 'number', number: '+49 30 1234567' });
    await meet([userId]);
    expect((await callsOf(userId)).target).toBe('00301234567');
    await dial({ country: 'DE', areaCode: '30', outsideLine: '9' });
    expect((await callsOf(userId)).target).toBe('90301234567');
    await dial({ country: 'DE', forbidden: ['030*'] });
    expect(await callsOf(userId)).toEqual({ target: null, problem: 'numberForbidden' });
    await expect(forward({ kind: 'number', number: '030 999999' })).rejects.toThrow('forbidden by the dialling rules');
    await expect(forward({ kind: 'number', number: '0900 1123456' })).rejects.toThrow('premium');
    await expect(call(userId, { mobileNumber: '0900 1123456' })).rejects.toThrow('premium');
    expect((await call(userId, { mobileNumber: '0171/5550100' })).mobileNumber).toBe('+49 171 5550100');
    await expect(dial({ country: 'XX' })).rejects.toThrow('no country "XX"');
  });

  test('is loaded by as many statements for many users as for few', async () => {
    await forward({ kind: 'deputy' });
    await during((transaction) => createProfile(transaction, ada, { locationId }, fields('Team', { kind: 'team' })));
    const many = await makePeople(db, groupId, 40);
    for (const userId of many.slice(0, 5)) await call(userId, { deputyId: many[6]! });
    const interval = { from: now(), to: now().add({ hours: 1 }) };
    const statements = async (userIds: string[]) => {
      let count = 0;
      const counting = db.withPlugin({
        transformQuery: ({ node }) => {
          count++;
          return node;
        },
        transformResult: async ({ result }) => result,
      });
      await loadInputs(counting, userIds, interval);
      return count;
    };
    expect(await statements(many)).toBe(await statements(many.slice(0, 2)));
  });
});

test('an extension that two writers give away at once goes to one; the other is told who has it', async () => {
  const [one, two] = people as [string, string];
  const tries = await Promise.allSettled([giveExtension(one, `${made}99`), giveExtension(two, `${made}99`)]);
  const lost = tries.filter((each) => each.status === 'rejected');
  expect(lost).toHaveLength(1);
  expect(lost[0]!.reason.message).toMatch(new RegExp(`^Extension ${made}99 of PBX belongs to Person [12]\\.$`));
  expect(lost[0]!.reason).toMatchObject({ code: 'conflict', field: 'number' });
});

test('every change of central profiles, targets and rules is in the audit log of the location; own ones aren’t', async () => {
  const [userId] = people as [string];
  const lunch = await during((transaction) => createProfile(transaction, ada, { locationId }, fields('Lunch')));
  await during((transaction) => changeProfile(transaction, ada, lunch.id, { name: 'Break', note: null }));
  await during((transaction) => deleteProfile(transaction, ada, lunch.id));
  await during((transaction) => createPredefinedTarget(transaction, ada, locationId, { name: 'Desk', number: '0' }));
  await dial({ country: 'AT' });
  const self: Actor = { userId, name: 'Person 1', via: 'session' };
  await during((transaction) => createProfile(transaction, self, { userId }, fields('Mine')));
  await during((transaction) => createProfile(transaction, systemActor, { userId }, fields('Theirs')));
  const entries = await db
    .selectFrom('audit_entry')
    .select(['action', 'subject_kind', 'subject_name', 'before', 'after', 'actor_name'])
    .where('location_id', '=', locationId)
    .orderBy('id')
    .execute();
  expect(entries.map(({ action, subject_kind, subject_name }) => `${action} ${subject_kind} ${subject_name}`)).toEqual([
    'create profile Lunch',
    'change profile Break',
    'delete profile Break',
    'create predefinedTarget Desk',
    `change location Place ${made}`,
    'create profile Theirs',
  ]);
  expect(entries[1]).toMatchObject({ actor_name: 'Ada Admin', before: { name: 'Lunch' }, after: { name: 'Break' } });
  expect(entries[4]).toMatchObject({ before: { country: null }, after: { country: 'AT' } });
});

/** Profiles of locations, groups and users as they are kept and chosen, on a real store. */
import { describe, expect, test } from 'vitest';
import { clearManual } from '../../presence/manual.ts';
import { profilesForUser, profilesInForce, seedBuiltInProfiles } from '../../presence/profiles.queries.ts';
import { presenceOf } from '../../presence/service.ts';
import { type Actor, systemActor } from '../audit.ts';
import { changeGroup, createGroup } from '../groups.ts';
import { createPredefinedTarget } from '../predefined-targets.ts';
import { setGroupFunction, setLocationFunction } from '../settings.ts';
import { changeProfile, createProfile, deleteProfile } from './changes.ts';
import { startAgain } from './copies.ts';

import {
  ada,
  call,
  choose,
  chosenBy,
  db,
  dial,
  during,
  fields,
  groupId,
  keyed,
  locationId,
  made,
  newGroup,
  now,
  people,
  settle,
} from './place.fixture.ts';

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

  test('is either chosen or switched off where both are tried at once', async () => {
    for (let round = 0; round < 5; round++) {
      const lunch = await during((transaction) =>
        createProfile(transaction, ada, { locationId }, fields(`Lunch ${round}`)),
      );
      const tries = [() => off(lunch.id), () => choose(people[0]!, lunch.id)];
      if (round % 2) tries.reverse();
      const [first, second] = await Promise.allSettled(tries.map((attempt) => attempt()));
      expect([first!.status, second!.status].sort()).toEqual(['fulfilled', 'rejected']);
    }
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

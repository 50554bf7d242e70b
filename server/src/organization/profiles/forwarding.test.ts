/** Where profiles forward calls to, through activation on a real store. */
import { describe, expect, test } from 'vitest';
import { loadInputs } from '../../presence/inputs.queries.ts';
import { makePeople } from '../../presence/people.fixture.ts';
import { presenceOf } from '../../presence/service.ts';
import { resolveWishes } from '../../telephony/wishes.ts';
import { deactivateUsers } from '../activity.ts';
import { createGroup } from '../groups.ts';
import { createExtension } from '../phone-systems.ts';
import { changePredefinedTarget, createPredefinedTarget, deletePredefinedTarget } from '../predefined-targets.ts';
import { createProfile } from './changes.ts';
import {
  ada,
  call,
  callsOf,
  db,
  dial,
  during,
  fields,
  forward,
  giveExtension,
  groupId,
  locationId,
  made,
  meet,
  now,
  people,
  settle,
} from './place.fixture.ts';

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
      ...{ extension: numbers[userId]!, slot: 'always' as const },
      forwarding,
      since,
    }));
    const able = { modes: { off: true, all: true, internal: true, external: true, doNotDisturb: true } } as const;
    const resolve = (list: typeof wishes) =>
      resolveWishes(list, new Map(), {
        ...{ ...able, slots: { busy: true, unanswered: true }, voicemail: true, readAll: true, watch: true },
      });
    const resolved = resolve(wishes);
    expect([...resolved.values()].filter(({ refusal }) => refusal?.kind === 'loop')).toHaveLength(1);
    expect(resolve(wishes.toReversed()).get(`${numbers[one]} always`)).toEqual(resolved.get(`${numbers[one]} always`));
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

  test('to numbers that are kept at another location means what they mean there', async () => {
    const [userId, deputy] = people as [string, string];
    await dial({ country: 'AT', outsideLine: '0', areaCode: '1', internalRanges: ['20-29'] });
    await forward({ kind: 'deputy' });
    await meet([userId]);
    const [berlin] = await db
      .insertInto('location')
      .values({ name: `Berlin ${made}`, time_zone: 'UTC', dialling: JSON.stringify({ country: 'DE' }) })
      .returning('id')
      .execute();
    const there = await during((t) => createGroup(t, { name: `There ${made}`, locationId: berlin!.id }, ada));
    await call(deputy, { groupId: there });
    // As from before numbers were brought into one form.
    await db.updateTable('users').set({ mobile_number: '0171 5550100' }).where('id', '=', deputy).execute();
    await call(userId, { deputyId: deputy });
    expect((await callsOf(userId)).target).toBe('000491715550100');
    await db.updateTable('location').set({ dialling: '{}' }).where('id', '=', berlin!.id).execute();
    await call(deputy, { language: 'de' });
    expect(await callsOf(userId)).toEqual({ target: null, problem: 'deputyUnreachable' });

    // The team's 500 is an internal number of Berlin, not one of Vienna.
    const dialling = JSON.stringify({ country: 'DE', internalRanges: ['500-599'] });
    await db.updateTable('location').set({ dialling }).where('id', '=', berlin!.id).execute();
    const team = { location_id: berlin!.id, name: `Team ${made}`, number: '500' };
    const [group] = await db.insertInto('work_group').values(team).returning('id').execute();
    await db.insertInto('work_group_member').values({ work_group_id: group!.id, user_id: userId }).execute();
    await forward({ kind: 'team' });
    expect((await callsOf(userId)).target).toBe('500');
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

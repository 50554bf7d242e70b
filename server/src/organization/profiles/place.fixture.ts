/**
 * What the tests of profiles share: a store, and for each test a place (a location with one group of three people), which
 * the exported variables tell of.
 */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { testContext } from '../../../../test/context.ts';
import { openTestStore } from '../../../../test/store.ts';
import { createActivation } from '../../presence/activation.ts';
import { setManual } from '../../presence/manual.ts';
import { makePeople, putAppointment } from '../../presence/people.fixture.ts';
import { type ForwardingTarget, noProfileForwarding } from '../../presence/presence.ts';
import { profilesInForce, type StoredProfile, seedBuiltInProfiles } from '../../presence/profiles.queries.ts';
import { presenceOf } from '../../presence/service.ts';
import type { Executor } from '../../store/database.ts';
import { diallingRules } from '../../telephony/dialling-rules.ts';
import type { Actor } from '../audit.ts';
import { setDiallingRules } from '../dialling.ts';
import { createExtension } from '../phone-systems.ts';
import { changeUser } from '../users.ts';
import { changeProfile, type ProfileFields } from './changes.ts';

const store = await openTestStore();
export const { db } = store;
afterAll(() => store.close());

export const ada: Actor = { userId: null, name: 'Ada Admin', via: 'session' };
export const now = () => Temporal.Now.instant().round('millisecond');
export const during = <T>(work: (transaction: Executor) => Promise<T>): Promise<T> => db.transaction().execute(work);
const activation = createActivation(testContext(store));

export let made = 0;
export let locationId: string;
export let groupId: string;
export let people: string[];
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

export async function newGroup(name: string): Promise<string> {
  const [row] = await db
    .insertInto('configuration_group')
    .values({ location_id: locationId, name })
    .returning('id')
    .execute();
  return row!.id;
}

/** Works until nothing is due. */
export async function settle(): Promise<void> {
  activation.lookForOutdated();
  while ((await activation.round()) === 0);
}

export const keyed = async (key: string, of = groupId) =>
  (await profilesInForce(db, of)).find((each) => each.key === key)!;
export const fields = (name: string, target: ForwardingTarget | null = null): ProfileFields & { key: null } => ({
  ...{ name, status: 'doNotDisturb', active: true, note: null, key: null },
  forwarding: target ? { ...noProfileForwarding, mode: 'all', target } : noProfileForwarding,
});
export const choose = (userId: string, profileId: string) =>
  during((transaction) => setManual(transaction, userId, { profileId, end: { rule: 'untilChanged' } }, now()));
export const chosenBy = async (userId: string) =>
  (await db.selectFrom('claim').select(['profile_id', 'status']).where('user_id', '=', userId).execute())[0]!;
export async function forward(target: ForwardingTarget): Promise<StoredProfile> {
  const { id } = await keyed('appointment');
  return during((transaction) =>
    changeProfile(transaction, ada, id, { forwarding: { ...noProfileForwarding, mode: 'all', target } }),
  );
}
export const meet = (userIds = people) =>
  putAppointment(db, userIds, { start: now().subtract({ minutes: 5 }), end: now().add({ hours: 2 }) });
export async function callsOf(userId: string): Promise<{ target: string | null; problem: string | undefined }> {
  await settle();
  const [presence] = await presenceOf(db, [userId]);
  return { target: presence!.forwarding.target, problem: presence!.reason.forwardingProblem };
}
export const call = (userId: string, change: Parameters<typeof changeUser>[3]) => changeUser(db, ada, userId, change);
export const giveExtension = (userId: string, number: string) =>
  during((transaction) => createExtension(transaction, ada, { userId, phoneSystemId: phones, number }));
export const dial = (rules: object) =>
  during((transaction) => setDiallingRules(transaction, ada, locationId, diallingRules.parse(rules)));

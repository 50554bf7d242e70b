/** What herds of any size have in common: the company, its meetings, and the floor. */
import { sql } from 'kysely';
import { makeGroup, makePeople, putAppointment } from '../../server/src/presence/people.fixture.ts';
import type { Database } from '../../server/src/store/database.ts';

/** People with an ordinary agenda: eight appointments in a day and a half, beginning after the measurement. */
export async function makeCompany(db: Database, users: number): Promise<string[]> {
  const people = await makePeople(db, await makeGroup(db), users);
  for (let i = 1; i <= 8; i++) {
    const start = Temporal.Now.instant().add({ hours: i * 4 });
    await putAppointment(db, people, { uid: `ordinary ${i}`, start, end: start.add({ minutes: 50 }) });
  }
  await sql`analyze`.execute(db);
  return people;
}

/**
 * Gives everybody the same meetings, one after another.
 * @param firstAfter seconds from now to the first one.
 * @param apart seconds from one herd to the next: a meeting's begin and its end are one each.
 * @returns the instants of the herds.
 */
export function arrangeMeetings(
  db: Database,
  people: readonly string[],
  { meetings, firstAfter, apart }: { meetings: number; firstAfter: number; apart: number },
): Promise<Temporal.Instant[]> {
  return db.transaction().execute(async (transaction) => {
    const first = Temporal.Now.instant().round('second').add({ seconds: firstAfter });
    const boundaries = Array.from({ length: 2 * meetings }, (_, i) => first.add({ seconds: i * apart }));
    for (let i = 0; i < boundaries.length; i += 2)
      await putAppointment(transaction, people, { uid: `herd ${i}`, start: boundaries[i]!, end: boundaries[i + 1]! });
    return boundaries;
  });
}

/** Tables of the same shape, indexes and references, with the same rows; everybody has a state by now. */
export async function makeFloor(db: Database): Promise<void> {
  await sql`create table floor_state (like presence_state including all)`.execute(db);
  await sql`alter table floor_state add foreign key (user_id) references users on delete cascade`.execute(db);
  await sql`create table floor_change (like presence_change including all)`.execute(db);
  await sql`alter table floor_change add foreign key (user_id) references users on delete cascade`.execute(db);
  await sql`insert into floor_state select * from presence_state`.execute(db);
  await sql`create sequence floor_number`.execute(db);
  await sql`analyze`.execute(db);
}

/** One UPDATE with constants and one INSERT of as many changes, in one transaction. @returns milliseconds. */
export async function floor(db: Database, users: number): Promise<number> {
  const ids = (await db.selectFrom('users').select('id').limit(users).execute()).map(({ id }) => id);
  const began = performance.now();
  await db.transaction().execute(async (transaction) => {
    await sql`
      update floor_state set status = 'appointment', since = now(), until = now() + interval '1 hour',
             next_due_at = now() + interval '1 hour' where user_id = any(${ids}::uuid[])`.execute(transaction);
    await sql`
      insert into floor_change (number, user_id, status, reason, since, until, forwarding_mode)
      select nextval('floor_number'), id, 'appointment', '{"origin":"appointment"}', now(), now() + interval '1 hour', 'off'
        from unnest(${ids}::uuid[]) id`.execute(transaction);
  });
  return performance.now() - began;
}

/** @throws Error unless everybody has exactly one change that began then. */
export async function checkChanges(db: Database, herd: Temporal.Instant, users: number): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from presence_change where since = ${herd}`.execute(db);
  if (Number(rows[0]!.count) !== users) throw new Error(`${rows[0]!.count} changes for ${users} users at ${herd}.`);
}

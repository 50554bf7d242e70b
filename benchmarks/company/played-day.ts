/**
 * A day of the company in simulated time: what happens in the source and in the product, in order, each at its time. The
 * database is asked only where something may have changed in it.
 */
import { sql } from 'kysely';
import type { Store } from '../../server/src/store/database.ts';
import { nextDueIn } from '../../server/src/sync/lease.queries.ts';
import { windowAt } from '../../server/src/sync/window.ts';
import type { TurnedClock } from '../turned-clock.ts';
import type { Happenings } from './happenings.ts';
import { change, dealDay, type Person } from './people.ts';

export const day = 86_400_000;
/** Accounts. */
export const readAtOnce = 8;

export interface PlayParts<Account> {
  /** When something happens in the source next, epoch milliseconds. */
  next(): number;
  /** Turns the source's clock, and carries out what happens by then. */
  turnTo(at: number): Promise<void>;
  /** Whether it has told of changes that aren't written down yet. */
  hasTold(): boolean;
  /** Makes the accounts that it told of due. */
  writeTold(): Promise<void>;
  /** Accounts that are due. */
  claim(most: number): Promise<Account[]>;
  read(account: Account): Promise<unknown>;
}

export function playOn<Account>({ db }: Store, clock: TurnedClock, parts: PlayParts<Account>) {
  let reads = 0;
  let dueAt = clock.now();
  /** @returns how many were due, of the first few. */
  async function readDue(): Promise<number> {
    const claimed = await parts.claim(readAtOnce);
    await Promise.all(claimed.map(parts.read));
    reads += claimed.length;
    return claimed.length;
  }
  return {
    /** Of accounts so far. */
    reads: () => reads,
    /** Due times were changed by somebody else. */
    lookNow() {
      dueAt = clock.now();
    },
    /** Everything that happens before `end`. */
    async passUntil(end: number): Promise<void> {
      for (;;) {
        const next = Math.min(parts.next(), dueAt);
        if (next >= end) break;
        await parts.turnTo(next);
        if (!parts.hasTold() && next < dueAt) continue;
        await clock.turnTo(next);
        await parts.writeTold();
        for (let claimed = readAtOnce; next >= dueAt && claimed === readAtOnce; ) claimed = await readDue();
        dueAt = Math.ceil(clock.now() + ((await nextDueIn(db, [])) ?? Number.POSITIVE_INFINITY));
      }
      await parts.turnTo(end);
      await clock.turnTo(end);
    },
  };
}

/** What happened on the day that counts. */
export interface Plan {
  bursts: number;
  changes: number;
  /** Series that a burst touched. */
  touched: Set<string>;
}

/** The day before makes the measured one an ordinary one, with what is left over from the last. */
export function planDays(
  people: readonly Person[],
  measured: Temporal.PlainDate,
  waiting: Happenings,
  dice: () => number,
): Plan {
  const dayBegins = measured.toZonedDateTime('UTC').epochMilliseconds;
  const plan: Plan = { bursts: 0, changes: 0, touched: new Set() };
  for (const begins of [dayBegins - day, dayBegins])
    for (const [index, { mailbox }] of people.entries()) {
      const { changes, bursts } = dealDay(dice);
      const counts = begins === dayBegins;
      if (counts) plan.bursts += bursts;
      if (counts) plan.changes += changes.length;
      for (const { at, burst } of changes)
        waiting.add(begins + at, () => {
          const series = change(mailbox, measured, dice);
          if (series !== null && counts) plan.touched.add(`${index} ${burst} ${series}`);
        });
    }
  return plan;
}

export async function addUsers(
  db: Store['db'],
  groupId: string,
  people: readonly { name: string; address: string }[],
): Promise<{ id: string; email: string }[]> {
  const given = people.map(({ name, address }) => ({ name, address }));
  const { rows } = await sql<{ id: string; email: string }>`
    insert into users (group_id, email, display_name, time_zone)
    select ${groupId}::uuid, address, name, 'Europe/Berlin'
      from json_to_recordset(${JSON.stringify(given)}::json) as row (name text, address text)
    returning id, email`.execute(db);
  return rows;
}

/** Evenly. @param within milliseconds from now on. */
export async function spreadFirstReading(db: Store['db'], size: number, within: number): Promise<void> {
  await sql`
    update account set due_at = now() + (row.place - 1) * make_interval(secs => ${within / 1_000}) / ${size}
      from (select id, row_number() over (order by name) as place from account) row
     where row.id = account.id`.execute(db);
}

/**
 * What was saved in requests must not be missing in agendas.
 * @param now epoch milliseconds. @returns mailboxes that failed, or whose appointments aren't those of the agenda.
 */
export async function countWrong(db: Store['db'], people: readonly Person[], now: number): Promise<number> {
  const { rows } = await sql<{ email: string; status: string; starts: number[] | null }>`
    select users.email, account.status,
           (select json_agg(extract(epoch from starts_at) * 1000 order by starts_at) from appointment
             where appointment.user_id = users.id) as starts
      from users join account on account.user_id = users.id`.execute(db);
  const stored = new Map(rows.map(({ email, status, starts }) => [email, `${status} ${starts?.map(Number)}`]));
  const { from, to } = windowAt(Temporal.Instant.fromEpochMilliseconds(now));
  return people.filter(({ address, mailbox }) => {
    const shown = mailbox.view(mailbox.defaultCalendar.id, from.epochMilliseconds, to.epochMilliseconds);
    return stored.get(address) !== `ok ${shown.map(({ start }) => start)}`;
  }).length;
}

/** From a change in a mailbox until it is in the agenda and in presence, through the whole product in real time. */
import { setTimeout as delay } from 'node:timers/promises';
import { presenceChannel } from '../../server/src/presence/changes.ts';
import { type Office, type Source, until } from './office.ts';

/** A source whose mailboxes change. */
export interface ChangingSource extends Source {
  /** Out of the office from now on. @returns when it was entered, epoch milliseconds. */
  leave(mailbox: { address: string }): Promise<{ at: number }>;
  /** When the mailbox's last notice went out. */
  noticedAt(mailbox: { address: string }): Promise<number>;
}

/** Seconds of each change. */
export interface Followed {
  /** Until its notice went out: simulated. */
  notice: number[];
  /** Until its appointment was stored, and whoever looks at the agenda told. */
  agenda: number[];
  /** Until presence was changed, and whoever follows it told. */
  presence: number[];
}

/** Each in another mailbox. @param rate changes a second. */
export async function followChanges(
  { store, source, users }: Office<ChangingSource>,
  { rate, count }: { rate: number; count: number },
): Promise<Followed> {
  const agenda = new Map<string, number>();
  const presence = new Map<string, number>();
  const first = (seen: Map<string, number>, userId: string, at: number) =>
    void (seen.has(userId) || seen.set(userId, at));
  await store.listen('agenda', (userId) => first(agenda, userId, Date.now()));
  let { number } = await store.db
    .selectFrom('presence_change')
    .select((of) => of.fn.coalesce(of.fn.max('number'), of.lit(0)).as('number'))
    .executeTakeFirstOrThrow();
  await store.listen(presenceChannel, () => void look(Date.now()));
  async function look(at: number): Promise<void> {
    const rows = await store.db
      .selectFrom('presence_change')
      .select(['number', 'user_id'])
      .where('number', '>', number)
      .where('status', '=', 'outOfOffice')
      .execute();
    for (const row of rows) {
      number = Math.max(number, row.number);
      first(presence, row.user_id, at);
    }
  }
  const changed = new Map<string, number>();
  const addresses = [...users.keys()].slice(0, count);
  const began = performance.now();
  for (const [index, address] of addresses.entries()) {
    await delay(Math.max(0, began + (index * 1_000) / rate - performance.now()));
    changed.set(address, (await source.leave({ address })).at);
  }
  const all = addresses.map((address) => users.get(address)!);
  await until(
    async () => all.every((userId) => agenda.has(userId) && presence.has(userId)),
    'all changes are followed',
  );
  const told: Followed = { notice: [], agenda: [], presence: [] };
  for (const [address, at] of changed) {
    const userId = users.get(address)!;
    told.notice.push(((await source.noticedAt({ address })) - at) / 1_000);
    told.agenda.push((agenda.get(userId)! - at) / 1_000);
    told.presence.push((presence.get(userId)! - at) / 1_000);
  }
  return told;
}

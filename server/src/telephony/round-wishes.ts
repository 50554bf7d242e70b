/** What the phones of a round are told: presence's wishes, looked at beside where calls go on to from other phones (rule 9). */
import { slots } from '../presence/presence.ts';
import type { PhoneSystemConnection } from './connector.ts';
import type { RecordRow, RecordStore } from './records.ts';
import { type ResolvedWish, resolveWishes, wishKey } from './wishes.ts';

/** Calls that go on further than this aren't followed. */
const mostHops = 5;

/**
 * In slots that nothing is wanted of, their users' own forwarding counts, wherever ours leads to; and what a phone shows
 * that is left as it is, since nobody looks after it.
 * @param signal for each reading.
 * @returns by wishKey (wishes.ts).
 * @throws ConnectorError when the system can't be read
 */
export async function wishesOf(
  rows: readonly RecordRow[],
  records: Pick<RecordStore, 'knownNumbers'>,
  connection: PhoneSystemConnection,
  signal: () => AbortSignal,
): Promise<Map<string, ResolvedWish>> {
  const wanted = rows.filter((row) => row.wish.mode !== 'off' && !row.held);
  let ours: Set<string> | null = null;
  const byHand = new Map<string, string[]>();
  const goesOn = (number: string, target: string) => byHand.set(number, [...(byHand.get(number) ?? []), target]);
  for (const { record, number, actual } of wanted)
    if (record.phase === 'overridden' && actual?.target) goesOn(number, actual.target);
  const seen = new Set<string>();
  let ask = wanted.flatMap((row) => row.wish.target ?? []);
  for (let hop = 0; hop < mostHops && ask.length > 0; hop++) {
    const numbers = await records.knownNumbers([...new Set(ask)].filter((number) => !seen.has(number)));
    if (numbers.length === 0) break;
    for (const number of numbers) seen.add(number);
    const values = await connection.readAll(numbers, signal());
    ours ??= new Set(wanted.map(keyOfWish));
    ask = [];
    for (const [number, phone] of values)
      for (const slot of slots) {
        const { mode, target } = phone[slot];
        if (mode === 'off' || !target || ours.has(wishKey({ extension: number, slot }))) continue;
        goesOn(number, target);
        ask.push(target);
      }
    // What can't be read is taken for what we left there.
    const unread = new Set(numbers.filter((number) => !values.has(number)));
    for (const { number, wish, held } of rows)
      if (held && wish.target && unread.has(number)) {
        goesOn(number, wish.target);
        ask.push(wish.target);
      }
  }
  const wishes = wanted.map(({ number, slot, wish, wishSince }) => ({
    ...{ extension: number, slot, forwarding: wish, since: wishSince },
  }));
  return resolveWishes(wishes, byHand, connection.capabilities);
}

/** Of a record, among the wishes of its phone system. */
export const keyOfWish = ({ number, slot }: RecordRow): string => wishKey({ extension: number, slot });

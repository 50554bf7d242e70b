/**
 * What a record of a phone says beside whose phone it is. On the hour thousands of phones are in the same situation: it
 * comes from the database as one text, is read once, and what is decided for one holds for all of them (alike.ts).
 */
import { sql } from 'kysely';
import { type ForwardingMode, type Slot, type SlotForwarding, slotOff } from '../presence/presence.ts';
import type { Phase } from './decide.ts';
import type { RecordRow } from './records.ts';

export type Situation = Omit<RecordRow, 'extensionId' | 'userId' | 'number' | 'changeNumber' | 'alike'>;

/** Between the parts; in none of them but the last. What phone systems say comes as JSON, which spells it otherwise. */
export const separator = '\u001f';

/** In the query that loads records (records.queries.ts). The order is that of `unpacked`. */
export const packedSituation = sql`concat(${sql.join(
  [
    sql`r.slot`,
    ...[sql`r.phase`, sql`r.ours`, sql`r.previous`, sql`r.echoes`, sql`to_jsonb(r.boot_id)`, sql`r.phase_since`],
    ...[sql`r.desired`, sql`r.actual`, sql`r.failures`, sql`r.due_at`],
    ...[sql`wish.mode`, sql`wish.target`, sql`wish.held`, sql`coalesce(p.since, now())`],
    sql`r.unplanned and not wish.paused`,
    sql`r.retake and r.phase = 'overridden'`,
    sql`not wish.held and (r.due_at <= now() or (r.released_at is null and
          (r.desired ->> 'mode', r.desired ->> 'target') is distinct from (wish.mode, wish.target)))`,
    ...[sql`coalesce(p.status, 'available')`, sql`p.until`],
    ...[sql`r.error_class`, sql`r.error_message`],
  ],
  sql`, chr(31), `,
)})`;

/** @param packed what is null is empty in it. */
export function unpacked(packed: string): Situation {
  const parts = packed.split(separator);
  let at = 0;
  const text = () => parts[at++]!;
  const textOrNull = () => text() || null;
  const json = <Value>(empty: string): Value => JSON.parse(text() || empty);
  const instant = () => Temporal.Instant.from(text());
  const truth = () => text() === 't';
  const slot = text() as Slot;
  const phase = text() as Phase;
  const record = {
    phase,
    ours: json<SlotForwarding | null>('null'),
    previous: json<SlotForwarding | null>('null'),
    echoes: json<RecordRow['record']['echoes']>('[]'),
    bootId: json<string | null>('null'),
    since: instant(),
  };
  const desired = json<SlotForwarding>('null');
  const actual = json<SlotForwarding | null>('null');
  const failures = Number(text());
  const dueSeen = text();
  const mode = text() as ForwardingMode;
  const target = textOrNull();
  const held = truth();
  const wishSince = instant();
  const unplanned = truth();
  const retake = truth();
  const due = truth();
  const status = text();
  const until = textOrNull();
  const errorClass = textOrNull();
  const message = parts.slice(at).join(separator);
  return {
    slot,
    record: retake ? { ...record, phase: 'intent' } : record,
    loaded: { phase, since: record.since },
    ...{ desired, actual, failures, held, unplanned, retake, due, dueSeen, wishSince },
    error: message === '' ? null : { class: errorClass ?? 'internal', message },
    wish: mode === 'off' ? slotOff : { mode, target },
    context: { status, note: null, until: until === null ? null : Temporal.Instant.from(until) },
  };
}

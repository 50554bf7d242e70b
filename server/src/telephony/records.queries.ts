/** The records of a phone system in the database. Every write renews, and thereby proves, the lease of the system. */
import { sql } from 'kysely';
import { renderNote } from '../presence/note-template.ts';
import { type ForwardingMode, type Slot, type SlotForwarding, type Status, slotOff } from '../presence/presence.ts';
import type { Database, Executor } from '../store/database.ts';
import type { Echo, Phase } from './decide.ts';
import type { RecordRow, RecordStore } from './records.ts';
import { saveRecords } from './saving-records.queries.ts';
import { concerned } from './trust/pauses.sql.ts';
import type { PauseScope } from './trust/pauses.ts';
import { wish } from './wish.queries.ts';

export interface Lease {
  systemId: string;
  processName: string;
  leaseMs: number;
  /** What the system did when its records were loaded: since somebody has switched it, nothing is written. Left out: not asked. */
  mode?: 'active' | 'observe' | 'paused';
  /** Only these phones; left out: all of the system. */
  only?: PauseScope | undefined;
}

/** All times are those of the database's clock. */
export const recordsInDatabase = (db: Database, lease: Lease): RecordStore => ({
  prepare: () => prepareRecords(db, lease.systemId),
  load: () => loadRecords(db, lease),
  save: (updates, after) => saveRecords(db, lease, updates, after === 'written'),
  knownNumbers: (numbers) => knownNumbers(db, lease.systemId, numbers),
});

async function prepareRecords(db: Executor, systemId: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into forwarding_record (extension_id, slot)
    select id, 'always' from extension where phone_system_id = ${systemId}
       and not exists (select from forwarding_record where extension_id = extension.id)
    union all
    select e.id, slot
      from presence_state p join extension e on e.user_id = p.user_id
      cross join lateral unnest(array[case when forwarding_busy is not null then 'busy' end,
                                      case when forwarding_unanswered is not null then 'unanswered' end]) slot
     where e.phone_system_id = ${systemId} and (forwarding_busy is not null or forwarding_unanswered is not null)
       and slot is not null
       and not exists (select from forwarding_record r where r.extension_id = e.id and r.slot = slot.slot)
    on conflict do nothing`.execute(db);
  return Number(numAffectedRows ?? 0) > 0;
}

async function loadRecords(db: Executor, { systemId, only }: Lease): Promise<RecordRow[]> {
  const { rows } = await sql<Row>`
    select r.extension_id, r.slot, e.user_id, e.number, r.phase, r.ours::text, r.previous::text, r.echoes::text, r.boot_id, r.phase_since,
           r.desired::text, r.actual::text, r.failures, r.error_class, r.error_message, r.due_at::text as due_seen,
           wish.mode, wish.target, wish.held, r.unplanned and not wish.paused as unplanned, r.retake and r.phase = 'overridden' as retake, coalesce(p.since, now()) as since, coalesce(p.change_number, 0) as change_number,
           coalesce(p.status, 'available') as status, p.note, p.until,
           case when p.note is not null then jsonb_build_object('name', u.display_name, 'language', u.language, 'timeZone', u.time_zone) end as person,
           not wish.held and (r.due_at <= now() or (r.released_at is null and
             (r.desired->>'mode', r.desired->>'target') is distinct from (wish.mode, wish.target))) as due
      from forwarding_record r
      join extension e on e.id = r.extension_id
      join phone_system s on s.id = e.phone_system_id
      join users u on u.id = e.user_id
      join configuration_group g on g.id = u.group_id
      left join presence_state p on p.user_id = e.user_id
      cross join ${wish}
     where e.phone_system_id = ${systemId} ${only ? sql`and ${concerned(only)}` : sql``}
       -- What the last line says too, without a look at pauses: most phones have nothing to be looked at.
       and (r.due_at <= now() or r.phase <> 'idle' or p.forwarding_mode <> 'off' or p.forwarding_busy is not null
            or p.forwarding_unanswered is not null)
       and (r.due_at <= now() or r.phase <> 'idle' or wish.mode <> 'off')`.execute(db);
  const read = reader();
  return rows.map((row) => ({
    extensionId: row.extension_id,
    slot: row.slot,
    userId: row.user_id,
    number: row.number,
    record: {
      phase: row.retake ? 'intent' : row.phase,
      ours: read(row.ours),
      previous: read(row.previous),
      echoes: read(row.echoes),
      bootId: row.boot_id,
      since: row.phase_since,
    },
    loaded: { phase: row.phase, since: row.phase_since },
    desired: read(row.desired),
    actual: read(row.actual),
    failures: row.failures,
    error: row.error_message === null ? null : { class: row.error_class ?? 'internal', message: row.error_message },
    due: row.due,
    held: row.held,
    unplanned: row.unplanned,
    retake: row.retake,
    dueSeen: row.due_seen,
    wish: row.mode === 'off' ? slotOff : { mode: row.mode, target: row.target },
    wishSince: row.since,
    changeNumber: row.change_number,
    context: { status: row.status, note: toldNote(row), until: row.until },
  }));
}

/** Phones show a note to whoever calls: in the language and zone of the user whose phone it is. */
function toldNote({ note, status, since, until, person }: Row): string | null {
  if (note === null || person === null) return null;
  try {
    return renderNote(note, { status, since, until, name: person.name }, person, Temporal.Now.instant());
  } catch {
    return note; // a zone that nobody knows must not keep the other phones waiting
  }
}

/** Text, or null for what may be null. */
type Json<Value> = (null extends Value ? string | null : string) & { readonly means?: Value };

/** Reads each text once: thousands of phones have few values between them. They are shared, and nobody changes them. */
function reader(): <Value>(text: Json<Value>) => Value {
  const values = new Map<string, unknown>();
  return <Value>(text: Json<Value>) => {
    if (text === null) return null as Value;
    if (!values.has(text)) values.set(text, JSON.parse(text));
    return values.get(text) as Value;
  };
}

interface Row {
  /** Where there is a note. */
  person: { name: string; language: 'en' | 'de'; timeZone: string } | null;
  extension_id: string;
  slot: Slot;
  user_id: string;
  number: string;
  phase: Phase;
  ours: Json<SlotForwarding | null>;
  previous: Json<SlotForwarding | null>;
  echoes: Json<Echo[]>;
  boot_id: string | null;
  phase_since: Temporal.Instant;
  desired: Json<SlotForwarding>;
  actual: Json<SlotForwarding | null>;
  failures: number;
  error_class: string | null;
  error_message: string | null;
  due_seen: string;
  mode: ForwardingMode;
  target: string | null;
  since: Temporal.Instant;
  change_number: number;
  status: Status;
  note: string | null;
  until: Temporal.Instant | null;
  due: boolean;
  held: boolean;
  unplanned: boolean;
  retake: boolean;
}

async function knownNumbers(db: Executor, systemId: string, numbers: readonly string[]): Promise<string[]> {
  if (numbers.length === 0) return [];
  const { rows } = await sql<{ number: string }>`
    select number from extension where phone_system_id = ${systemId} and number = any(${numbers as string[]}::text[])`.execute(
    db,
  );
  return rows.map((row) => row.number);
}

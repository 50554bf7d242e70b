/** The records of a phone system in the database. Every write renews, and thereby proves, the lease of the system. */
import { sql } from 'kysely';
import { renderNote } from '../presence/note-template.ts';
import type { Status } from '../presence/presence.ts';
import type { Database, Executor } from '../store/database.ts';
import type { RecordRow, RecordStore } from './records.ts';
import { saveRecords } from './saving-records.queries.ts';
import { packedSituation, type Situation, separator, unpacked } from './situations.queries.ts';
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
    select r.extension_id as "extensionId", e.user_id as "userId", e.number, coalesce(p.change_number, 0) as "changeNumber",
           ${packedSituation} as situation, p.note,
           case when p.note is not null then jsonb_build_object('name', u.display_name, 'language', u.language, 'timeZone', u.time_zone) end as person
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
  const situations = new Map<string, Situation>();
  return rows.map(({ extensionId, userId, number, changeNumber, ...row }) => {
    const plain = known(situations, row.situation, () => unpacked(row.situation));
    const note = toldNote(row, plain);
    const situation =
      note === null
        ? plain
        : known(situations, `${row.situation}${separator}${note}`, () => ({
            ...plain,
            context: { ...plain.context, note },
          }));
    return { ...situation, extensionId, userId, number, changeNumber, alike: situation };
  });
}

interface Row {
  extensionId: string;
  userId: string;
  number: string;
  changeNumber: number;
  situation: string;
  note: string | null;
  /** Where there is a note. */
  person: { name: string; language: 'en' | 'de'; timeZone: string } | null;
}

/** Phones show a note to whoever calls: in the language and zone of the user whose phone it is. */
function toldNote({ note, person }: Pick<Row, 'note' | 'person'>, { context, wishSince }: Situation): string | null {
  if (note === null || person === null) return null;
  const { status, until } = context;
  try {
    return renderNote(
      note,
      { status: status as Status, since: wishSince, until, name: person.name },
      person,
      Temporal.Now.instant(),
    );
  } catch {
    return note; // a zone that nobody knows must not keep the other phones waiting
  }
}

function known<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}

async function knownNumbers(db: Executor, systemId: string, numbers: readonly string[]): Promise<string[]> {
  if (numbers.length === 0) return [];
  const { rows } = await sql<{ number: string }>`
    select number from extension where phone_system_id = ${systemId} and number = any(${numbers as string[]}::text[])`.execute(
    db,
  );
  return rows.map((row) => row.number);
}

/** What a round found out, made durable: a thousand records cost about what one does. */
import { type RawBuilder, sql } from 'kysely';
import type { Database, Executor } from '../store/database.ts';
import { sameForwarding } from './decide.ts';
import { forwardingLogChannel } from './reconciler.queries.ts';
import type { Lease } from './records.queries.ts';
import { keyOf, LeaseLost, type RecordUpdate } from './records.ts';
import { personGivesBack } from './trust/pauses.sql.ts';

/** On phone_system: it does what it did when its records were loaded, and isn't paused and left as it is. */
const unswitched = ({ mode }: Lease) =>
  sql`${mode ? sql`mode = ${mode}` : sql`true`} and (mode <> 'paused' or (paused_reason ->> 'giveBack')::boolean)`;

/**
 * The few phones of a system that are given back, or left as they are, because of their users or groups (trust/pauses.sql.ts):
 * found from the few whom that concerns, rather than by asking for the user and the group of each of thousands of records.
 */
const exempt = (systemId: string) => sql`
  select e.id, not u.active or ${personGivesBack} as given_back
    from (select id from users where not active union
          select id from users where forwarding_pause is not null union
          select member.id from configuration_group paused join users member on member.group_id = paused.id
           where paused.forwarding_pause is not null) as concerned
    join users u on u.id = concerned.id
    join configuration_group g on g.id = u.group_id
    join extension e on e.user_id = u.id
   where e.phone_system_id = ${systemId}::uuid`;

/** @returns the keys of those that were written. @throws LeaseLost see RecordStore.save */
export async function saveRecords(
  db: Database,
  lease: Lease,
  updates: readonly RecordUpdate[],
  afterWriting: boolean,
): Promise<Set<string>> {
  const leftOut = await db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ givenBack: boolean }>`
      update phone_system set leased_until = now() + make_interval(secs => ${lease.leaseMs / 1000})
       where id = ${lease.systemId} and leased_by = ${lease.processName} and leased_until > now()
         ${afterWriting ? sql`` : sql`and ${unswitched(lease)}`}
      returning coalesce((paused_reason ->> 'giveBack')::boolean, false) as "givenBack"`.execute(transaction);
    if (rows.length === 0)
      throw new LeaseLost('Another process has taken over this phone system, or somebody has switched it.');
    if (updates.length === 0) return new Set<number>();
    // Released or paused since it was loaded: what is given back takes no wish in, what is left so isn't touched.
    const stillMeant = sql`
      (n.loaded_phase is null or (r.phase, r.phase_since) = (n.loaded_phase, n.loaded_since))
      and case when r.released_at is not null or ${rows[0]!.givenBack} or exempt.given_back
               then n.desired ->> 'mode' = 'off' else exempt.id is null end`;
    return write(transaction, lease.systemId, updates, afterWriting ? sql`true` : stillMeant);
  });
  return new Set(updates.filter((_, place) => !leftOut.has(place)).map(({ row }) => keyOf(row)));
}

/** @returns the places of those that were left out. */
async function write(
  transaction: Executor,
  systemId: string,
  updates: readonly RecordUpdate[],
  stillMeant: RawBuilder<unknown>,
): Promise<Set<number>> {
  const ids = updates.map(({ row }) => row.extensionId);
  const slots = updates.map(({ row }) => row.slot);
  // In the order in which activation makes them due (presence/activation.queries.ts): else each may wait for the other.
  await sql`
    select 1 from forwarding_record
     where (extension_id, slot) in (select * from unnest(${ids}::uuid[], ${slots}::text[]))
     order by extension_id, slot for no key update`.execute(transaction);

  const contents = distinct(updates.map(contentOf));
  const logged = updates.flatMap((update, at) => (update.log ? [{ place: at + 1, ...update, log: update.log }] : []));
  const entries = distinct(logged.map(entryOf));
  const { rows } = await sql<{ leftOut: number[] }>`
    with content as materialized (
      select content.*, place
        from unnest(${contents.texts}::text[]) with ordinality as given(text, place),
             jsonb_to_record(text::jsonb) as content(desired jsonb, phase text, ours jsonb, previous jsonb, echoes jsonb,
               boot_id text, phase_since timestamptz, actual jsonb, failures integer, error_class text, error_message text,
               loaded_phase text, loaded_since timestamptz, due_seen text, due_in float8, unplanned boolean, retaken boolean)
    ), given as materialized (
      select * from unnest(${ids}::uuid[], ${slots}::text[], ${contents.places}::integer[],
                           ${updates.map(({ row }) => row.changeNumber)}::bigint[])
        with ordinality as given(id, slot, content, desired_number, place)
    ), log as materialized (
      select log.*, place
        from unnest(${entries.texts}::text[]) with ordinality as given(text, place),
             jsonb_to_record(text::jsonb) as log(event text, detail jsonb)
    ), exempt as materialized (${exempt(systemId)}
    ), saved as (
      update forwarding_record r
         set desired = n.desired, desired_number = given.desired_number, phase = n.phase, ours = nullif(n.ours, 'null'),
             previous = nullif(n.previous, 'null'), echoes = n.echoes, boot_id = n.boot_id,
             phase_since = n.phase_since, actual = nullif(n.actual, 'null'), actual_at = now(),
             failures = n.failures, error_class = n.error_class, error_message = n.error_message, updated_at = now(),
             retake = r.retake and not n.retaken,
             unplanned_at = case when n.unplanned then now() else r.unplanned_at end,
             -- Who set due_at while we worked has news: theirs stays.
             due_at = case when n.due_in is null then least(r.due_at, now())
                           when r.due_at::text = n.due_seen then now() + make_interval(secs => n.due_in)
                           else r.due_at end
        from given
        -- "left", although there is one for each: so the database expects as many rows as are given.
        left join content n on n.place = given.content
        left join exempt on exempt.id = given.id
       where r.extension_id = given.id and r.slot = given.slot and ${stillMeant}
      returning given.place
    ), told as (
      insert into forwarding_log (extension_id, user_id, event, detail)
      select entry.extension_id, entry.user_id, log.event, log.detail || jsonb_build_object('extension', entry.number)
        from unnest(${logged.map(({ place }) => place)}::bigint[], ${entries.places}::integer[],
                    ${logged.map(({ row }) => row.extensionId)}::uuid[], ${logged.map(({ row }) => row.userId)}::uuid[],
                    ${logged.map(({ row }) => row.number)}::text[]) as entry(place, log, extension_id, user_id, number)
        join saved using (place) join log on log.place = entry.log
      returning user_id
    )
    select (select count(pg_notify(${forwardingLogChannel}, user_id::text)) from (select distinct user_id from told) as told),
           array(select place::integer from given where not exists (select from saved where saved.place = given.place)) as "leftOut"`.execute(
    transaction,
  );
  return new Set(rows[0]!.leftOut.map((place) => place - 1));
}

/** What many records have in common when an appointment of a whole company begins is sent and read once. */
function distinct(values: readonly object[]): { texts: string[]; places: number[] } {
  const placeOf = new Map<string, number>();
  const places = values.map((value) => {
    const text = JSON.stringify(value);
    const place = placeOf.get(text) ?? placeOf.size + 1;
    placeOf.set(text, place);
    return place;
  });
  return { texts: [...placeOf.keys()], places };
}

const contentOf = ({ row, record, actual, failures, error, dueInMs }: RecordUpdate) => ({
  desired: row.wish,
  phase: record.phase,
  ours: record.ours,
  previous: record.previous,
  echoes: record.echoes,
  boot_id: record.bootId,
  phase_since: record.since,
  loaded_phase: row.loaded?.phase ?? null,
  loaded_since: row.loaded?.since ?? null,
  due_seen: row.dueSeen,
  actual,
  failures,
  error_class: error?.class ?? null,
  error_message: error?.message ?? null,
  unplanned: row.unplanned === true && !sameForwarding(row.desired, row.wish),
  retaken: row.retake === true,
  due_in: dueInMs === null ? null : dueInMs / 1000,
});

/** Without what tells the phones apart, which is added again where it is written. */
function entryOf({ log }: { log: NonNullable<RecordUpdate['log']> }) {
  const { extension: _number, ...detail } = log.detail;
  return { event: log.event, detail };
}

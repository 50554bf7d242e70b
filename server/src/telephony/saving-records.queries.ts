/** What a round found out, made durable: a thousand records cost about what one does. */
import { type RawBuilder, sql } from 'kysely';
import type { Database, Executor } from '../store/database.ts';
import { onceFor } from './alike.ts';
import { sameForwarding } from './decide.ts';
import { proveLease } from './proving-lease.queries.ts';
import { forwardingLogChannel } from './reconciler.queries.ts';
import type { Lease } from './records.queries.ts';
import { keyOf, type RecordUpdate } from './records.ts';
import { personGivesBack } from './trust/pauses.sql.ts';

/**
 * The few phones of a system that are given back, or left as they are, because of their users or groups (trust/pauses.sql.ts):
 * found from the few whom that concerns, rather than by asking for the user and the group of each of thousands of records.
 */
const exempt = (systemId: string) => sql`
  select member.*
    from (select id from users where not active union
          select id from users where forwarding_pause is not null union
          select member.id from configuration_group paused join users member on member.group_id = paused.id
           where paused.forwarding_pause is not null) as concerned
   cross join lateral (
     select e.id, not u.active or ${personGivesBack} as given_back
       from users u join configuration_group g on g.id = u.group_id join extension e on e.user_id = u.id
      where u.id = concerned.id and e.phone_system_id = ${systemId}::uuid offset 0) as member`;

/** @returns the keys of those that were written. @throws LeaseLost see RecordStore.save */
export async function saveRecords(
  db: Database,
  lease: Lease,
  updates: readonly RecordUpdate[],
  afterWriting: boolean,
): Promise<Set<string>> {
  const saved = await db.transaction().execute(async (transaction) => {
    const { givenBack } = await proveLease(transaction, lease, afterWriting);
    if (updates.length === 0) return [];
    // Released or paused since it was loaded: what is given back takes no wish in, what is left so isn't touched.
    const stillMeant = sql`
      (n.loaded_phase is null or (r.phase, r.phase_since) = (n.loaded_phase, n.loaded_since))
      and case when r.released_at is not null or ${givenBack} or r.extension_id in (select id from exempt where given_back)
               then n.desired ->> 'mode' = 'off' else r.extension_id not in (select id from exempt) end`;
    return write(transaction, lease.systemId, await hold(transaction, updates), afterWriting ? null : stillMeant);
  });
  return new Set(saved.map(({ row }) => keyOf(row)));
}

/** Records that nobody else can change, or move, until the transaction ends. */
interface Held {
  updates: RecordUpdate[];
  /** Where each of them lies, as PostgreSQL writes an array of tid. */
  spots: string;
}

/** In the order in which activation makes them due (presence/activation.queries.ts): else each may wait for the other. */
async function hold(transaction: Executor, updates: readonly RecordUpdate[]): Promise<Held> {
  const { rows } = await sql<{ spots: string | null; places: string | null }>`
    select array_agg(ctid)::text as spots, array_agg(place)::text as places
      from (select r.ctid, place
              from unnest(${plainArray(updates.map(({ row }) => row.extensionId))}::uuid[],
                          ${plainArray(updates.map(({ row }) => row.slot))}::text[]) with ordinality as given(id, slot, place)
              join forwarding_record r on r.extension_id = given.id and r.slot = given.slot
             order by r.extension_id, r.slot for no key update of r) as held`.execute(transaction);
  const { spots, places } = rows[0]!;
  if (spots === null || places === null) return { updates: [], spots: '{}' };
  return {
    updates: places
      .slice(1, -1)
      .split(',')
      .map((place) => updates[Number(place) - 1]!),
    spots,
  };
}

/**
 * @param stillMeant which of them; null: all, because they were written to.
 * @returns those that were written.
 */
async function write(
  transaction: Executor,
  systemId: string,
  { updates, spots }: Held,
  stillMeant: RawBuilder<unknown> | null,
): Promise<RecordUpdate[]> {
  const contents = distinct(updates, (update) => contentOf(update, stillMeant === null));
  const entries = distinct(updates, ({ log }) => log);
  const told = entries.texts.length > 0 ? updates : [];
  const { rows } = await sql<{ leftOut: number[] }>`
    with content as materialized (
      select content.*, place
        from unnest(${contents.texts}::text[]) with ordinality as given(text, place),
             jsonb_to_record(text::jsonb) as content(desired jsonb, phase text, ours jsonb, previous jsonb, echoes jsonb,
               boot_id text, phase_since timestamptz, actual jsonb, failures integer, error_class text, error_message text,
               loaded_phase text, loaded_since timestamptz, due_seen timestamptz, due_in float8, unplanned boolean, retaken boolean)
    ), log as materialized (
      select log.*, place
        from unnest(${entries.texts}::text[]) with ordinality as given(text, place),
             jsonb_to_record(text::jsonb) as log(event text, detail jsonb)
    ), given as materialized (
      select * from unnest(${spots}::tid[], ${plainArray(contents.places)}::integer[],
                           ${plainArray(updates.map(({ row }) => row.changeNumber))}::bigint[],
                           ${plainArray(told.length > 0 ? entries.places : [])}::integer[],
                           ${plainArray(told.map(({ row }) => row.userId))}::uuid[], ${told.map(({ row }) => row.number)}::text[])
        with ordinality as given(spot, content, desired_number, log, user_id, number, place)
    ), exempt as materialized (${exempt(systemId)}
    ), saved as (
      update forwarding_record r
         set desired = n.desired, desired_number = given.desired_number, phase = n.phase, ours = nullif(n.ours, 'null'),
             previous = nullif(n.previous, 'null'), echoes = n.echoes, boot_id = n.boot_id,
             phase_since = n.phase_since, actual = nullif(n.actual, 'null'), actual_at = now(),
             failures = n.failures, error_class = n.error_class, error_message = n.error_message, updated_at = now(),
             -- Asked for of this change by hand: it doesn't count for the next one.
             retake = r.retake and not n.retaken and n.phase = 'overridden',
             unplanned_at = case when n.unplanned then now() else r.unplanned_at end,
             -- Who set due_at while we worked has news: theirs stays.
             due_at = case when n.due_in is null then least(r.due_at, now())
                           when r.due_at = n.due_seen then now() + make_interval(secs => n.due_in)
                           else r.due_at end
        from given
        -- "left", although there is one for each: so the database expects as many rows as are given.
        left join content n on n.place = given.content
       -- The first says nothing new, but how few of the table these are.
       where r.ctid = any(${spots}::tid[]) and r.ctid = given.spot and ${stillMeant ?? sql`true`}
      returning r.extension_id, given.*
    ), told as (
      insert into forwarding_log (extension_id, user_id, number, event, detail)
      select saved.extension_id, saved.user_id, saved.number, log.event, log.detail
        from saved join log on log.place = saved.log
      returning id
    )
    select (select pg_notify(${forwardingLogChannel}, '') from told limit 1),
           case when (select count(*) from saved) = ${updates.length} then '{}'
                else array(select place::integer from given where place not in (select place from saved)) end as "leftOut"`.execute(
    transaction,
  );
  const leftOut = new Set(rows[0]!.leftOut);
  return leftOut.size === 0 ? updates : updates.filter((_, at) => !leftOut.has(at + 1));
}

/** As PostgreSQL reads it: of numbers, ids and words, which need no quotation marks. */
const plainArray = (values: readonly (string | number)[]) => `{${values.join(',')}}`;

/**
 * What many records have in common when an appointment of a whole company begins is written, sent and read once.
 * @returns the place in `texts` of each, counted from 1; 0 where there is nothing.
 */
function distinct(
  updates: readonly RecordUpdate[],
  contentOf: (update: RecordUpdate) => object | null,
): { texts: string[]; places: number[] } {
  const placeOf = new Map<string, number>();
  const once = onceFor<number>();
  const places = updates.map((update) =>
    once([update.alike ?? update], () => {
      const content = contentOf(update);
      if (content === null) return 0;
      const text = JSON.stringify(content);
      const place = placeOf.get(text) ?? placeOf.size + 1;
      placeOf.set(text, place);
      return place;
    }),
  );
  return { texts: [...placeOf.keys()], places };
}

const contentOf = ({ row, record, actual, failures, error, dueInMs }: RecordUpdate, written: boolean) => ({
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
  unplanned: !written && row.unplanned === true && !sameForwarding(row.desired, row.wish),
  retaken: row.retake === true,
  due_in: dueInMs === null ? null : dueInMs / 1000,
});

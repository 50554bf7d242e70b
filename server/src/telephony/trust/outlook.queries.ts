/**
 * What a phone system would do at each phone, were it switched on or resumed this second: what is set there, what would
 * be set and why. From records and presence alone: nothing here asks a phone.
 */
import { sql } from 'kysely';
import type { Reason, Slot, SlotForwarding, Status } from '../../presence/presence.ts';
import type { Executor } from '../../store/database.ts';

/** One slot of one phone. */
export interface OutlookLine {
  extensionId: string;
  extension: string;
  slot: Slot;
  user: { id: string; displayName: string };
  /** As last read from the phone; null: not read yet. */
  actual: SlotForwarding | null;
  actualAt: Temporal.Instant | null;
  wanted: SlotForwarding;
  /** Whether something else would be set than is set there now. */
  changes: boolean;
  /** Whether what is set there is ours. */
  ours: boolean;
  /** Why it can't be set, or not be read. */
  problem: string | null;
  status: Status;
  until: Temporal.Instant | null;
  origin: Reason['origin'];
}

export interface OutlookSummary {
  /** That belong to users. */
  phones: number;
  /** Phones that would be forwarded. */
  forwarded: number;
  /** Phones at which something would change. */
  changes: number;
  /** Phones that still have something of ours. */
  inForce: number;
  /** Why phones can't be given what is wanted, and how many. */
  problems: { reason: string; phones: number }[];
}

/**
 * A slot whose own forwarding stays: nothing is wanted of it and nothing of ours is there. Where nothing is wanted of
 * what holds something of ours, its previous value is what it gets back.
 */
const lines = (systemId: string) => sql`
  select e.id as extension_id, e.number, coalesce(r.slot, 'always') as slot, u.id as user_id, u.display_name,
         r.actual, r.actual_at, wanted.value as wanted, r.phase <> 'idle' as ours,
         coalesce(r.error_message, case when r.actual is null then s.error_message end) as problem,
         r.error_class = 'refused' as refused,
         coalesce(p.status, 'available') as status, p.until, coalesce(p.reason ->> 'origin', 'default') as origin,
         case when r.phase in ('idle', 'overridden') and wanted.value ->> 'mode' = 'off' or r.error_class = 'refused' then false
              when wanted.value ->> 'mode' = 'off' then r.actual is distinct from r.previous
              -- Applied may be spelled otherwise there (decide.ts).
              when r.phase in ('overridden', 'applied') and r.ours = wanted.value then false
              else r.actual is distinct from wanted.value end as changes
    from extension e
    join users u on u.id = e.user_id
    join phone_system s on s.id = e.phone_system_id
    left join forwarding_record r on r.extension_id = e.id
    left join presence_state p on p.user_id = u.id
   cross join lateral (
     select case when not u.active or r.released_at is not null then null
                 when coalesce(r.slot, 'always') = 'always' then p.forwarding_mode
                 when r.slot = 'busy' and p.forwarding_busy is not null then 'all'
                 when r.slot = 'unanswered' and p.forwarding_unanswered is not null then 'all' end as mode,
            case coalesce(r.slot, 'always') when 'always' then p.forwarding_target
                 when 'busy' then p.forwarding_busy else p.forwarding_unanswered end as target) as now_wanted
   cross join lateral (
     select case when coalesce(now_wanted.mode, 'off') = 'off' then '{"mode":"off","target":null}'::jsonb
                 else jsonb_build_object('mode', now_wanted.mode, 'target', now_wanted.target) end as value) as wanted
   where e.phone_system_id = ${systemId}::uuid`;

export async function outlookSummary(executor: Executor, systemId: string): Promise<OutlookSummary> {
  const { rows } = await sql<Omit<OutlookSummary, 'problems'>>`
    with line as (${lines(systemId)})
    select count(distinct extension_id) as phones,
           count(distinct extension_id) filter (where wanted ->> 'mode' <> 'off' and not coalesce(refused, false)) as forwarded,
           count(distinct extension_id) filter (where changes) as changes,
           count(distinct extension_id) filter (where ours) as "inForce"
      from line`.execute(executor);
  const problems = await sql<{ reason: string; phones: number }>`
    with line as (${lines(systemId)})
    select problem as reason, count(distinct extension_id) as phones from line
     where problem is not null and (wanted ->> 'mode' <> 'off' or ours)
     group by problem order by count(*) desc, problem limit 10`.execute(executor);
  return { ...rows[0]!, problems: problems.rows };
}

export interface OutlookPage {
  /** Only those at which something would change. */
  changing: boolean;
  /** Begins of words of a user's name, or of the extension. */
  search: string;
  /** How many lines come before. */
  offset: number;
  limit: number;
}

/** Those at which something would change first, then by extension. @returns one line more than asked for when there are more. */
export async function outlookLines(
  executor: Executor,
  systemId: string,
  { changing, search, offset, limit }: OutlookPage,
): Promise<OutlookLine[]> {
  const found = search
    ? sql`(number like ${`${escaped(search)}%`} or display_name ilike ${`%${escaped(search)}%`})`
    : sql`true`;
  const { rows } = await sql<Line>`
    with line as (${lines(systemId)})
    select * from line
     where ${found} and (changes or not ${changing}::boolean)
     order by changes desc, wanted ->> 'mode' = 'off', number, slot offset ${offset} limit ${limit + 1}`.execute(
    executor,
  );
  return rows.map((row) => ({
    extensionId: row.extension_id,
    extension: row.number,
    slot: row.slot,
    user: { id: row.user_id, displayName: row.display_name },
    actual: row.actual,
    actualAt: row.actual_at,
    wanted: row.wanted,
    changes: row.changes,
    ours: row.ours ?? false,
    problem: row.problem,
    status: row.status,
    until: row.until,
    origin: row.origin,
  }));
}

interface Line {
  extension_id: string;
  number: string;
  slot: Slot;
  user_id: string;
  display_name: string;
  actual: SlotForwarding | null;
  actual_at: Temporal.Instant | null;
  wanted: SlotForwarding;
  changes: boolean;
  ours: boolean | null;
  problem: string | null;
  status: Status;
  until: Temporal.Instant | null;
  origin: Reason['origin'];
}

const escaped = (text: string) => text.replace(/[\\%_]/g, '\\$&');

/** What was noted of its phones, the newest first. @param before an entry's id, for the page after it. */
export async function outlookLog(
  executor: Executor,
  systemId: string,
  { before, limit }: { before: number | undefined; limit: number },
) {
  let query = executor
    .selectFrom('forwarding_log as log')
    .innerJoin('extension', (join) =>
      join.onRef('extension.id', '=', 'log.extension_id').onRef('extension.user_id', '=', 'log.user_id'),
    )
    .innerJoin('users', 'users.id', 'log.user_id')
    .select(['log.id', 'log.at', 'log.event', 'log.detail', 'extension.number as extension'])
    .select(['users.id as userId', 'users.display_name as displayName'])
    .where('extension.phone_system_id', '=', systemId);
  if (before !== undefined) query = query.where('log.id', '<', before);
  const rows = await query.orderBy('log.id', 'desc').limit(limit).execute();
  return rows.map(({ userId, displayName, detail, ...entry }) => ({
    ...entry,
    detail: (detail ?? {}) as Record<string, unknown>,
    user: { id: userId, displayName },
  }));
}

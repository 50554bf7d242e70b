/** What is wanted of the records of phones, in SQL. */
import { sql } from 'kysely';
import { givesBack, leavesAsItIs } from './trust/pauses.sql.ts';

/**
 * In a query on forwarding_record r, its extension e, its user u with their group g, its phone_system s, and their
 * presence_state p (which may be missing): what is wanted of the record now, as `wish.mode` and `wish.target`: what presence
 * wants, or nothing where forwarding is paused and given back. `wish.held`: it is paused and left as it is, so that what is
 * ours there stays wanted. `wish.paused`: it is paused and given back. Without a table of its own, so that it is
 * worked out as part of the query instead of once more for each record.
 */
export const wish = sql`
  lateral (
    select held, paused,
           case when to_off then 'off' when held then coalesce(r.ours ->> 'mode', 'off')
                when r.slot = 'always' then coalesce(p.forwarding_mode, 'off')
                when other is null then 'off' else 'all' end as mode,
           case when to_off then null when held then r.ours ->> 'target'
                when r.slot = 'always' then p.forwarding_target else other end as target
      from (select r.released_at is not null or not u.active or ${givesBack} as to_off,
                   ${givesBack} as paused,
                   r.released_at is null and u.active and ${leavesAsItIs} as held,
                   case r.slot when 'busy' then p.forwarding_busy when 'unanswered' then p.forwarding_unanswered end as other
           ) as now_wanted) as wish`;

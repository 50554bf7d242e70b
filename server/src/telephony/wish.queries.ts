/** What presence wants of the records of phones, in SQL. */
import { sql } from 'kysely';

/**
 * In a query on forwarding_record r, its users u and their presence_state p (which may be missing): what presence wants of
 * the record now, as `wish.mode` and `wish.target`.
 */
export const wish = sql`
  lateral (
    select case when to_off then 'off' when r.slot = 'always' then coalesce(p.forwarding_mode, 'off')
                when other is null then 'off' else 'all' end as mode,
           case when to_off then null when r.slot = 'always' then p.forwarding_target else other end as target
      from (select r.released_at is not null or not u.active as to_off,
                   case r.slot when 'busy' then p.forwarding_busy when 'unanswered' then p.forwarding_unanswered end as other
           ) as now_wanted) as wish`;

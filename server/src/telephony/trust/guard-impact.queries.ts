/** Whether a change of settings may trip the guard of a phone system: told before it is saved. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import { trips } from './guard.ts';

/**
 * Whose presence rests on nothing now has no forwarding to change: settings and profiles touch at most the others.
 * @returns at how many phones, at most, forwarding may change at once on phone systems that would then pause themselves.
 */
export async function phonesThatMayTrip(executor: Executor, groupIds: readonly string[]): Promise<number> {
  const { rows } = await sql<{ share: number; phones: number; pending: number }>`
    select s.guard_share as share, count(*) as phones,
           count(*) filter (where u.group_id = any(${[...groupIds]}::uuid[]) and p.reason ->> 'origin' <> 'default') as pending
      from phone_system s
      join extension e on e.phone_system_id = s.id
      join users u on u.id = e.user_id
      left join presence_state p on p.user_id = u.id
     where s.mode = 'active'
     group by s.id`.execute(executor);
  return rows.filter((row) => trips({ ...row, recent: 0 })).reduce((sum, { pending }) => sum + pending, 0);
}

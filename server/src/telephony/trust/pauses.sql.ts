/** Pauses as conditions in SQL. */
import { type RawBuilder, sql } from 'kysely';
import type { PauseScope } from './pauses.ts';

/** Whether a pause of the user or the group gives back; on `users u` and `configuration_group g`. */
export const personGivesBack = sql`(coalesce((g.forwarding_pause ->> 'giveBack')::boolean, false)
  or coalesce((u.forwarding_pause ->> 'giveBack')::boolean, false))`;
/** Whether something paused gives the phone back; on `phone_system s` too. */
export const givesBack = sql`(coalesce((s.paused_reason ->> 'giveBack')::boolean, false) or ${personGivesBack})`;
/** Whether the phone is left as it is, whatever presence wants. A phone system that is left so isn't worked on at all. */
export const leavesAsItIs = sql`((u.forwarding_pause is not null or g.forwarding_pause is not null) and not ${givesBack})`;

/** The phones concerned; on `extension e` and `users u`. */
export function concerned(scope: PauseScope): RawBuilder<unknown> {
  if (scope.kind === 'user') return sql`u.id = ${scope.id}::uuid`;
  if (scope.kind === 'group') return sql`u.group_id = ${scope.id}::uuid`;
  if (scope.kind === 'phoneSystem') return sql`e.phone_system_id = ${scope.id}::uuid`;
  return sql`true`;
}

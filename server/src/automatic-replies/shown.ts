/** Automatic replies as the mailbox's owner and administrators see them. */
import { sql } from 'kysely';
import type { ErrorClass } from '../calendars/connector.ts';
import type { Executor } from '../store/database.ts';
import { type RepliesPhase, repliesPhases } from './decide.ts';

/**
 * on: ours answer. setting, takingBack: that is under way. own: the user's own replies stand, or what the user made of
 * ours. failing: it could not be done and is tried again.
 */
export const repliesStates = ['on', 'setting', 'takingBack', 'own', 'failing'] as const;
export type RepliesState = (typeof repliesStates)[number];

export interface ShownReplies {
  state: RepliesState;
  /** The end of the absence; null: not known. */
  until: Temporal.Instant | null;
  errorClass: ErrorClass | null;
  /** For people: what is wrong and what mends it. */
  message: string | null;
}

const states: Record<RepliesPhase, RepliesState | null> = {
  ...{ idle: null, intent: 'setting', applied: 'on', aside: 'own', restoring: 'takingBack' },
};

/** By account; left out are those of which there is nothing to say. */
export async function shownReplies(
  executor: Executor,
  accountIds: readonly string[],
): Promise<Map<string, ShownReplies>> {
  const rows = await executor
    .selectFrom('automatic_replies')
    .select(['account_id', 'phase', 'until', 'error_class', 'error_message'])
    .where('account_id', '=', sql<string>`any(${[...accountIds]}::uuid[])`)
    .where((where) => where.or([where('phase', '<>', repliesPhases[0]), where('error_class', 'is not', null)]))
    .execute();
  return new Map(
    rows.map(({ account_id, phase, until, error_class, error_message: message }) => {
      const state = error_class === null ? states[phase]! : 'failing';
      return [account_id, { state, until, errorClass: error_class as ErrorClass | null, message }];
    }),
  );
}

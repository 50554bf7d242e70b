/**
 * Plans made before they are due, in memory: a cache and nothing more. A plan is used only if its row still has the
 * revision it was made from, which everything that could change the plan raises (presence/due.ts); else it is made anew.
 */
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { type DuePosition, statesDueAfter } from './activation.queries.ts';
import type { Plan, StoredState } from './plan.ts';
import { plansFor } from './planning.ts';

/** Milliseconds; longer than activation sleeps, so that a row is seen before it is due. */
const lead = 60_000;
/** Planning keeps the process busy: after each portion what is due in the meantime goes first. */
const portion = 500;
/** Read at once, for ten portions: where everybody is due in one second, each reading sorts them all. */
const page = 5_000;
/** Bounds the memory: some 50 MB (450 bytes each), and only while so many are due in the same minute. */
const mostPlans = 100_000;

const beforeAll: DuePosition = { due: 0, userId: '00000000-0000-0000-0000-000000000000' };

export interface PlansAhead {
  /** Makes the next portion of plans. @param clock the database's, epoch milliseconds. @returns how many; 0: all are made. */
  prepare(clock: number): Promise<number>;
  /** Hands out the plans that still hold, and which of the users have none. */
  take(claimed: ReadonlyArray<{ userId: string; revision: number }>, clock: number): { ready: Plan[]; rest: string[] };
}

export function createPlansAhead(db: Database, log: Logger): PlansAhead {
  const plans = new Map<string, Plan>();
  let position = beforeAll;
  /** Read up to the position and not planned yet. */
  let waiting: StoredState[] = [];

  return {
    async prepare(clock) {
      if (position.due > clock + lead) [position, waiting] = [beforeAll, []]; // the clock was set back
      waiting = waiting.filter(({ due }) => due >= clock);
      if (position.due < clock) {
        position = { ...beforeAll, due: clock };
        for (const [userId, { at }] of plans) if (at < clock - lead) plans.delete(userId);
      }
      if (plans.size >= mostPlans) return 0;
      if (waiting.length === 0) {
        waiting = await statesDueAfter(db, position, clock + lead, page);
        const last = waiting.at(-1);
        if (!last) return 0;
        position = { due: last.due, userId: last.userId };
      }
      const states = waiting.splice(0, portion);
      for (const plan of (await plansFor(db, states, (state) => state.due, log)).plans) plans.set(plan.userId, plan);
      return states.length;
    },

    take(claimed, clock) {
      const ready: Plan[] = [];
      const rest: string[] = [];
      for (const { userId, revision } of claimed) {
        const plan = plans.get(userId);
        plans.delete(userId);
        if (plan && plan.revision === revision && plan.nextDue > clock) ready.push(plan);
        else rest.push(userId);
      }
      return { ready, rest };
    },
  };
}

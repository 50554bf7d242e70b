/** Plans for many users: loads their inputs, twice where need be, and keeps one user's fault to that user. */
import type { Logger } from 'pino';
import type { Executor } from '../store/database.ts';
import { type LoadedInputs, loadInputs } from './inputs.queries.ts';
import { type Plan, planFor, type StoredState } from './plan.ts';

const hour = 3_600_000;
/** Far enough for nearly every segment; the few that last longer are looked at again to the edge of what is synced. */
const near = 36 * hour;
const far = 62 * 24 * hour;
/** How far back appointments are read to find out since when a late segment has been in force. */
const longestLate = 24 * hour;

/**
 * @param atFor the instant each user's plan is for.
 * @returns the plans, and the users whose presence can't be computed.
 */
export async function plansFor(
  executor: Executor,
  states: readonly StoredState[],
  atFor: (state: StoredState) => number,
  log: Logger,
): Promise<{ plans: Plan[]; failed: string[] }> {
  const first = await plansWithin(executor, states, atFor, near, log);
  const open = new Set(first.plans.flatMap(({ until, userId }) => (until === null ? [userId] : [])));
  const beyond = states.filter(({ userId }) => open.has(userId));
  const second = await plansWithin(executor, beyond, atFor, far, log);
  return {
    plans: [...first.plans.filter(({ until }) => until !== null), ...second.plans],
    failed: [...first.failed, ...second.failed],
  };
}

async function plansWithin(
  executor: Executor,
  states: readonly StoredState[],
  atFor: (state: StoredState) => number,
  reach: number,
  log: Logger,
): Promise<{ plans: Plan[]; failed: string[] }> {
  const plans: Plan[] = [];
  const failed: string[] = [];
  if (states.length === 0) return { plans, failed };
  const latest = states.reduce((instant, state) => Math.max(instant, atFor(state)), 0);
  const earliest = states.reduce((instant, state) => Math.min(instant, state.due), latest);
  const from = Math.max(earliest, latest - longestLate);
  const horizon = latest + reach;
  const interval = {
    from: Temporal.Instant.fromEpochMilliseconds(from),
    to: Temporal.Instant.fromEpochMilliseconds(horizon),
  };
  const userIds = states.map(({ userId }) => userId);
  const inputs = await loadInputs(executor, userIds, interval);
  for (const state of states) {
    const loaded = inputs.get(state.userId);
    const plan = loaded && tryPlan({ ...state, due: Math.max(state.due, from) }, loaded, atFor(state), horizon, log);
    if (plan) plans.push(plan);
    else failed.push(state.userId);
  }
  return { plans, failed };
}

function tryPlan(state: StoredState, inputs: LoadedInputs, at: number, horizon: number, log: Logger): Plan | null {
  try {
    return planFor(state, inputs, at, horizon);
  } catch (error) {
    log.error(
      { userId: state.userId, err: error },
      'Presence cannot be computed; it stays as it is and is tried again.',
    );
    return null;
  }
}

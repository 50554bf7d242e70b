/** What is known of the sample company between requests and starts: one row of system_setting. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';

export interface SampleState {
  state: 'making' | 'present' | 'removing' | 'failed';
  /** What is being done, for people. */
  step: string | null;
  done: number;
  total: number;
  message: string | null;
  seed: string;
  madeAt: string;
  groupId: string | null;
  locationId: string | null;
  phoneSystemId: string | null;
  pbxPort: number;
  administrator: { userId: string; groupId: string } | null;
  /** By the person's extension: the calendar that stays and the one with the short meetings. */
  accounts: Record<string, { calendar: string; soon: string }>;
  /** When the short meetings that are in the calendars were made: the last two times. */
  soonMadeAt: string[];
}

const key = 'sampleCompany';
/** Whoever makes or removes it says so at each step; silence this long means that the process is gone. Milliseconds. */
const silence = 120_000;

export async function readState(db: Executor, now: Temporal.Instant): Promise<SampleState | null> {
  const row = await db
    .selectFrom('system_setting')
    .select(['value', 'updated_at'])
    .where('key', '=', key)
    .executeTakeFirst();
  if (!row) return null;
  const state = row.value as SampleState;
  const busy = state.state === 'making' || state.state === 'removing';
  if (busy && now.epochMilliseconds - row.updated_at.epochMilliseconds > silence) return interrupted(state);
  return state;
}

export const interrupted = (state: SampleState): SampleState => ({
  ...state,
  state: 'failed',
  message: 'The server was stopped in the middle. Remove the sample company, then make it again.',
});

export async function writeState(db: Executor, state: SampleState): Promise<void> {
  const value = JSON.stringify(state);
  await db
    .insertInto('system_setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: sql`now()` }))
    .execute();
}

export async function clearState(db: Executor): Promise<void> {
  await db.deleteFrom('system_setting').where('key', '=', key).execute();
}

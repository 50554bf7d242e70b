/** Keeps the sample company moving: the short meetings of the next hour are added where they run out. */
import type { Context } from '../../context.ts';
import { updateAccount } from '../../sync/accounts.ts';
import { calendarText } from './event.ts';
import { everybody } from './make.ts';
import { soonEvents } from './soon.ts';
import { readState, writeState } from './state.ts';

/** For how long short meetings are made at a time. */
export const soonMinutes = 60;
/** How long before they run out the next ones are made. */
const aheadMinutes = 5;

/** Does nothing while there are enough, or no sample company. Called every minute and at each start. */
export async function keepMoving(context: Pick<Context, 'store' | 'secrets'>, now: Temporal.Instant): Promise<void> {
  const { db } = context.store;
  const state = await readState(db, now);
  if (state?.state !== 'present') return;
  const last = state.soonMadeAt.at(-1);
  const covered = last && Temporal.Instant.from(last).add({ minutes: soonMinutes });
  if (covered && Temporal.Instant.compare(covered, now.add({ minutes: aheadMinutes })) > 0) return;
  // From where the last ones end, or from now after a longer pause; some of the last ones may still be running.
  const from = covered && Temporal.Instant.compare(covered, now) > 0 ? covered : now;
  const madeAt = [...(last ? [last] : []), from.toString()];
  const people = await everybody(db, state.administrator?.userId);
  const events = madeAt.flatMap((at) => soonEvents(people, Temporal.Instant.from(at), soonMinutes, state.seed));
  for (const person of people) {
    const accounts = state.accounts[person.extension];
    if (!accounts) continue;
    const name = person.language === 'de' ? 'Spontane Termine' : 'Short meetings';
    await updateAccount(context, accounts.soon, { secret: { text: calendarText(name, events, person) } });
  }
  await writeState(db, { ...state, soonMadeAt: madeAt });
}

/** What is wanted of a mailbox now: presence computed as if there were no calls, by what the group's settings say. */
import { privacySettingsOf } from '../agenda/privacy-settings.ts';
import { loadInputs } from '../presence/inputs.queries.ts';
import { timeline } from '../presence/timeline.ts';
import type { Executor } from '../store/database.ts';
import { restReasonOf, sortOf } from '../sync/rest.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';
import { absenceAt, type Wish, wishOf } from './absence.ts';
import type { ClaimedReplies } from './records.queries.ts';

/** Enough to tell one absence from the one before it, and as far ahead as presence is computed. */
const lookBack = Temporal.Duration.from({ hours: 7 * 24 });
const lookAhead = Temporal.Duration.from({ hours: 62 * 24 });

/** @returns null: nothing. @throws RangeError when the user's zone is unknown; errors of the database */
export async function wishFor(
  executor: Executor,
  { allowed, userId, owner, groupSettings, ...account }: ClaimedReplies,
  now: Temporal.Instant,
): Promise<Wish | null> {
  const settings = synchronizationSettingsOf(groupSettings);
  if (!allowed || restReasonOf(sortOf(account), settings) !== null) return null;
  const interval = { from: now.subtract(lookBack), to: now.add(lookAhead) };
  const inputs = (await loadInputs(executor, [userId], interval)).get(userId);
  if (!inputs) return null;
  // A call takes minutes; replies that went off and on again for it would be sent twice.
  const withoutCalls = { ...inputs, claims: inputs.claims.filter(({ origin }) => origin !== 'call') };
  const absence = absenceAt(timeline(withoutCalls, interval), now, interval.to);
  const { externalSees } = privacySettingsOf(groupSettings);
  return absence && wishOf(absence, owner, { outsiders: settings.repliesToOutsiders, outsidersSee: externalSees }, now);
}

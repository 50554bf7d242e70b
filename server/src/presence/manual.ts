/** A user's own choice of presence. It outranks everything but a call, and it ends. */
import type { Executor } from '../store/database.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';
import { endClaim, putClaim } from './claims.ts';
import { loadInputs } from './inputs.queries.ts';
import type { Status } from './presence.ts';
import { profilesForUser } from './profiles.queries.ts';
import { type PresenceSettings, presenceSettingsOf, type WorkingDay } from './settings.ts';
import { claimsOf, isStronger } from './timeline.ts';
import { endOfWorkingDay } from './working-day.ts';

export interface ManualChoice {
  /** One of `profilesForUser`; then `status` is the profile's. */
  profileId?: string | undefined;
  status?: Status | undefined;
  /** default: as the group's settings say. endOfWorkingDay: in the user's zone, the running or else the next one. */
  end:
    | { rule: 'default' | 'nextBoundary' | 'endOfWorkingDay' | 'untilChanged' }
    | { rule: 'time'; until: Temporal.Instant }
    /** uid, occurrence: of a certain one, by its meeting key; else the one that counts now. */
    | { rule: 'appointmentEnd'; uid?: string | undefined; occurrence?: string | undefined };
  /** Instead of the profile's. */
  note?: string | null | undefined;
}

/** What was asked for can't be done; `field` names what to change. */
export class ChoiceRefused extends Error {
  readonly field: 'profileId' | 'profile' | 'status' | 'end' | 'until' | 'note' | 'origin' | 'userId';
  constructor(field: ChoiceRefused['field'], message: string) {
    super(message);
    this.name = 'ChoiceRefused';
    this.field = field;
  }
}

/**
 * Replaces the user's choice, from `now` on. Run it in a transaction.
 * @param by who chose, when it wasn't the user.
 * @throws ChoiceRefused
 */
export async function setManual(
  executor: Executor,
  userId: string,
  choice: ManualChoice,
  now: Temporal.Instant,
  by: string = userId,
): Promise<void> {
  const user = await executor
    .selectFrom('users')
    .innerJoin('configuration_group as group', 'group.id', 'users.group_id')
    .select(['users.time_zone', 'users.working_day', 'group.settings'])
    .where('users.id', '=', userId)
    .executeTakeFirst();
  if (!user) throw new ChoiceRefused('userId', 'There is no such user.');

  let { status } = choice;
  if (choice.profileId !== undefined) {
    const profile = (await profilesForUser(executor, userId)).find(({ id }) => id === choice.profileId);
    if (!profile) throw new ChoiceRefused('profileId', 'There is no such profile for this user.');
    if (!(await isActive(executor, profile.id)))
      throw new ChoiceRefused('profileId', `The profile "${profile.name}" is switched off.`);
    status = profile.status;
  }
  if (status === undefined) throw new ChoiceRefused('status', 'Choose a profile or a status.');

  await putClaim(executor, {
    userId,
    origin: 'manual',
    key: '',
    profileId: choice.profileId ?? null,
    status,
    note: choice.note ?? null,
    start: now,
    ...(await endOf(executor, userId, choice, now, settingsOf(user), user.time_zone)),
    createdBy: by,
  });
}

/** With the user's own working hours, where the group takes them from mailboxes. */
function settingsOf({
  settings,
  working_day: workingDay,
}: {
  settings: Record<string, unknown>;
  working_day: WorkingDay | null;
}) {
  const ofGroup = presenceSettingsOf(settings);
  const fromMailbox = synchronizationSettingsOf(settings).microsoft365.mailboxSettings;
  return fromMailbox && workingDay ? { ...ofGroup, workingDay } : ofGroup;
}

/** Held until the transaction ends: whoever switches the profile off or removes it at this moment sees the choice. */
async function isActive(executor: Executor, profileId: string): Promise<boolean> {
  const row = await executor
    .selectFrom('profile')
    .select('active')
    .where('id', '=', profileId)
    .forShare()
    .executeTakeFirst();
  return row?.active ?? false;
}

/** "Automatic": the choice ends now, and what the calendar says shows at once. Run it in a transaction. */
export async function clearManual(executor: Executor, userId: string, now: Temporal.Instant): Promise<void> {
  await endClaim(executor, { userId, origin: 'manual', key: '' }, now);
}

async function endOf(
  executor: Executor,
  userId: string,
  { end }: ManualChoice,
  now: Temporal.Instant,
  settings: PresenceSettings,
  timeZone: string,
) {
  if (end.rule === 'time') {
    if (Temporal.Instant.compare(end.until, now) <= 0)
      throw new ChoiceRefused('end', 'The end lies in the past. Choose a later one.');
    return { end: end.until, endRule: 'time' as const };
  }
  const rule = end.rule === 'default' ? settings.manualEnd : end.rule;
  if (rule === 'appointmentEnd') {
    const appointment = await runningAppointment(executor, userId, now, end.rule === 'appointmentEnd' ? end : {});
    if (appointment) return { end: null, endRule: rule, appointment };
    if (end.rule === 'default') return { end: null, endRule: 'nextBoundary' as const };
    throw new ChoiceRefused('end', 'No appointment is running that this could end with. Choose another end.');
  }
  if (rule !== 'endOfWorkingDay') return { end: null, endRule: rule };
  const ends = endOfWorkingDay(now.epochMilliseconds, settings.workingDay, timeZone);
  return { end: Temporal.Instant.fromEpochMilliseconds(ends), endRule: 'time' as const };
}

/**
 * The appointment that runs now: the one asked for, or else the strongest of those that make presence. One that is over
 * and lasts on by its rule's lag is none: the choice would end before it began.
 */
async function runningAppointment(
  executor: Executor,
  userId: string,
  now: Temporal.Instant,
  asked: { uid?: string | undefined; occurrence?: string | undefined },
): Promise<{ uid: string; occurrence: string } | null> {
  const at = now.epochMilliseconds;
  const inputs = (await loadInputs(executor, [userId], { from: now, to: now.add({ milliseconds: 1 }) })).get(userId);
  if (!inputs) return null;
  if (asked.uid !== undefined) {
    const found = inputs.appointments.find(
      ({ uid, occurrence, start, end, cancelled, response }) =>
        uid === asked.uid &&
        occurrence === (asked.occurrence ?? '') &&
        start.epochMilliseconds <= at &&
        end.epochMilliseconds > at &&
        !(cancelled || response === 'declined'),
    );
    return found ? { uid: found.uid, occurrence: found.occurrence } : null;
  }
  const running = claimsOf(inputs, at, at + 1)
    .filter(({ start, appointmentEnd = -Infinity }) => start <= at && appointmentEnd > at)
    .sort((a, b) => (isStronger(a, b) ? -1 : 1));
  return running[0]?.reason.appointment ?? null;
}

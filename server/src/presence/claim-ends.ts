/** When a claim ends that has no end of its own. Pure; instants are epoch milliseconds. */
import type { Claim, PresenceInputs, StoredClaim } from './timeline.ts';
import { endOfWorkingDay } from './working-day.ts';

export type EndRule = 'time' | 'nextBoundary' | 'untilChanged' | 'appointmentEnd';

/** Whether appointments decide when a claim with this rule ends. */
export const endsWithCalendar = (rule: EndRule): boolean => rule === 'nextBoundary' || rule === 'appointmentEnd';

/** @param appointments the claims of those that count. */
export function endByRule(stored: StoredClaim, appointments: readonly Claim[], inputs: PresenceInputs): number {
  if (stored.endRule === 'nextBoundary') return nextBoundary(stored, appointments, inputs);
  return stored.endRule === 'appointmentEnd' ? endOfItsAppointment(stored, inputs) : Infinity;
}

/**
 * A choice "until the next boundary" lasts until an appointment that counts begins or ends after the choice was made;
 * where none does that day, until the working day ends, so that an afternoon's "do not disturb" doesn't keep the phone
 * silent until the next morning's first meeting.
 */
function nextBoundary(stored: StoredClaim, appointments: readonly Claim[], { settings, timeZone }: PresenceInputs) {
  let end = endOfWorkingDay(stored.start, settings.workingDay, timeZone);
  for (const appointment of appointments)
    for (const boundary of [appointment.start, appointment.end])
      if (boundary > stored.start && boundary < end) end = boundary;
  return end;
}

/**
 * A choice "until this appointment ends" follows it when it is moved or made longer. Where it is gone, cancelled, declined
 * or moved to a later day, the choice has no reason to last and ends at once: a cancelled meeting must not keep the phone
 * silent.
 */
function endOfItsAppointment({ start, appointment: its }: StoredClaim, inputs: PresenceInputs): number {
  const found = inputs.appointments.find(({ uid, occurrence }) => uid === its?.uid && occurrence === its.occurrence);
  if (!found || found.cancelled || found.response === 'declined') return start;
  const day = (instant: Temporal.Instant) => instant.toZonedDateTimeISO(inputs.timeZone).toPlainDate();
  const made = Temporal.Instant.fromEpochMilliseconds(start);
  if (Temporal.PlainDate.compare(day(found.start), day(made)) > 0) return start;
  return Math.max(start, found.end.epochMilliseconds);
}

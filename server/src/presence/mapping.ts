/** Which status an appointment asks for where no rule and no choice says otherwise (rules/): the last rule of all. */
import type { PresenceAppointment } from '../agenda/presence-appointments.queries.ts';
import type { Status } from './presence.ts';
import type { PresenceSettings } from './settings.ts';

/** What the mapping looks at: never a title. */
export type MappedAppointment = Pick<PresenceAppointment, 'allDay' | 'showAs' | 'response' | 'cancelled'>;

/**
 * The default mapping. null: the appointment makes no presence. Declined and cancelled ones never do; all-day ones only
 * when they say out of office, because birthdays, holidays and reminders are mostly kept as all-day "busy" entries.
 */
export function statusOfAppointment(appointment: MappedAppointment, settings: PresenceSettings): Status | null {
  if (appointment.cancelled || appointment.response === 'declined') return null;
  if (appointment.allDay && appointment.showAs !== 'outOfOffice') return null;
  switch (appointment.showAs) {
    case 'outOfOffice':
      return 'outOfOffice';
    case 'busy':
      return 'appointment';
    case 'tentative':
      return settings.tentativeCounts ? 'appointment' : null;
    case 'workingElsewhere':
    case 'free':
    case 'unknown':
      return null;
  }
}

/** What leads to the status by itself under these settings, in words for people; empty: nothing does. */
export function usesOfStatus(status: Status, settings: PresenceSettings): string[] {
  const uses: string[] = [];
  if (status === 'available') uses.push('nothing in the calendar');
  if (status === 'appointment') uses.push('appointments');
  if (status === 'outOfOffice') uses.push('out-of-office appointments');
  if (status === 'onThePhone') uses.push('calls');
  return [...uses, ...usesOfName((named) => named === status, settings)];
}

/** The settings that name a profile by key or name, in words for people. */
export function usesOfName(isNamed: (keyOrName: string) => boolean, settings: PresenceSettings): string[] {
  const { onStart, onEnd, onInactive, onLocked } = settings.client;
  const uses: Array<[string | null, string]> = [
    [settings.outsideWorkingDay, 'outside the working day'],
    [onStart, 'open clients'],
    [onInactive.profile, 'idle clients'],
    [onLocked, 'locked screens'],
    [onEnd, 'closed clients'],
  ];
  return uses.flatMap(([named, use]) => (named !== null && isNamed(named) ? [use] : []));
}

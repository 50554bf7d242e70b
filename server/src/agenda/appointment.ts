/** The words of a calendar as the whole house uses them; connectors translate into these. */

export const showAsValues = ['free', 'tentative', 'busy', 'outOfOffice', 'workingElsewhere', 'unknown'] as const;
export type ShowAs = (typeof showAsValues)[number];

/** In order of strictness: where copies of a meeting differ, the strictest wins. */
export const sensitivityValues = ['normal', 'personal', 'private', 'confidential'] as const;
export type Sensitivity = (typeof sensitivityValues)[number];

export const responseValues = [
  'none',
  'organizer',
  'tentativelyAccepted',
  'accepted',
  'declined',
  'notResponded',
] as const;
export type Response = (typeof responseValues)[number];

/** Zoned, floating and all-day are different things and stay so until a user's zone is known. Ends are exclusive. */
export type When =
  | { kind: 'zoned'; start: Temporal.Instant; end: Temporal.Instant }
  | { kind: 'floating'; start: Temporal.PlainDateTime; end: Temporal.PlainDateTime }
  | { kind: 'allDay'; start: Temporal.PlainDate; end: Temporal.PlainDate };

/** One occurrence as a source tells it, before it belongs to a user. */
export interface SourceAppointment {
  kind: 'event' | 'task';
  /** Normalised: `vCal-Uid` unwrapped, an Exchange GlobalObjectId with its date bytes zeroed. */
  uid: string;
  /** The original start as ISO text (instant, or date for all-day, or date-time for floating); '' for a single one. */
  occurrence: string;
  when: When;
  title: string;
  location: string | null;
  organizer: string | null;
  /** Small letters; null where the source names none. */
  organizerAddress: string | null;
  attendeeCount: number;
  showAs: ShowAs;
  sensitivity: Sensitivity;
  response: Response;
  cancelled: boolean;
  categories: string[];
  /** Where to join online, if anywhere; http(s) only. */
  joinUrl: string | null;
  /** Opens the appointment in its source; http(s) only. */
  openUrl: string | null;
  /** Minutes before the start (a task: before its due time); negative is after. */
  reminders: number[];
  /** True when it belongs to a series. */
  series: boolean;
  /** A task that is done. */
  completed: boolean;
}

/** A component that could not be read: the rest of the calendar is kept, this is shown in the account's health. */
export interface SkippedComponent {
  uid: string | null;
  /** RECURRENCE-ID as written, where the component has one. */
  recurrenceId?: string;
  reason: string;
}

/** Half-open: from (inclusive) to (exclusive). */
export interface Interval {
  from: Temporal.Instant;
  to: Temporal.Instant;
}

/** The instants of a `When` for a user: floating and all-day ones happen in the user's zone. */
export function instantsOf(when: When, timeZone: string): { start: Temporal.Instant; end: Temporal.Instant } {
  switch (when.kind) {
    case 'zoned':
      return { start: when.start, end: when.end };
    case 'floating':
      return {
        start: when.start.toZonedDateTime(timeZone).toInstant(),
        end: when.end.toZonedDateTime(timeZone).toInstant(),
      };
    case 'allDay':
      return {
        start: when.start.toZonedDateTime(timeZone).toInstant(),
        end: when.end.toZonedDateTime(timeZone).toInstant(),
      };
  }
}

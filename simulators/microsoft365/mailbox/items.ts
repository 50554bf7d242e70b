/** What lies in a calendar, as the mailbox keeps it. */
import type { Recurrence } from './recurrence.ts';

export type ShowAs = 'unknown' | 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere';
export type Sensitivity = 'normal' | 'personal' | 'private' | 'confidential';
export type ResponseType = 'none' | 'organizer' | 'tentativelyAccepted' | 'accepted' | 'declined' | 'notResponded';

export interface Person {
  name: string;
  address: string;
}

/** Wall time in `timeZone` (of Windows or of IANA, or what Outlook calls a customized one). All-day: midnights. */
export interface EventFields {
  subject: string;
  /** PlainDateTime, such as 2026-11-23T09:00. */
  start: string;
  end: string;
  timeZone: string;
  isAllDay: boolean;
  showAs: ShowAs;
  sensitivity: Sensitivity;
  response: ResponseType;
  isCancelled: boolean;
  categories: string[];
  location: string;
  organizer: Person;
  attendees: Person[];
  joinUrl: string | null;
  /** Minutes; null: none. */
  reminder: number | null;
}

/** A single appointment, or a series with what differs from it. */
export interface Item {
  /** Counts up over all items; part of every id. */
  number: number;
  uid: string;
  calendar: string;
  fields: EventFields;
  recurrence: Recurrence | null;
  /** By original date; a moved one has other times in it. */
  exceptions: Map<string, EventFields>;
  /** Original dates. */
  cancelled: Set<string>;
  /** The mailbox's change at which the item was last touched as a whole. */
  changed: number;
  /** By original date: the change at which this occurrence was last touched by itself. */
  occurrenceChanged: Map<string, number>;
  createdAt: number;
  modifiedAt: number;
}

/** One thing that a calendar view shows. `date`: the original date of a member of a series. */
export interface Instance {
  item: Item;
  date: string | null;
  fields: EventFields;
  start: number;
  end: number;
  changed: number;
}

/**
 * What a webhook tells of a presence change, or of an alert: a CloudEvent in JSON (cloudevents.io, JSON event format 1.0). Outsiders
 * learn status and its end, and whose it is; never a subject, a note, a reason or a number (DESIGN.md, rule 7).
 */
import type { Alert } from '../organization/alerts.ts';
import type { PresenceChange } from '../presence/changes.ts';
import type { Status } from '../presence/presence.ts';

export const presenceChangedType = 'com.whenabouts.presence.changed.v1';
export const alertType = 'com.whenabouts.alert.v1';
export const webhookTestType = 'com.whenabouts.webhook.test.v1';
const source = 'urn:whenabouts';

export interface CloudEvent<Data> {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  /** The user's id; of an alert what it is about. */
  subject?: string;
  /** RFC 3339, UTC: when the change was made. */
  time: string;
  datacontenttype: 'application/json';
  data: Data;
}

export interface PresenceData {
  user: { id: string; email: string };
  status: Status;
  /** UTC; `until` null: until something changes. */
  since: string;
  until: string | null;
  /** Rises with every change of anybody: a receiver that sees a lower one than before has got it again. */
  number: number;
}

export function presenceEvent(change: PresenceChange, email: string): CloudEvent<PresenceData> {
  return {
    specversion: '1.0',
    id: `presence-${change.number}`,
    source,
    type: presenceChangedType,
    subject: change.userId,
    time: change.at.toString(),
    datacontenttype: 'application/json',
    data: {
      user: { id: change.userId, email },
      status: change.status,
      since: change.since.toString(),
      until: change.until?.toString() ?? null,
      number: change.number,
    },
  };
}

export interface AlertData {
  kind: Alert['kind'];
  /** What it is about, such as a phone system. */
  subject: { kind: string; name: string };
  detail: Record<string, unknown>;
}

/** What administrators must know of (organization/alerts.ts). */
export function alertEvent(alert: Alert): CloudEvent<AlertData> {
  const { id, kind, subjectKind, subjectId, subjectName, detail } = alert;
  return {
    specversion: '1.0',
    id: `alert-${id}`,
    source,
    type: alertType,
    ...(subjectId && { subject: subjectId }),
    time: alert.at.toString(),
    datacontenttype: 'application/json',
    data: { kind, subject: { kind: subjectKind, name: subjectName }, detail },
  };
}

export function testEvent(id: string, now: Temporal.Instant): CloudEvent<{ message: string }> {
  return {
    specversion: '1.0',
    id,
    source,
    type: webhookTestType,
    time: now.toString(),
    datacontenttype: 'application/json',
    data: { message: 'Whenabouts can reach this address.' },
  };
}

/** For a receiver that is far behind: of each user only the newest change counts. Stays in the order of numbers. */
export function newestOfEach(changes: readonly PresenceChange[]): PresenceChange[] {
  const newest = new Map(changes.map((change) => [change.userId, change.number]));
  return changes.filter((change) => newest.get(change.userId) === change.number);
}

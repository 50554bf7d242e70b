/**
 * What a mailbox says of its owner's time: zone and working hours.
 * Source: "mailboxSettings resource type", "workingHours resource type", Microsoft Graph v1.0.
 */

import { ianaZone } from '../../agenda/zones.ts';
import { zoneNamed } from '../../agenda/zones-names.ts';
import type { OwnersTime } from '../connector.ts';
import type { GraphClient } from './graph-client.ts';
import { isPart, type Part, textOf } from './graph-event.ts';

/** @throws ConnectorError; `consent` where the permission MailboxSettings.Read is missing. */
export async function ownersTime(client: GraphClient): Promise<OwnersTime> {
  return timeIn(await client.request(`${client.root}/mailboxSettings`));
}

/** Pure. What can't be understood is null. */
export function timeIn(settings: Part): OwnersTime {
  const timeZone = zoneIn(settings.timeZone);
  return { timeZone, workingDay: isPart(settings.workingHours) ? workingDayIn(settings.workingHours, timeZone) : null };
}

/** A zone of the world: one that a mailbox draws up by itself is none. */
function zoneIn(name: unknown): string | null {
  const zone = textOf(name) === null ? null : zoneNamed(String(name));
  return zone && ianaZone(zone.name) ? zone.name : null;
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function workingDayIn(hours: Part, timeZone: string | null): OwnersTime['workingDay'] {
  // Hours are the user's local time here. In another zone than the mailbox's they would mean something else; a zone
  // drawn up by hand is taken for the mailbox's.
  const own = isPart(hours.timeZone) ? zoneIn(hours.timeZone.name) : null;
  if (own !== null && timeZone !== null && own !== timeZone) return null;
  const time = (value: unknown) => /^([01]\d|2[0-3]):[0-5]\d/.exec(textOf(value) ?? '')?.[0] ?? null;
  const [start, end] = [time(hours.startTime), time(hours.endTime)];
  const told = Array.isArray(hours.daysOfWeek) ? hours.daysOfWeek.map((day) => String(day).toLowerCase()) : [];
  const days = weekdays.flatMap((day, index) => (told.includes(day) ? [index + 1] : []));
  return start === null || end === null || days.length === 0 ? null : { start, end, days };
}

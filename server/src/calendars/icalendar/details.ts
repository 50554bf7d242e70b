/** What an appointment says of itself, apart from when it is: RFC 5545, RFC 7986 and what Exchange adds. */
import type { Response, Sensitivity, ShowAs, SourceAppointment } from '../../agenda/appointment.ts';
import { meetingLinkIn } from '../meeting-links.ts';
import type { Component, ContentLine } from './content-lines.ts';
import { properties, property, textOf, unescapeText } from './values.ts';

export type Details = Pick<
  SourceAppointment,
  | 'title'
  | 'location'
  | 'organizer'
  | 'organizerAddress'
  | 'attendeeCount'
  | 'showAs'
  | 'sensitivity'
  | 'response'
  | 'cancelled'
  | 'categories'
  | 'joinUrl'
  | 'openUrl'
  | 'completed'
>;

const MAX_CATEGORIES = 50;
/** Links stand near the beginning of a description or in the block a meeting service appends. */
const MAX_DESCRIPTION = 20_000;
const MAX_URL = 2000;

/** @param ownerAddresses e-mail addresses of the calendar's owner, lower case: whose answer is the response */
export function detailsOf(component: Component, ownerAddresses: ReadonlySet<string>): Details {
  const organizer = property(component, 'ORGANIZER');
  const attendees = properties(component, 'ATTENDEE');
  const status = textOf(component, 'STATUS')?.toUpperCase();
  return {
    title: oneLine(textOf(component, 'SUMMARY')) ?? '',
    location: oneLine(textOf(component, 'LOCATION')) ?? null,
    organizer: organizer && nameOf(organizer),
    organizerAddress: (organizer && mailAddressOf(organizer)) || null,
    attendeeCount: attendees.filter((line) => !/^(ROOM|RESOURCE)$/i.test(line.parameters?.get('CUTYPE') ?? '')).length,
    showAs: component.name === 'VTODO' ? 'free' : showAsOf(component, status),
    sensitivity: sensitivityOf(component),
    response: responseOf(organizer, attendees, ownerAddresses),
    cancelled: status === 'CANCELLED',
    categories: categoriesOf(component),
    joinUrl: joinUrlOf(component),
    openUrl: webAddress(property(component, 'URL')?.value),
    completed: component.name === 'VTODO' && (status === 'COMPLETED' || property(component, 'COMPLETED') !== null),
  };
}

function oneLine(text: string | null): string | undefined {
  return text?.replace(/\s+/g, ' ');
}

const busyStatuses: Readonly<Record<string, ShowAs>> = {
  FREE: 'free',
  TENTATIVE: 'tentative',
  BUSY: 'busy',
  OOF: 'outOfOffice',
  WORKINGELSEWHERE: 'workingElsewhere',
};

/** Exchange's own word first (MS-OXCICAL 2.1.3.1.1.20.31): TRANSP can only say free or not, and says OPAQUE for the rest. */
function showAsOf(component: Component, status: string | undefined): ShowAs {
  const exchange =
    textOf(component, 'X-MICROSOFT-CDO-BUSYSTATUS') ?? textOf(component, 'X-MICROSOFT-MSNCALENDAR-BUSYSTATUS');
  const known = busyStatuses[exchange?.toUpperCase() ?? ''];
  if (known) return known;
  if (textOf(component, 'TRANSP')?.toUpperCase() === 'TRANSPARENT') return 'free';
  return status === 'TENTATIVE' ? 'tentative' : 'busy';
}

/** A class unknown to us is to be treated as PRIVATE (3.8.1.3). */
function sensitivityOf(component: Component): Sensitivity {
  const value = textOf(component, 'CLASS')?.toLowerCase() ?? 'public';
  if (value === 'public' || value === 'normal' || value === 'default') return 'normal';
  return value === 'personal' || value === 'confidential' ? value : 'private';
}

const responses: Readonly<Record<string, Response>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  // Somebody else goes.
  DELEGATED: 'declined',
  TENTATIVE: 'tentativelyAccepted',
  'NEEDS-ACTION': 'notResponded',
};

function responseOf(
  organizer: ContentLine | null,
  attendees: readonly ContentLine[],
  ownerAddresses: ReadonlySet<string>,
): Response {
  if (organizer && ownerAddresses.has(addressOf(organizer))) return 'organizer';
  const owner = attendees.find((line) => ownerAddresses.has(addressOf(line)));
  return owner
    ? (responses[owner.parameters?.get('PARTSTAT')?.toUpperCase() ?? 'NEEDS-ACTION'] ?? 'notResponded')
    : 'none';
}

export function addressOf(line: ContentLine): string {
  const value = line.value.trim();
  const address = /^mailto:/i.test(value) ? value.slice(7) : (line.parameters?.get('EMAIL') ?? value);
  return address.trim().toLowerCase();
}

/** Null for anything but a mailbox: an organizer may be written as any address, such as `urn:uuid:…` (3.3.3). */
function mailAddressOf(line: ContentLine): string | null {
  const address = addressOf(line);
  return /^[^\s@]+@[^\s@]+$/.test(address) && address.length <= 320 ? address : null;
}

function nameOf(line: ContentLine): string | null {
  return unescapeText(line.parameters?.get('CN') ?? '', 200) || addressOf(line).slice(0, 200) || null;
}

/** Separated by commas, by Notes with semicolons; a backslash takes a separator its meaning. */
function categoriesOf(component: Component): string[] {
  const names = properties(component, 'CATEGORIES').flatMap((line) =>
    (line.value.slice(0, 5000).match(/(?:\\.|[^\\,;])+/g) ?? []).map((name) => unescapeText(name, 100)),
  );
  return [...new Set(names.filter((name) => name !== ''))].slice(0, MAX_CATEGORIES);
}

/** A property made for it wins over a link somebody wrote into the text. */
function joinUrlOf(component: Component): string | null {
  const given = [
    property(component, 'X-MICROSOFT-SKYPETEAMSMEETINGURL')?.value,
    ...properties(component, 'CONFERENCE').map((line) => line.value),
    property(component, 'X-GOOGLE-CONFERENCE')?.value,
    property(component, 'X-MICROSOFT-ONLINEMEETINGEXTERNALLINK')?.value,
  ];
  for (const value of given) {
    const address = webAddress(value);
    if (address) return address;
  }
  for (const name of ['LOCATION', 'URL', 'DESCRIPTION', 'X-ALT-DESC']) {
    const link = meetingLinkIn(textOf(component, name, MAX_DESCRIPTION) ?? '');
    if (link) return link;
  }
  return null;
}

/** The address where it is http(s), else null. */
function webAddress(value: string | undefined): string | null {
  if (!value || value.length > MAX_URL) return null;
  const text = unescapeText(value, MAX_URL);
  if (!/^https?:\/\//i.test(text)) return null;
  return URL.parse(text)?.href ?? null;
}

/**
 * iCalendar text with nothing left in it but when somebody is busy: what expansion reads of times, recurrence, zones,
 * status and reminders. Only what is known to be needed is kept, so that a property nobody thought of doesn't stay. Pure.
 */
import { type Component, type ContentLine, parseComponents } from './content-lines.ts';
import { addressOf } from './details.ts';
import { parseFeed } from './objects.ts';

/** Their values are times, lengths, rules, numbers and names of things. */
const keptAsTheyAre = new Set([
  ...['UID', 'RECURRENCE-ID', 'SEQUENCE', 'DTSTART', 'DTEND', 'DUE', 'DURATION', 'COMPLETED'],
  ...['RRULE', 'EXRULE', 'RDATE', 'EXDATE'],
  ...['TZID', 'TZOFFSETFROM', 'TZOFFSETTO', 'X-WR-TIMEZONE'],
  ...['TRIGGER', 'REPEAT'],
  'X-WHENABOUTS-OWNER', // caldav/owners.ts: the owner's own addresses
]);
/** Their known words. Anything else becomes `other`: it might be somebody's text, but it must not make room for a second line. */
const statusWords = ['TENTATIVE', 'CONFIRMED', 'CANCELLED', 'NEEDS-ACTION', 'COMPLETED', 'IN-PROCESS'];
const busyWords = ['FREE', 'TENTATIVE', 'BUSY', 'OOF', 'WORKINGELSEWHERE'];
const answers = ['ACCEPTED', 'DECLINED', 'TENTATIVE', 'DELEGATED', 'NEEDS-ACTION'];
const keptWords = new Map<string, { words: readonly string[]; other: string }>([
  ['VERSION', { words: ['2.0'], other: '2.0' }],
  ['STATUS', { words: statusWords, other: 'X' }],
  ['TRANSP', { words: ['OPAQUE', 'TRANSPARENT'], other: 'X' }],
  ['CLASS', { words: ['PUBLIC', 'NORMAL', 'DEFAULT', 'PERSONAL', 'CONFIDENTIAL'], other: 'PRIVATE' }], // 3.8.1.3
  ['ACTION', { words: ['DISPLAY', 'AUDIO', 'EMAIL', 'PROCEDURE', 'NONE'], other: 'X' }],
  ['X-MICROSOFT-CDO-BUSYSTATUS', { words: busyWords, other: 'X' }],
  ['X-MICROSOFT-MSNCALENDAR-BUSYSTATUS', { words: busyWords, other: 'X' }],
  ['X-MICROSOFT-CDO-ALLDAYEVENT', { words: ['TRUE', 'FALSE'], other: 'X' }],
]);
const keptParameters = new Set(['TZID', 'VALUE', 'RANGE', 'RELATED']);
const keptComponents = new Set(['VCALENDAR', 'VEVENT', 'VTODO', 'VTIMEZONE', 'STANDARD', 'DAYLIGHT', 'VALARM']);

/** Its expansion is that of `text`, without titles, places, people, categories and addresses. Never throws. */
export function freeBusyText(text: string, ownerAddresses: readonly string[]): string {
  const owners = new Set(ownerAddresses.map((address) => address.toLowerCase()));
  const lines: string[] = [];
  for (const component of parseComponents(text).components) write(component, owners, lines);
  return lines.map((line) => `${line}\r\n`).join('');
}

/** The same for a whole file: each of its objects keeps the UID by which it is known. Empty where it is no calendar. */
export function freeBusyFile(text: string, ownerAddresses: readonly string[]): string {
  const { objects, problem } = parseFeed(text.replaceAll('\0', ''));
  return problem === null ? objects.map(({ source }) => freeBusyText(source, ownerAddresses)).join('') : '';
}

function write(component: Component, owners: ReadonlySet<string>, lines: string[]): void {
  if (!keptComponents.has(component.name)) return;
  lines.push(`BEGIN:${component.name}`);
  for (const line of component.lines) {
    const kept = keptLine(line, owners);
    if (kept !== null) lines.push(kept);
  }
  for (const inner of component.components) write(inner, owners, lines);
  lines.push(`END:${component.name}`);
}

function keptLine(line: ContentLine, owners: ReadonlySet<string>): string | null {
  const { name, value } = line;
  if (keptAsTheyAre.has(name)) return `${name}${parametersOf(line)}:${value}`;
  const known = keptWords.get(name);
  if (known) {
    const written = value.trim().toUpperCase();
    return `${name}:${written === '' || known.words.includes(written) ? written : known.other}`;
  }
  if (name !== 'ORGANIZER' && name !== 'ATTENDEE') return null;
  if (!owners.has(addressOf(line))) return name === 'ORGANIZER' ? 'ORGANIZER:X' : null;
  const answer = line.parameters?.get('PARTSTAT')?.toUpperCase() ?? '';
  return `${name}${answers.includes(answer) ? `;PARTSTAT=${answer}` : ''}:mailto:${addressOf(line)}`;
}

const parametersOf = ({ parameters }: ContentLine): string =>
  [...(parameters ?? [])]
    .filter(([name]) => keptParameters.has(name))
    .map(([name, value]) => `;${name}="${escaped(value)}"`)
    .join('');

/** RFC 6868. */
const escaped = (value: string) =>
  value.replace(/[\n"^]/g, (character) => (character === '\n' ? '^n' : character === '"' ? "^'" : '^^'));

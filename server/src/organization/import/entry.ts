/** What a source says of one person, read field by field: what can't be understood costs that field or that row, no more. */
import { DialableNumber, DisplayName, EmailAddress, isTimeZone } from '../../api/schemas/common.ts';
import type { ImportField } from './columns.ts';
import type { GroupRule } from './settings.ts';

/** Null: the source doesn't tell, and what Whenabouts has stays. */
export interface Entry {
  /** Where it stands in the source, for people: "line 7", or a distinguished name. */
  place: string;
  /** What the source knows the person by; it outlives a new name and a new address. */
  externalId: string;
  email: string;
  displayName: string;
  groupId: string | null;
  language: 'en' | 'de' | null;
  timeZone: string | null;
  mobileNumber: string | null;
  extension: string | null;
  /** What was left out, and why. */
  notes: string[];
}

/** A row that is not taken, with all that is known of whose it is. */
export interface Fault {
  place: string;
  reason: string;
  email: string;
  displayName: string;
  externalId: string | null;
}

export interface Group {
  id: string;
  name: string;
  location: string;
}

export interface EntryRules {
  groupsNamed(name: string): readonly Group[];
  /** Null: no rule tells. */
  groupOfDepartment(department: string): string | null;
  /** Brings a number into the form in which the group's location keeps it. @throws Error in plain words. */
  normalise(number: string, groupId: string | null): string;
}

/** Looked up once for each of fifty thousand entries: by name, however it is written. */
export function entryRules(
  groups: readonly Group[],
  departments: readonly GroupRule[],
  normalise: EntryRules['normalise'],
): EntryRules {
  const byName = Map.groupBy(groups, ({ name }) => folded(name));
  const byDepartment = new Map(departments.toReversed().map(({ value, groupId }) => [folded(value), groupId]));
  return {
    groupsNamed: (name) => byName.get(folded(name)) ?? [],
    groupOfDepartment: (department) => byDepartment.get(folded(department)) ?? null,
    normalise,
  };
}

const folded = (name: string) => name.normalize('NFKC').trim().toLowerCase();

export type Raw = Partial<Record<ImportField, string>>;

const maxExtension = 40;

/** Pure, and never throws: whatever stands in a field, the answer is an entry or a fault that says what is wrong. */
export function readEntry(place: string, raw: Raw, rules: EntryRules): Entry | Fault {
  const text = (field: ImportField) => cleaned(raw[field]);
  const email = text('email').toLowerCase();
  const displayName = text('displayName') || [text('givenName'), text('familyName')].filter(Boolean).join(' ');
  const externalId = text('externalId') || null;
  const fault = (reason: string): Fault => ({
    ...{ place, reason, externalId },
    email: email.slice(0, 254),
    displayName: displayName.slice(0, 200),
  });
  if (email === '') return fault('It has no e-mail address.');
  if (!EmailAddress.safeParse(email).success) return fault(`"${shortened(email)}" is not an e-mail address.`);
  if (displayName !== '' && !DisplayName.safeParse(displayName).success)
    return fault('The name is too long: at most 200 characters.');
  if (externalId !== null && externalId.length > 200) return fault('The id is too long: at most 200 characters.');
  const group = groupOf(text('location'), text('group'), text('department'), rules);
  if ('reason' in group) return fault(group.reason);
  const notes: string[] = [];
  return {
    place,
    externalId: externalId ?? email,
    email,
    // An entry without a name is still somebody: the address tells who.
    displayName: displayName || email.split('@')[0]!,
    groupId: group.groupId,
    language: languageOf(text('language'), notes),
    timeZone: zoneOf(text('timeZone'), notes),
    mobileNumber: numberOf(text('mobileNumber'), group.groupId, rules, notes),
    extension: extensionOf(text('extension'), notes),
    notes,
  };
}

/** PostgreSQL stores neither NUL nor half a surrogate pair; other control characters are typing mistakes. */
const cleaned = (value: string | undefined) =>
  (value ?? '')
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim();

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function groupOf(
  location: string,
  group: string,
  department: string,
  { groupsNamed, groupOfDepartment }: EntryRules,
): { groupId: string | null } | { reason: string } {
  if (group === '') return { groupId: groupOfDepartment(department) };
  const named = groupsNamed(group).filter((each) => location === '' || folded(each.location) === folded(location));
  const [first, second] = named;
  const place = location === '' ? '' : ` in the location "${shortened(location)}"`;
  if (!first) return { reason: `There is no group "${shortened(group)}"${place}: make it first, or correct the name.` };
  if (second)
    return { reason: `Several locations have a group "${shortened(group)}": say which one in a column "location".` };
  return { groupId: first.id };
}

function languageOf(text: string, notes: string[]): 'en' | 'de' | null {
  if (text === '') return null;
  // RFC 2798 has preferredLanguage in the form of Accept-Language: "de-AT, en;q=0.5".
  const first = text.split(/[,;]/)[0]!.trim().toLowerCase();
  if (/^(de|ger|deu|deutsch|german)\b/.test(first)) return 'de';
  if (/^(en|eng|englisch|english)\b/.test(first)) return 'en';
  notes.push(`The language "${shortened(text)}" is neither German nor English and is left out.`);
  return null;
}

function zoneOf(text: string, notes: string[]): string | null {
  if (text === '') return null;
  if (isTimeZone(text)) return text;
  notes.push(`The time zone "${shortened(text)}" is not one such as Europe/Berlin and is left out.`);
  return null;
}

function numberOf(text: string, groupId: string | null, { normalise }: EntryRules, notes: string[]): string | null {
  if (text === '') return null;
  if (DialableNumber.safeParse(text).success) {
    try {
      return normalise(text, groupId);
    } catch (error) {
      notes.push(`The mobile number is left out: ${(error as Error).message}`);
      return null;
    }
  }
  notes.push(`The mobile number "${shortened(text)}" can’t be dialled and is left out.`);
  return null;
}

function extensionOf(text: string, notes: string[]): string | null {
  if (text === '') return null;
  if (text.length <= maxExtension && /^[0-9A-Za-z_.+-]+$/.test(text)) return text;
  notes.push(`The extension "${shortened(text)}" is not one such as 201 and is left out.`);
  return null;
}

export const isFault = (read: Entry | Fault): read is Fault => 'reason' in read;

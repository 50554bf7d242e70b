import type { Conditions, Effect, Rule } from './rules.queries.ts';

/** A rule while it is being typed: every field as text, conditions in the order they were added. Pure. */

export const conditionNames = [
  'showAs',
  'words',
  'mark',
  'categories',
  'organizer',
  'attendees',
  'online',
  'allDay',
  'length',
  'workingHours',
  'response',
  'sensitivity',
  'calendars',
  'sources',
] as const;
export type ConditionName = (typeof conditionNames)[number];

/** Ticked values; a text; or the bounds of a range. */
export type ConditionDraft = string[] | string | { least: string; most: string };

export interface RuleDraft {
  name: string;
  when: { name: ConditionName; value: ConditionDraft }[];
  ignore: boolean;
  profile: string;
  lead: string;
  lag: string;
}

export const severalOf = {
  showAs: ['busy', 'tentative', 'outOfOffice', 'workingElsewhere', 'free', 'unknown'],
  response: ['accepted', 'tentativelyAccepted', 'organizer', 'notResponded', 'none', 'declined'],
  sensitivity: ['normal', 'personal', 'private', 'confidential'],
  sources: ['microsoft365', 'exchange', 'domino', 'pc-agent', 'caldav', 'icalendar-address', 'icalendar-file'],
} as const;
export const eitherOf = {
  online: ['online', 'notOnline'],
  allDay: ['allDay', 'notAllDay'],
  workingHours: ['inside', 'outside'],
} as const;
/** What groups that store no subjects don't know. */
export const aboutSubjects: readonly ConditionName[] = [
  'words',
  'mark',
  'categories',
  'organizer',
  'attendees',
  'online',
];

export const newDraft = (): RuleDraft => ({
  ...{ name: '', ignore: false, profile: '', lead: '0', lag: '0' },
  when: [{ name: 'showAs', value: ['busy'] }],
});

export function emptyCondition(name: ConditionName): ConditionDraft {
  if (name in severalOf) return [];
  if (name in eitherOf) return eitherOf[name as keyof typeof eitherOf][0];
  return name === 'attendees' || name === 'length' ? { least: '', most: '' } : '';
}

const joined = (values: readonly string[]) => values.join(', ');
const split = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
const typed = (value: number | undefined) => value?.toString() ?? '';

/** @param me how the reader says "me". */
export function draftOf({ name, when, effect }: Rule, me: string): RuleDraft {
  const { title, organizer, attendees, length, allDay, online } = when;
  const known: Partial<Record<ConditionName, ConditionDraft | undefined>> = {
    ...{ showAs: when.showAs, response: when.response, sensitivity: when.sensitivity, sources: when.sources },
    words: title && 'words' in title ? joined(title.words) : undefined,
    mark: title && 'mark' in title ? title.mark : undefined,
    categories: when.categories && joined(when.categories),
    calendars: when.calendars && joined(when.calendars),
    organizer: organizer && joined(organizer.map((who) => (who === 'me' ? me : who))),
    attendees: attendees && { least: typed(attendees.min), most: typed(attendees.max) },
    length: length && { least: typed(length.minMinutes), most: typed(length.maxMinutes) },
    online: online === undefined ? undefined : online ? 'online' : 'notOnline',
    allDay: allDay === undefined ? undefined : allDay ? 'allDay' : 'notAllDay',
    workingHours: when.workingHours,
  };
  return {
    name,
    when: conditionNames.flatMap((condition) => {
      const value = known[condition];
      return value === undefined ? [] : [{ name: condition, value: Array.isArray(value) ? [...value] : value }];
    }),
    ...('ignore' in effect
      ? { ignore: true, profile: '', lead: '0', lag: '0' }
      : { ignore: false, profile: effect.profile, lead: `${effect.leadMinutes}`, lag: `${effect.lagMinutes}` }),
  };
}

/** What is still wrong, by condition or field. The server has the last word. */
export type DraftFaults = Partial<Record<ConditionName | 'name' | 'profile' | 'lead' | 'lag', 'missing' | 'number'>>;

/** @param mes how "me" may be written. */
export function ruleOf(draft: RuleDraft, mes: readonly string[]): { rule: Rule; faults: DraftFaults } {
  const faults: DraftFaults = {};
  if (draft.name.trim() === '') faults.name = 'missing';
  if (!draft.ignore && draft.profile === '') faults.profile = 'missing';
  const minutes = (text: string, field: 'lead' | 'lag') => {
    const number = wholeNumber(text) ?? 0;
    if (number === 'no') faults[field] = 'number';
    return number === 'no' ? 0 : number;
  };
  const effect: Effect = draft.ignore
    ? { ignore: true }
    : {
        profile: draft.profile,
        leadMinutes: minutes(draft.lead, 'lead'),
        lagMinutes: minutes(draft.lag, 'lag'),
      };
  const when = Object.assign({}, ...draft.when.map((each) => conditionOf(each, mes, faults))) as Conditions;
  return { rule: { name: draft.name.trim(), when, effect }, faults };
}

function conditionOf(
  { name, value }: RuleDraft['when'][number],
  mes: readonly string[],
  faults: DraftFaults,
): Partial<Record<keyof Conditions, unknown>> {
  if (Array.isArray(value)) {
    if (value.length === 0) faults[name] = 'missing';
    return { [name]: value };
  }
  if (typeof value === 'object') {
    const [least, most] = [wholeNumber(value.least), wholeNumber(value.most)];
    if (least === 'no' || most === 'no') faults[name] = 'number';
    else if (least === undefined && most === undefined) faults[name] = 'missing';
    const [from, to] = name === 'length' ? ['minMinutes', 'maxMinutes'] : ['min', 'max'];
    return { [name]: { ...(least !== undefined && { [from!]: least }), ...(most !== undefined && { [to!]: most }) } };
  }
  if (name === 'online' || name === 'allDay') return { [name]: value === name };
  if (name === 'workingHours') return { [name]: value };
  const parts = split(value);
  if (parts.length === 0) faults[name] = 'missing';
  if (name === 'mark') return { title: { mark: value.trim() } };
  if (name === 'words') return { title: { words: parts } };
  return { [name]: name === 'organizer' ? parts.map((who) => (mes.includes(who.toLowerCase()) ? 'me' : who)) : parts };
}

/** undefined: nothing was written. */
function wholeNumber(text: string): number | 'no' | undefined {
  if (text.trim() === '') return undefined;
  return /^\d{1,6}$/.test(text.trim()) ? Number(text) : 'no';
}

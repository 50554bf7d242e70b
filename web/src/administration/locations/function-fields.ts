import type { FunctionName } from '../tree-nodes.ts';
import type { Connections, FunctionValue } from './locations.queries.ts';

/** The fields of each function, as the server's schemas have them, in the order and grouping of the form. */
export type Field =
  | { path: string; kind: 'time' | 'weekdays' | 'statuses' }
  | { path: string; kind: 'toggle'; offered?: 'ownAccounts' }
  /** Null, where the field may be empty, is written `none`. */
  | { path: string; kind: 'choice'; options: readonly string[] }
  /** One of what administrators of the system entered, by its id; null: none. */
  | { path: string; kind: 'connection'; of: Connections }
  /** Options with a sentence each; those that need a connector which isn't there say so. */
  | { path: string; kind: 'ways'; options: readonly string[]; offered?: 'methods' | 'sources' }
  | { path: string; kind: 'days' | 'minutes'; least: number; most: number }
  /** One of the profiles in force there, by its key or name; null: none. */
  | { path: string; kind: 'profile' }
  /** From appointments to profiles, in order. */
  | { path: string; kind: 'rules' };

export interface FieldGroup {
  name: string;
  fields: readonly Field[];
}

const levels = ['external', 'employee', 'colleague', 'assistant'] as const;
const details = ['nothing', 'status', 'public', 'allButPrivate'] as const;

export const functionFields: Record<FunctionName, readonly FieldGroup[]> = {
  activation: [
    {
      name: 'rules',
      fields: [
        { path: 'rules', kind: 'rules' },
        { path: 'ownRulesAllowed', kind: 'toggle' },
      ],
    },
    {
      name: 'appointments',
      fields: [
        { path: 'tentativeCounts', kind: 'toggle' },
        { path: 'automaticForwarding', kind: 'statuses' },
        { path: 'ownPauseAllowed', kind: 'toggle' },
      ],
    },
    {
      name: 'workingDay',
      fields: [
        { path: 'workingDay.days', kind: 'weekdays' },
        { path: 'workingDay.start', kind: 'time' },
        { path: 'workingDay.end', kind: 'time' },
        { path: 'outsideWorkingDay', kind: 'profile' },
      ],
    },
    {
      name: 'byHand',
      fields: [
        {
          path: 'manualEnd',
          kind: 'ways',
          options: ['nextBoundary', 'appointmentEnd', 'endOfWorkingDay', 'untilChanged'],
        },
      ],
    },
    {
      name: 'client',
      fields: [
        { path: 'client.onStart', kind: 'profile' },
        { path: 'client.onInactive.profile', kind: 'profile' },
        { path: 'client.onInactive.afterMinutes', kind: 'minutes', least: 1, most: 240 },
        { path: 'client.onLocked', kind: 'profile' },
        { path: 'client.onEnd', kind: 'profile' },
      ],
    },
  ],
  synchronization: [
    {
      name: 'method',
      fields: [
        { path: 'method', kind: 'ways', options: ['serverSide', 'local', 'off'], offered: 'methods' },
        { path: 'source', kind: 'ways', options: ['none', 'microsoft365', 'exchange', 'domino'], offered: 'sources' },
      ],
    },
    {
      name: 'own',
      fields: [
        { path: 'caldav.allowed', kind: 'toggle' },
        { path: 'icalendar.allowed', kind: 'toggle' },
        { path: 'microsoft365.allowed', kind: 'toggle', offered: 'ownAccounts' },
        { path: 'microsoft365.required', kind: 'toggle' },
      ],
    },
    {
      name: 'microsoft365',
      fields: [
        { path: 'microsoft365.graphApplicationId', kind: 'connection', of: 'graphApplications' },
        { path: 'microsoft365.mailboxSettings', kind: 'toggle' },
        { path: 'microsoft365.automaticReplies', kind: 'toggle' },
      ],
    },
    {
      name: 'exchange',
      fields: [
        { path: 'exchange.serverId', kind: 'connection', of: 'exchangeServers' },
        { path: 'exchange.automaticReplies', kind: 'toggle' },
        { path: 'exchange.moveToMicrosoft365', kind: 'toggle' },
      ],
    },
    {
      name: 'replies',
      fields: [{ path: 'repliesToOutsiders', kind: 'choice', options: ['none', 'known', 'all'] }],
    },
    {
      name: 'kept',
      fields: [
        { path: 'window.daysBack', kind: 'days', least: 0, most: 365 },
        { path: 'window.daysAhead', kind: 'days', least: 1, most: 730 },
        { path: 'calendars', kind: 'choice', options: ['chosen', 'default', 'all'] },
        { path: 'freeBusyOnly', kind: 'toggle' },
      ],
    },
  ],
  profiles: [{ name: 'own', fields: [{ path: 'ownAllowed', kind: 'toggle' }] }],
  privacy: [
    {
      name: 'detail',
      fields: levels.map((level) => ({ path: `detail.${level}`, kind: 'choice' as const, options: details })),
    },
    {
      name: 'relationship',
      fields: [
        { path: 'relationship.withinLocation', kind: 'choice', options: levels },
        { path: 'relationship.acrossLocations', kind: 'choice', options: levels },
      ],
    },
    {
      name: 'external',
      fields: [
        { path: 'externalSees.until', kind: 'toggle' },
        { path: 'externalSees.note', kind: 'toggle' },
      ],
    },
    { name: 'history', fields: [{ path: 'historyDays', kind: 'days', least: 0, most: 90 }] },
  ],
};

export const fieldsOf = (name: FunctionName): Field[] => functionFields[name].flatMap(({ fields }) => fields);

/** @param path dotted: `workingDay.start`. */
export function valueAt(value: FunctionValue | undefined, path: string): unknown {
  return path.split('.').reduce<unknown>((part, name) => (part as FunctionValue | undefined)?.[name], value);
}

export function withValueAt(value: FunctionValue, path: string, next: unknown): FunctionValue {
  const [name = '', ...rest] = path.split('.');
  const inner = rest.length === 0 ? next : withValueAt((value[name] ?? {}) as FunctionValue, rest.join('.'), next);
  return { ...value, [name]: inner };
}

export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The fields in which two values of a function differ. */
export const differing = (name: FunctionName, one: FunctionValue, other: FunctionValue): Field[] =>
  fieldsOf(name).filter(({ path }) => !same(valueAt(one, path), valueAt(other, path)));

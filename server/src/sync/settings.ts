/** What a configuration group decides about its users' calendars: its function `synchronization`. */
import { z } from 'zod';
import { storedValue } from '../organization/stored-value.ts';
import { defaultWindow, windowLimits } from './window.ts';

const days = ({ least, most }: { least: number; most: number }, standard: number) => {
  const error = `Write a whole number of days from ${least} to ${most}.`;
  return z.int(error).min(least, error).max(most, error).default(standard);
};
const allowed = (standard: boolean) => z.boolean().default(standard);

export const serverSideSources = ['microsoft365', 'exchange', 'domino'] as const;

/** An "out of office" presence sets automatic replies in the mailbox, and takes them back with it. */
const automaticReplies = allowed(false);

export const microsoft365Settings = z.strictObject({
  /** Users connect their own mailbox, by their own consent. */
  allowed: allowed(false),
  /** Whoever has no valid grant is led to the sign-in at Microsoft once a session; it can be put off. */
  required: allowed(false),
  /** By which mailboxes are read, those that users connect and those of the source "microsoft365". */
  graphApplicationId: z.uuid('This isn’t the id of a Graph application.').nullable().default(null),
  /** Time zone and working hours come from the mailbox. */
  mailboxSettings: allowed(false),
  automaticReplies,
});
const defaultMicrosoft365 = microsoft365Settings.parse({});

export const exchangeSettings = z.strictObject({
  /** By which mailboxes are read, of the source "exchange" and of a group that moves away from it. */
  serverId: z.uuid('This isn’t the id of an Exchange server.').nullable().default(null),
  automaticReplies,
  /**
   * With the source "microsoft365": a user's mailbox is read from the Exchange server until the one in Microsoft 365 was
   * found and read whole.
   */
  moveToMicrosoft365: allowed(false),
});
const defaultExchange = exchangeSettings.parse({});

const fields = {
  /** How calendars come here beside those that users connect themselves; `off`: none at all, those rest too. */
  method: z.enum(['local', 'serverSide', 'off']).default('serverSide'),
  /** Where the server reads the group's calendars by itself; null: users connect theirs. */
  source: z.enum(serverSideSources, 'There is no such server-side source.').nullable().default(null),
  microsoft365: microsoft365Settings.default(defaultMicrosoft365),
  exchange: exchangeSettings.default(defaultExchange),
  caldav: z.strictObject({ allowed: allowed(true) }).default({ allowed: true }),
  /** Addresses of iCalendar feeds, and files. */
  icalendar: z.strictObject({ allowed: allowed(true) }).default({ allowed: true }),
  window: z
    .strictObject({
      daysBack: days(windowLimits.daysBack, defaultWindow.daysBack),
      daysAhead: days(windowLimits.daysAhead, defaultWindow.daysAhead),
    })
    .default(defaultWindow),
  /** Who outside of the company gets an automatic reply, where those are set: nobody, people in the user's contacts, all. */
  repliesToOutsiders: z.enum(['none', 'known', 'all']).default('none'),
  /** Only when somebody is busy is stored: no subjects, places, people or addresses of meetings. */
  freeBusyOnly: z.boolean().default(false),
  /** Which calendars of an account take part: as its user chooses, those its source takes for the user's own, or all. */
  calendars: z.enum(['chosen', 'default', 'all']).default('chosen'),
};

export type SynchronizationSettings = z.infer<typeof synchronizationSettings>;

/** For what an administrator sends: refuses what it doesn't know, fills in what was left out. */
export const synchronizationSettings = z.strictObject(fields);
export const defaultSynchronizationSettings: SynchronizationSettings = synchronizationSettings.parse({});

/** Within what is in force for a group (configuration_group.settings). Never throws: see storedValue. */
export const synchronizationSettingsOf = (groupSettings: Record<string, unknown>): SynchronizationSettings =>
  groupSettings.synchronization
    ? storedValue(synchronizationSettings, groupSettings.synchronization)
    : defaultSynchronizationSettings;

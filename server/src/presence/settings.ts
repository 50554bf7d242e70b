/** What a configuration group decides about presence: its function `activation`, "Automatic activation". */
import { z } from 'zod';
import { storedValue } from '../organization/stored-value.ts';
import { statuses } from './presence.ts';
import { rules } from './rules/rule.ts';

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time of day as HH:MM, from 00:00 to 23:59.')
  .describe('Local time in the zone of the user concerned.');

const workingDay = z.object({
  start: timeOfDay,
  /** At or before `start` it belongs to the day after: a night shift. */
  end: timeOfDay,
  /** ISO days of the week on which it starts: 1 is Monday, 7 Sunday. */
  days: z.array(z.int().min(1).max(7)).min(1, 'Choose at least one day of the week.').max(7),
});

const profile = z
  .string()
  .trim()
  .min(1, 'Name a profile, or choose none.')
  .max(100)
  .nullable()
  .describe('A profile of the user’s set, by its key or its name; null: none.');

/** What follows from what the users' clients say. Null: nothing. */
const client = z.strictObject({
  /** While a client is open and used. */
  onStart: profile.default(null),
  /** From when the last one was closed until one is opened again. */
  onEnd: profile.default(null),
  onInactive: z
    .strictObject({
      afterMinutes: z
        .int('Write a whole number of minutes from 1 to 240.')
        .min(1, 'Write a whole number of minutes from 1 to 240.')
        .max(240, 'Write a whole number of minutes from 1 to 240.')
        .default(10),
      profile: profile.default(null),
    })
    .prefault({}),
  /** While the screen is locked, where the client can tell. */
  onLocked: profile.default(null),
});

const fields = {
  /** Whether a tentative appointment makes presence as a busy one does. */
  tentativeCounts: z.boolean().default(true),
  workingDay: workingDay.default({ start: '08:00', end: '17:00', days: [1, 2, 3, 4, 5] }),
  /** When a manual choice ends, unless the user says otherwise. appointmentEnd: with the appointment that is running when
   *  it is made, and where none is as nextBoundary. */
  manualEnd: z.enum(['nextBoundary', 'appointmentEnd', 'endOfWorkingDay', 'untilChanged']).default('nextBoundary'),
  /** The profile outside of the working day where nothing stronger speaks; null: as inside. */
  outsideWorkingDay: profile.default(null),
  client: client.prefault({}),
  /** Statuses whose call forwarding comes by itself. A profile chosen by hand always brings its forwarding. */
  automaticForwarding: z.array(z.enum(statuses)).default([...statuses]),
  /** Whether users may pause the forwarding of their own phones. */
  ownPauseAllowed: z.boolean().default(true),
  /** From appointments to profiles, in order; where none applies the default mapping decides (mapping.ts). */
  rules: rules.default([]),
  /** Whether users may have rules of their own, which are asked first. */
  ownRulesAllowed: z.boolean().default(true),
};

export type ClientSettings = z.infer<typeof client>;
export type WorkingDay = z.infer<typeof workingDay>;
export type PresenceSettings = z.infer<typeof presenceSettings>;

/** For what an administrator sends: refuses what it doesn't know, fills in what was left out. */
export const presenceSettings = z.strictObject(fields);
export const defaultPresenceSettings: PresenceSettings = presenceSettings.parse({});

/**
 * The presence settings within what is in force for a group (configuration_group.settings). Never throws: a field that can't be read falls back to its
 * default, so that a value of an older or newer version costs only itself and never a user's presence.
 */
export const presenceSettingsOf = (groupSettings: Record<string, unknown>): PresenceSettings =>
  groupSettings.activation ? storedValue(presenceSettings, groupSettings.activation) : defaultPresenceSettings;

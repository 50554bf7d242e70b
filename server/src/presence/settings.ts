/** What a configuration group decides about presence: its function `activation`, "Automatic activation". */
import { z } from 'zod';
import { storedValue } from '../organization/stored-value.ts';
import { statuses } from './presence.ts';

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

const fields = {
  /** Whether a tentative appointment makes presence as a busy one does. */
  tentativeCounts: z.boolean().default(true),
  workingDay: workingDay.default({ start: '08:00', end: '17:00', days: [1, 2, 3, 4, 5] }),
  /** When a manual choice ends, unless the user says otherwise. */
  manualEnd: z.enum(['nextBoundary', 'endOfWorkingDay', 'untilChanged']).default('nextBoundary'),
  /** The status outside of the working day where nothing stronger speaks; null: as inside. */
  outsideWorkingDay: z.enum(statuses).nullable().default(null),
  /** Statuses whose call forwarding comes by itself. A profile chosen by hand always brings its forwarding. */
  automaticForwarding: z.array(z.enum(statuses)).default([...statuses]),
};

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

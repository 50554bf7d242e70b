/** What a configuration group decides about privacy: its function `privacy`. */
import { z } from 'zod';
import { storedValue } from '../organization/stored-value.ts';

/** What somebody is to a user, from the least to the most; what each may do: organization/relationships. */
export const relationshipLevels = ['external', 'employee', 'colleague', 'assistant'] as const;
export type RelationshipLevel = (typeof relationshipLevels)[number];

/** How much of an agenda somebody else sees, from the least to the most. */
export const calendarDetails = ['nothing', 'status', 'public', 'allButPrivate'] as const;
export type CalendarDetail = (typeof calendarDetails)[number];

const detail = z.enum(calendarDetails).default('status');
const level = z.enum(relationshipLevels).default('employee');
const days = 'Write a whole number of days from 0 to 90.';
const shown = z.boolean().default(false);

const fields = {
  /** By what the one who looks is to the user. */
  detail: z
    .strictObject({ external: detail, employee: detail, colleague: detail, assistant: detail })
    .default({ external: 'status', employee: 'status', colleague: 'status', assistant: 'status' }),
  /** What users are to each other where no work group and no choice of their own says more. */
  relationship: z
    .strictObject({ withinLocation: level, acrossLocations: level })
    .default({ withinLocation: 'employee', acrossLocations: 'employee' }),
  /** What external ones are told of presence beside the status. */
  externalSees: z.strictObject({ until: shown, note: shown }).default({ until: false, note: false }),
  /** How long a user's presence history is kept, which only that user sees; 0: not at all. */
  historyDays: z.int(days).min(0, days).max(90, days).default(14),
};

export type PrivacySettings = z.infer<typeof privacySettings>;

/** For what an administrator sends: refuses what it doesn’t know, fills in what was left out. */
export const privacySettings = z.strictObject(fields);

/** Within what is in force for a group (configuration_group.settings). Never throws: see storedValue. */
export const privacySettingsOf = (groupSettings: Record<string, unknown>): PrivacySettings =>
  storedValue(privacySettings, groupSettings.privacy);

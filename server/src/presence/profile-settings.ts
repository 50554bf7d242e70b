/** What a configuration group decides about presence profiles: its function `profiles`. The profiles are rows (profiles.queries.ts). */
import { z } from 'zod';

const fields = {
  /** Whether users may have profiles of their own beside the central ones. */
  ownAllowed: z.boolean().default(true),
};

export type ProfileSettings = z.infer<typeof profileSettings>;

export const profileSettings = z.strictObject(fields);

/** Whether users of a group have profiles of their own. @param groupSettings what is in force for the group. Never throws. */
export const ownProfilesAllowed = (groupSettings: Record<string, unknown>): boolean =>
  (groupSettings.profiles as { ownAllowed?: unknown } | null | undefined)?.ownAllowed !== false;

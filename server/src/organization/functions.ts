/**
 * The functions that locations and groups have settings for: each with its fields, and what must look again when they
 * change. Whatever has settings of its own registers here; forms, API and file format follow.
 */
import type { z } from 'zod';
import { privacySettings } from '../agenda/privacy-settings.ts';
import { profileSettings } from '../presence/profile-settings.ts';
import { presenceSettings } from '../presence/settings.ts';
import type { Executor } from '../store/database.ts';
import { synchronizationSettings } from '../sync/settings.ts';
import { type FunctionName, functionNames } from './inheritance.ts';
import { copyProfilesToGroup, returnToLocationProfiles } from './profiles/copies.ts';

export interface SettingsFunction {
  name: FunctionName;
  /** Strict, for what is sent; every field has a default. */
  schema: z.ZodObject;
  /** Whether the presence of the users concerned may be another after a change. */
  wakesPresence: boolean;
  /** Whether their calendars are to be looked at after a change. */
  wakesSync: boolean;
  /** What a group gets beside the settings when it goes from "Default" to "Individual". Run in the transaction. */
  becomesIndividual?(transaction: Executor, groupId: string): Promise<void>;
  /** The same for the way back. */
  becomesDefault?(transaction: Executor, groupId: string): Promise<void>;
}

const functions: Readonly<Record<FunctionName, SettingsFunction>> = {
  activation: { name: 'activation', schema: presenceSettings, wakesPresence: true, wakesSync: false },
  synchronization: {
    name: 'synchronization',
    schema: synchronizationSettings,
    wakesPresence: false, // sync tells presence of each user whose appointments become others
    wakesSync: true,
  },
  profiles: {
    name: 'profiles',
    schema: profileSettings,
    wakesPresence: true,
    wakesSync: false,
    becomesIndividual: copyProfilesToGroup,
    becomesDefault: returnToLocationProfiles,
  },
  privacy: { name: 'privacy', schema: privacySettings, wakesPresence: false, wakesSync: false },
};

export const functionOf = (name: FunctionName): SettingsFunction => functions[name];
export const allFunctions: readonly SettingsFunction[] = functionNames.map((name) => functions[name]);

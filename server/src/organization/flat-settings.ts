/** Configuration groups in the flat shape that they had before functions: read and changed on top of those. */
import type { z } from 'zod';
import { showsSubjects } from '../agenda/privacy.ts';
import { privacySettingsOf } from '../agenda/privacy-settings.ts';
import { ApiError } from '../api/errors.ts';
import type { GroupSettingsChange } from '../api/schemas/settings.ts';
import { type PresenceSettings, presenceSettingsOf } from '../presence/settings.ts';
import type { Database, Executor } from '../store/database.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';
import type { WindowSettings } from '../sync/window.ts';
import type { Actor } from './audit.ts';
import { setGroupFunction } from './settings.ts';
import { holdGroup } from './tree.queries.ts';

export interface Group {
  id: string;
  name: string;
  location: string;
  timeZone: string;
  settings: { presence: PresenceSettings; colleaguesSee: 'busy' | 'subjects'; calendarWindow: WindowSettings };
}

const selectGroups = (db: Executor) =>
  db
    .selectFrom('configuration_group')
    .innerJoin('location', 'location.id', 'configuration_group.location_id')
    .select([
      'configuration_group.id',
      'configuration_group.name',
      'location.name as location',
      'location.time_zone as timeZone',
      'configuration_group.settings',
    ]);

const shown = (row: { settings: Record<string, unknown> } & Omit<Group, 'settings'>): Group => ({
  ...row,
  settings: {
    presence: presenceSettingsOf(row.settings),
    colleaguesSee: showsSubjects(privacySettingsOf(row.settings).detail.employee) ? 'subjects' : 'busy',
    calendarWindow: synchronizationSettingsOf(row.settings).window,
  },
});

/** @throws ApiError notFound */
export async function readGroup(db: Executor, groupId: string): Promise<Group> {
  const row = await selectGroups(db).where('configuration_group.id', '=', groupId).executeTakeFirst();
  if (!row) throw new ApiError('notFound', 'There is no such group.');
  return shown(row);
}

/**
 * Changes settings; the functions they belong to become "Individual".
 * @throws ApiError notFound
 */
export async function changeGroupSettings(
  db: Database,
  groupId: string,
  change: z.output<typeof GroupSettingsChange>,
  actor: Actor,
): Promise<Group> {
  return db.transaction().execute(async (transaction) => {
    const held = await holdGroup(transaction, groupId);
    if (!held) throw new ApiError('notFound', 'There is no such group.');
    const { settings } = held.group;
    const set = (name: 'activation' | 'synchronization' | 'privacy', value: object) =>
      setGroupFunction(transaction, groupId, name, { mode: 'individual', value }, actor);
    if (change.presence) await set('activation', { ...presenceSettingsOf(settings), ...defined(change.presence) });
    if (change.calendarWindow) {
      const synchronization = synchronizationSettingsOf(settings);
      const window = { ...synchronization.window, ...defined(change.calendarWindow) };
      await set('synchronization', { ...synchronization, window });
    }
    if (change.colleaguesSee) {
      const privacy = privacySettingsOf(settings);
      const inside = change.colleaguesSee === 'subjects' ? 'public' : 'status';
      const detail = { ...privacy.detail, employee: inside, colleague: inside, assistant: inside };
      await set('privacy', { ...privacy, detail });
    }
    return readGroup(transaction, groupId);
  });
}

/** A field that is there but undefined would wipe the stored one. */
const defined = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

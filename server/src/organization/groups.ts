/** Configuration groups: where settings are made. One location and one group stand from the set-up on. */
import type { z } from 'zod';
import { ApiError } from '../api/errors.ts';
import type { GroupSettingsChange } from '../api/schemas/settings.ts';
import { markGroupDue } from '../presence/due.ts';
import { type PresenceSettings, presenceSettingsOf } from '../presence/settings.ts';
import type { Database, Executor } from '../store/database.ts';
import { syncGroupNow } from '../sync/accounts.ts';
import { type WindowSettings, windowSettingsOf } from '../sync/window.ts';

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
    colleaguesSee: row.settings.colleaguesSee === 'subjects' ? 'subjects' : 'busy', // agenda/privacy.ts
    calendarWindow: windowSettingsOf(row.settings),
  },
});

export async function listGroups(db: Executor): Promise<Group[]> {
  return (await selectGroups(db).orderBy('configuration_group.created_at').execute()).map(shown);
}

/** @throws ApiError notFound */
export async function readGroup(db: Executor, groupId: string): Promise<Group> {
  const row = await selectGroups(db).where('configuration_group.id', '=', groupId).executeTakeFirst();
  if (!row) throw new ApiError('notFound', 'There is no such group.');
  return shown(row);
}

/**
 * Changes settings and lets everybody in the group look at their presence again; another window of the calendars
 * has them read again.
 * @throws ApiError notFound
 */
export async function changeGroupSettings(
  db: Database,
  groupId: string,
  change: z.output<typeof GroupSettingsChange>,
): Promise<Group> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('configuration_group')
      .select('settings')
      .where('id', '=', groupId)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new ApiError('notFound', 'There is no such group.');
    const presence = { ...presenceSettingsOf(row.settings), ...defined(change.presence ?? {}) };
    const calendarWindow = change.calendarWindow && {
      ...windowSettingsOf(row.settings),
      ...defined(change.calendarWindow),
    };
    await transaction
      .updateTable('configuration_group')
      .set({
        settings: JSON.stringify({ ...row.settings, ...defined({ ...change, presence, calendarWindow }) }),
      })
      .where('id', '=', groupId)
      .execute();
    await markGroupDue(transaction, groupId);
    if (calendarWindow) await syncGroupNow(transaction, groupId);
    return readGroup(transaction, groupId);
  });
}

/** A field that is there but undefined would wipe the stored one. */
const defined = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

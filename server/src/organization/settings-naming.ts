/** Whose settings for synchronization name something by its id: in words, for the message that refuses its removal. */
import type { Executor } from '../store/database.ts';

export async function settingsNaming(db: Executor, id: string): Promise<string[]> {
  const groups = await db
    .selectFrom('configuration_group as group')
    .innerJoin('location', 'location.id', 'group.location_id')
    .select(['group.name', 'location.name as location', 'group.settings'])
    .execute();
  const locations = await db.selectFrom('location').select(['name', 'settings']).execute();
  const names = ({ settings }: { settings: Record<string, unknown> }) =>
    JSON.stringify(settings.synchronization ?? {}).includes(id);
  return [
    ...locations.filter(names).map(({ name }) => `the settings of ${name}`),
    ...groups.filter(names).map(({ name, location }) => `the settings of ${location} / ${name}`),
  ];
}

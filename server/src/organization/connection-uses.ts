/** What uses a Graph application or an Exchange server: in words, for the message that refuses its removal. */
import type { Executor } from '../store/database.ts';

/** @param column of `account` that names it. */
export async function connectionUses(
  db: Executor,
  column: 'application_id' | 'exchange_server_id',
  id: string,
): Promise<string[]> {
  const { count } = await db
    .selectFrom('account')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where(column, '=', id)
    .executeTakeFirstOrThrow();
  const accounts = Number(count);
  const groups = await db
    .selectFrom('configuration_group as group')
    .innerJoin('location', 'location.id', 'group.location_id')
    .select(['group.name', 'location.name as location', 'group.settings'])
    .execute();
  const locations = await db.selectFrom('location').select(['name', 'settings']).execute();
  const names = ({ settings }: { settings: Record<string, unknown> }) =>
    JSON.stringify(settings.synchronization ?? {}).includes(id);
  return [
    ...(accounts === 0 ? [] : [accounts === 1 ? '1 account is read by it' : `${accounts} accounts are read by it`]),
    ...locations.filter(names).map(({ name }) => `the settings of "${name}"`),
    ...groups.filter(names).map(({ name, location }) => `the settings of "${location} / ${name}"`),
  ];
}

/**
 * Ids in settings, as a company file writes them: `{ group: Berlin / Sales }`, `{ location: Berlin }`,
 * `{ phoneSystem: PBX }`, `{ graphApplication: Contoso }`, `{ exchangeServer: Vienna }`. Ids mean nothing on another
 * system.
 */
import type { Executor } from '../../store/database.ts';
import { isValues } from './merge-patch.ts';
import { EntryRefused } from './section.ts';

export interface Directory {
  byId: ReadonlyMap<string, { kind: Kind; name: string }>;
  /** By kind and name. */
  ids: ReadonlyMap<string, string>;
}
type Kind = 'location' | 'group' | 'phoneSystem' | 'graphApplication' | 'exchangeServer';
const words: Record<Kind, string> = {
  location: 'location',
  group: 'configuration group',
  phoneSystem: 'phone system',
  graphApplication: 'Graph application',
  exchangeServer: 'Exchange server',
};
const kinds: readonly string[] = Object.keys(words);

export async function readDirectory(executor: Executor): Promise<Directory> {
  const locations = await executor.selectFrom('location').select(['id', 'name']).execute();
  const groups = await executor
    .selectFrom('configuration_group')
    .innerJoin('location', 'location.id', 'location_id')
    .select(['configuration_group.id', 'configuration_group.name', 'location.name as location'])
    .execute();
  const systems = await executor.selectFrom('phone_system').select(['id', 'name']).execute();
  const applications = await executor.selectFrom('graph_application').select(['id', 'name']).execute();
  const servers = await executor.selectFrom('exchange_server').select(['id', 'name']).execute();
  const all: { id: string; kind: Kind; name: string }[] = [
    ...locations.map(({ id, name }) => ({ id, kind: 'location' as const, name })),
    ...groups.map(({ id, name, location }) => ({ id, kind: 'group' as const, name: `${location} / ${name}` })),
    ...systems.map(({ id, name }) => ({ id, kind: 'phoneSystem' as const, name })),
    ...applications.map(({ id, name }) => ({ id, kind: 'graphApplication' as const, name })),
    ...servers.map(({ id, name }) => ({ id, kind: 'exchangeServer' as const, name })),
  ];
  return {
    byId: new Map(all.map(({ id, kind, name }) => [id, { kind, name }])),
    ids: new Map(all.map(({ id, kind, name }) => [`${kind}\n${name}`, id])),
  };
}

export function withNames(value: unknown, directory: Directory): unknown {
  if (typeof value === 'string') {
    const known = directory.byId.get(value);
    return known ? { [known.kind]: known.name } : value;
  }
  if (Array.isArray(value)) return value.map((item) => withNames(item, directory));
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withNames(inner, directory)]));
}

/** @param path where the value stands below its section. @throws EntryRefused for a name that leads nowhere. */
export function withIds(value: unknown, directory: Directory, path: readonly (string | number)[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withIds(item, directory, [...path, index]));
  if (!isValues(value)) return value;
  const [kind = '', ...others] = Object.keys(value);
  const name = value[kind];
  if (others.length === 0 && kinds.includes(kind) && typeof name === 'string') {
    const id = directory.ids.get(`${kind}\n${name}`);
    if (!id) throw new EntryRefused([...path, kind], `There is no ${words[kind as Kind]} "${name}".`);
    return id;
  }
  return Object.fromEntries(
    Object.entries(value).map(([inner, part]) => [inner, withIds(part, directory, [...path, inner])]),
  );
}

/** Where users come from, as administrators keep it: files and directories, each with its settings. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { checked } from '../../api/checked.ts';
import { ApiError } from '../../api/errors.ts';
import type { Context } from '../../context.ts';
import type { Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';
import { sampleGroupId } from '../sample-company/apart.ts';
import { hasLiveRun } from './runs.ts';
import { CsvSettings, LdapSettings, nextRunAt, type Schedule } from './settings.ts';

type Kind = 'csv' | 'ldap';
type Settings = CsvSettings | LdapSettings;
type Parts = Pick<Context, 'secrets'>;

const schemas: Record<Kind, z.ZodType<Settings>> = { csv: CsvSettings, ldap: LdapSettings };

export interface SourceFields {
  name: string;
  kind: Kind;
  settings: unknown;
  /** The password of the directory's reader; null: none. */
  password?: string | null | undefined;
}

/** Run it in a transaction. @returns its id. @throws InvalidRequest, ApiError invalid or conflict. */
export async function createSource(
  executor: Executor,
  { secrets }: Parts,
  { name, kind, settings, password }: SourceFields,
  actor: Actor,
): Promise<string> {
  const id = randomUUID();
  const good = await goodSettings(executor, kind, settings);
  await refuseTakenName(executor, name, null);
  await executor
    .insertInto('import_source')
    .values({
      ...{ id, name, kind, settings: JSON.stringify(good), due_at: dueBy(good) },
      secret: password ? secrets.seal(password, id) : null,
    })
    .execute();
  await recordChange(executor, actor, {
    ...{ action: 'create', subject: 'importSource', subjectId: id, subjectName: name },
    after: { name, kind, ...good, hasSecret: Boolean(password) },
  });
  return id;
}

/** Run it in a transaction. @throws ApiError notFound, invalid, conflict. */
export async function changeSource(
  executor: Executor,
  { secrets }: Parts,
  id: string,
  change: Partial<Omit<SourceFields, 'kind'>>,
  actor: Actor,
): Promise<void> {
  const before = await executor
    .selectFrom('import_source')
    .select(['name', 'kind', 'settings', 'secret'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!before) throw new ApiError('notFound', 'There is no such import.');
  if (change.name !== undefined) await refuseTakenName(executor, change.name, id);
  const settings = change.settings === undefined ? null : await goodSettings(executor, before.kind, change.settings);
  const secret = change.password ? secrets.seal(change.password, id) : null;
  await executor
    .updateTable('import_source')
    .set({
      id,
      ...(change.name !== undefined && { name: change.name }),
      ...(settings && { settings: JSON.stringify(settings), due_at: dueBy(settings) }),
      ...(change.password !== undefined && { secret }),
    })
    .where('id', '=', id)
    .execute();
  const name = change.name ?? before.name;
  await recordChange(executor, actor, {
    ...{ action: 'change', subject: 'importSource', subjectId: id, subjectName: name },
    before: { name: before.name, ...before.settings },
    after: {
      ...{ name, ...(settings ?? before.settings) },
      ...(change.password !== undefined && { signIn: change.password ? 'changed' : 'removed' }),
    },
  });
}

/** Its users stay, made by hand from then on. Run it in a transaction. @throws ApiError notFound; conflict while it runs. */
export async function deleteSource(executor: Executor, id: string, actor: Actor): Promise<void> {
  const source = await executor
    .selectFrom('import_source')
    .select(['name', 'kind'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!source) throw new ApiError('notFound', 'There is no such import.');
  if (await hasLiveRun(executor, id))
    throw new ApiError('conflict', 'A run of this import is under way: wait for it, or cancel it.');
  await executor
    .updateTable('users')
    .set({ origin: 'manual', external_id: null, import_source_id: null })
    .where('import_source_id', '=', id)
    .execute();
  await executor.deleteFrom('import_source').where('id', '=', id).execute();
  await recordChange(executor, actor, {
    ...{ action: 'delete', subject: 'importSource', subjectId: id, subjectName: source.name },
    before: { ...source },
  });
}

const dueBy = (settings: Settings) =>
  'schedule' in settings && settings.schedule
    ? nextRunAt(settings.schedule satisfies Schedule, Temporal.Now.instant())
    : null;

/** @throws InvalidRequest or ApiError invalid, naming the field. */
async function goodSettings(executor: Executor, kind: Kind, settings: unknown): Promise<Settings> {
  const good = checked(schemas[kind], settings ?? {}, 'settings');
  if ('filter' in good) {
    const { whyNoFilter } = await import('./ldap/filter.ts'); // loaded by those who have a directory
    const reason = whyNoFilter(good.filter);
    if (reason !== null)
      throw new ApiError('invalid', `The filter can’t be read: ${reason}`, { field: 'settings.filter' });
  }
  const groups = [good.groupId, ...good.groups.map(({ groupId }) => groupId)].filter((id) => id !== null);
  const known = new Set((await executor.selectFrom('configuration_group').select('id').execute()).map(({ id }) => id));
  const sample = await sampleGroupId(executor);
  if (groups.some((id) => id === sample))
    throw new ApiError('invalid', 'This group belongs to the sample company: choose one of your own.', {
      field: good.groupId === sample ? 'settings.groupId' : 'settings.groups',
    });
  const unknown = groups.find((id) => !known.has(id));
  if (unknown !== undefined)
    throw new ApiError('invalid', 'There is no such group.', {
      field: unknown === good.groupId ? 'settings.groupId' : 'settings.groups',
    });
  if (good.phoneSystemId === null) return good;
  const system = await executor
    .selectFrom('phone_system')
    .select('id')
    .where('id', '=', good.phoneSystemId)
    .executeTakeFirst();
  if (!system) throw new ApiError('invalid', 'There is no such phone system.', { field: 'settings.phoneSystemId' });
  return good;
}

async function refuseTakenName(executor: Executor, name: string, ownId: string | null): Promise<void> {
  const other = await executor.selectFrom('import_source').select('id').where('name', '=', name).executeTakeFirst();
  if (other && other.id !== ownId)
    throw new ApiError('conflict', `There is an import called "${name}" already.`, { field: 'name' });
}

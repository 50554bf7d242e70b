/** Where users are imported from, in a company file. Their runs are started elsewhere. */
import { z } from 'zod';
import type { Executor } from '../../store/database.ts';
import { changeSource, createSource, deleteSource } from '../import/sources.ts';
import { withoutNulls } from './identity-providers.ts';
import { readDirectory, withIds, withNames } from './names.ts';
import { variableName } from './references.ts';
import { at, EntryRefused, kept, removed, type Section, withoutEmpty } from './section.ts';
import { openedText } from './unreadable.ts';

const entry = z.strictObject({
  kind: z.enum(['csv', 'ldap']),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('By kind; groups and phone systems by name: { group: Berlin / Sales }.'),
  secret: z.unknown().optional().describe('The password of the directory’s reader: { env: NAME } or { file: PATH }.'),
});

export const importSources: Section<z.output<typeof entry>> = {
  name: 'importSources',
  schema: entry,

  async read({ transaction, secrets }) {
    const directory = await readDirectory(transaction);
    const rows = await transaction
      .selectFrom('import_source')
      .select(['id', 'name', 'kind', 'settings', 'secret'])
      .orderBy('name')
      .execute();
    return Object.fromEntries(
      rows.map(({ id, name, kind, settings, secret }) => [
        name,
        {
          kind,
          settings: withNames(withoutNulls(settings), directory) as Record<string, unknown>,
          ...(secret === null ? {} : { secret: openedText(secrets, secret, id) }),
        },
      ]),
    );
  },

  async write({ transaction, secrets, actor }, changes) {
    const directory = await readDirectory(transaction);
    for (const { name, before, after } of kept(changes)) {
      const settings = withIds(after.settings, directory, [name, 'settings']);
      const password = typeof after.secret === 'string' ? after.secret : null;
      if (before && before.kind !== after.kind)
        throw new EntryRefused(
          [name, 'kind'],
          `${name} is of kind ${before.kind}: remove it, or give the new one another name.`,
        );
      if (before)
        await at(
          [name],
          changeSource(transaction, { secrets }, await idOf(transaction, name), { settings, password }, actor),
        );
      else
        await at([name], createSource(transaction, { secrets }, { name, kind: after.kind, settings, password }, actor));
    }
  },

  async remove({ transaction, actor }, changes) {
    for (const { name } of removed(changes))
      await at([name], deleteSource(transaction, await idOf(transaction, name), actor));
  },

  exported: (name, { kind, settings, secret }) => ({
    kind,
    ...withoutEmpty({
      settings,
      secret: secret === undefined ? null : { env: variableName('importSource', name, 'password') },
    }),
  }),
};

async function idOf(transaction: Executor, name: string): Promise<string> {
  const { id } = await transaction
    .selectFrom('import_source')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return id;
}

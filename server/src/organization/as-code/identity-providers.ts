/** Identity providers (OpenID Connect) in a company file. */
import { z } from 'zod';
import { IdentityProviderSettings } from '../../api/schemas/sign-in.ts';
import type { Executor } from '../../store/database.ts';
import { changeProvider, createProvider, deleteProvider, type ProviderFields } from '../sign-in/providers.ts';
import { type Directory, readDirectory, withIds, withNames } from './names.ts';
import { variableName } from './references.ts';
import {
  type ApplyContext,
  at,
  EntryRefused,
  kept,
  removed,
  type Section,
  withoutDefaults,
  withoutEmpty,
} from './section.ts';
import { openedText } from './unreadable.ts';

const entry = z.strictObject({
  issuer: z.url({ protocol: /^https?$/, error: 'Write an address such as https://login.example.com/realms/company.' }),
  clientId: z.string().trim().min(1, 'The client id is missing.').max(500),
  secret: z.unknown().optional().describe('{ env: NAME } or { file: PATH }.'),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Groups and locations by name: { group: Berlin / Sales }.'),
  enabled: z.boolean().default(true),
});
type ProviderEntry = z.output<typeof entry>;

export const identityProviders: Section<ProviderEntry> = {
  name: 'identityProviders',
  schema: entry,

  async read({ transaction, secrets }) {
    const directory = await readDirectory(transaction);
    const rows = await transaction.selectFrom('identity_provider').selectAll().orderBy('name').execute();
    return Object.fromEntries(
      rows.map(({ id, name, issuer, client_id, secret, settings, enabled }) => [
        name,
        {
          ...{ issuer, clientId: client_id, enabled },
          settings: withNames(withoutNulls(settings), directory) as Record<string, unknown>,
          ...(secret === null ? {} : { secret: openedText(secrets, secret, id) }),
        },
      ]),
    );
  },

  settled: (entry) => ({
    entry,
    faults:
      entry.secret === undefined || typeof entry.secret === 'string'
        ? []
        : [{ path: ['secret'], message: 'Write the secret as { env: NAME } or { file: PATH }.' }],
  }),

  async write({ transaction, secrets, actor }, changes) {
    const directory = await readDirectory(transaction);
    for (const { name, before, after } of kept(changes)) {
      const fields = fieldsOf(name, after, directory);
      if (before) await at([name], changeProvider(transaction, secrets, actor, await idOf(transaction, name), fields));
      else await at([name], createProvider(transaction, secrets, actor, fields));
    }
  },

  async remove({ transaction, actor }: ApplyContext, changes) {
    for (const { name } of removed(changes))
      await at([name], deleteProvider(transaction, actor, await idOf(transaction, name)));
  },

  exported: (name, { settings, secret, ...entry }) => ({
    ...withoutDefaults(entry, { enabled: true }),
    ...withoutEmpty({
      settings: withoutDefaults(settings, IdentityProviderSettings.parse({})),
      secret: secret === undefined ? null : { env: variableName('identityProvider', name, 'secret') },
    }),
  }),
};

function fieldsOf(
  name: string,
  { issuer, clientId, secret, settings, enabled }: ProviderEntry,
  directory: Directory,
): ProviderFields {
  const parsed = IdentityProviderSettings.safeParse(withIds(settings, directory, [name, 'settings']));
  const issue = parsed.error?.issues[0];
  if (issue) throw new EntryRefused([name, 'settings', ...(issue.path as (string | number)[])], issue.message);
  return {
    name,
    issuer,
    clientId,
    enabled,
    settings: parsed.data!,
    secret: typeof secret === 'string' ? secret : null,
  };
}

async function idOf(transaction: Executor, name: string): Promise<string> {
  const { id } = await transaction
    .selectFrom('identity_provider')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return id;
}

/** In a file null removes: what is null by itself isn't written. */
export const withoutNulls = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

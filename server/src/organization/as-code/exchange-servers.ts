/** Exchange servers in a company file. */
import { z } from 'zod';
import type { Executor } from '../../store/database.ts';
import { type SignInFields, secretField, secretKindOf, serverFault, serverFields } from '../exchange-servers/fields.ts';
import { changeServer, createServer, deleteServer, listServers } from '../exchange-servers/servers.ts';
import { isValues } from './merge-patch.ts';
import { variableName } from './references.ts';
import { at, kept, removed, type Section, withoutDefaults, withoutEmpty } from './section.ts';
import { openedText } from './unreadable.ts';

const { name: _, ...fields } = serverFields;
const entry = z.strictObject({
  ...fields,
  secret: z
    .unknown()
    .optional()
    .describe('The service account’s password, or the client secret: { env: NAME } or { file: PATH }.'),
});
type ServerEntry = z.output<typeof entry>;

export const exchangeServers: Section<ServerEntry> = {
  name: 'exchangeServers',
  schema: entry,

  async read({ transaction, secrets }) {
    const rows = await listServers(transaction);
    return Object.fromEntries(
      rows.map(({ id, name, address, mailDomain, signIn, authority, sealed }) => [
        name,
        {
          ...{ address, mailDomain, signIn, authority },
          ...(sealed !== null && { secret: openedText(secrets, sealed, id) }),
        },
      ]),
    );
  },

  /** The secret of one way to sign in is no use to another. */
  base(before, patch) {
    const signIn = isValues(patch) && isValues(patch.signIn) ? (patch.signIn as Partial<SignInFields>) : {};
    const kind = signIn.kind ?? before?.signIn.kind;
    if (!before || !kind || secretKindOf({ kind }) === secretKindOf(before.signIn)) return before;
    const { secret: _, ...rest } = before;
    return rest;
  },

  settled(entry) {
    const { secret } = entry;
    if (secret !== undefined && !secretField.safeParse(secret).success)
      return { entry, faults: [{ path: ['secret'], message: 'Write the secret as { env: NAME } or { file: PATH }.' }] };
    const fault = serverFault(entry, secret !== undefined);
    return { entry, faults: fault ? [{ path: fault.path.split('.'), message: fault.message }] : [] };
  },

  async write({ transaction, secrets, actor }, changes) {
    for (const { name, before, after } of kept(changes)) {
      const fields = { ...after, name, secret: typeof after.secret === 'string' ? after.secret : null };
      if (before) await at([name], changeServer(transaction, secrets, actor, await idOf(transaction, name), fields));
      else await at([name], createServer(transaction, secrets, actor, fields));
    }
  },

  async remove({ transaction, actor }, changes) {
    for (const { name } of removed(changes))
      await at([name], deleteServer(transaction, actor, await idOf(transaction, name)));
  },

  exported: (name, { secret, ...entry }) => ({
    ...withoutDefaults(entry, { address: null, mailDomain: null, authority: null }),
    ...withoutEmpty({
      signIn: withoutEmpty(entry.signIn),
      secret: secret === undefined ? null : { env: variableName('exchangeServer', name, 'secret') },
    }),
  }),
};

async function idOf(transaction: Executor, name: string): Promise<string> {
  const { id } = await transaction
    .selectFrom('exchange_server')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return id;
}

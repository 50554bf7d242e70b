/** API tokens in a company file, by name: whoever keeps the file decides what the token is, and hands it to programs. */
import { z } from 'zod';
import { EmailAddress } from '../../api/schemas/common.ts';
import { scopes } from '../../api/scopes.ts';
import { forgetSessions } from '../../api/sessions.ts';
import { deleteApiToken, hashApiToken, tokenLifetimeDays, tokenPrefix } from '../api-tokens.ts';
import { recordChange } from '../audit.ts';
import { variableName } from './references.ts';
import { EntryRefused, kept, removed, type Section } from './section.ts';

const entry = z.strictObject({
  user: EmailAddress,
  scopes: z.array(z.enum(scopes)).min(1, 'Name at least one scope.'),
  expiresAt: z.string().refine((text) => isInstant(text), 'Write an instant in UTC, such as 2027-06-30T00:00:00Z.'),
  token: z.unknown().describe('{ env: NAME } or { file: PATH } of "whenabouts_" and at least 43 letters and digits.'),
});
type TokenEntry = z.output<typeof entry>;

/** Stored tokens are hashes: what a file says is hashed to be compared. */
const hashed = /^sha256:[0-9a-f]{64}$/;

export const apiTokens: Section<TokenEntry> = {
  name: 'apiTokens',
  schema: entry,

  async read({ transaction }) {
    const rows = await transaction
      .selectFrom('api_token')
      .innerJoin('users', 'users.id', 'user_id')
      .select(['api_token.name', 'email', 'scopes', 'expires_at', 'token'])
      .where('users.sample', '=', false)
      .where('expires_at', '>', Temporal.Now.instant())
      .orderBy('api_token.created_at')
      .execute();
    const entries: Record<string, TokenEntry> = {};
    for (const { name, email, scopes: of, expires_at, token } of rows) {
      const entryName = Object.hasOwn(entries, name) ? `${name} (${email})` : name;
      entries[entryName] = {
        user: email,
        scopes: of as TokenEntry['scopes'],
        expiresAt: expires_at.toString(),
        token: `sha256:${token}`,
      };
    }
    return entries;
  },

  settled(entry) {
    const { token } = entry;
    if (typeof token === 'string' && hashed.test(token)) return { entry, faults: [] };
    if (typeof token !== 'string' || !token.startsWith(tokenPrefix) || token.length < tokenPrefix.length + 43)
      return {
        entry,
        faults: [
          {
            path: ['token'],
            message: `A token is "${tokenPrefix}" and at least 43 letters and digits, given as { env: NAME } or { file: PATH }.`,
          },
        ],
      };
    const expiresAt = Temporal.Instant.from(entry.expiresAt).toString();
    return { entry: { ...entry, expiresAt, token: `sha256:${hashApiToken(token)}` }, faults: [] };
  },

  faults: ({ all }, changes) =>
    kept(changes).flatMap(({ name, after }) => [
      ...(Object.hasOwn(all.users ?? {}, after.user)
        ? []
        : [{ path: [name, 'user'], message: `There is no user ${after.user}.` }]),
      ...(livesTooLong(after) ? [{ path: [name, 'expiresAt'], message: 'A token works for a year at most.' }] : []),
    ]),

  async write({ transaction, actor }, changes) {
    for (const { name, before, after } of kept(changes)) {
      const user = await transaction
        .selectFrom('users')
        .select('id')
        .where('email', '=', after.user)
        .executeTakeFirstOrThrow();
      const token = String(after.token).slice('sha256:'.length);
      const stored = before && (await storedToken(transaction, before));
      const values = {
        user_id: user.id,
        name,
        token,
        scopes: [...after.scopes],
        expires_at: Temporal.Instant.from(after.expiresAt),
      };
      const taken = await transaction
        .selectFrom('api_token')
        .select('id')
        .where('token', '=', token)
        .executeTakeFirst();
      if (taken && taken.id !== stored?.id)
        throw new EntryRefused([name, 'token'], 'Another entry has this very token: give each one its own.');
      const row = stored
        ? await transaction
            .updateTable('api_token')
            .set(values)
            .where('id', '=', stored.id)
            .returning('id')
            .executeTakeFirstOrThrow()
        : await transaction.insertInto('api_token').values(values).returning('id').executeTakeFirstOrThrow();
      const shown = ({ user: of, scopes: may, expiresAt }: TokenEntry) => ({ user: of, scopes: may, expiresAt });
      await recordChange(transaction, actor, {
        ...{ action: before ? 'change' : 'create', subject: 'apiToken', subjectId: row.id, subjectName: name },
        ...{ before: before && shown(before), after: shown(after) },
      });
      await forgetSessions(transaction, user.id);
    }
  },

  async remove({ transaction, actor }, changes) {
    for (const { before } of removed(changes)) {
      const stored = before && (await storedToken(transaction, before));
      const userId = stored && (await deleteApiToken(transaction, actor, stored.id));
      if (userId) await forgetSessions(transaction, userId);
    }
  },

  exported: (name, { user, scopes: may, expiresAt }) => ({
    ...{ user, scopes: may, expiresAt, token: { env: variableName('apiToken', name) } },
  }),
};

const livesTooLong = ({ expiresAt }: TokenEntry): boolean => {
  const latest = Temporal.Now.instant().add({ hours: 24 * tokenLifetimeDays.most });
  return Temporal.Instant.compare(Temporal.Instant.from(expiresAt), latest) > 0;
};

const storedToken = (transaction: Parameters<typeof deleteApiToken>[0], { token }: TokenEntry) =>
  transaction
    .selectFrom('api_token')
    .select('id')
    .where('token', '=', String(token).slice('sha256:'.length))
    .executeTakeFirst();

function isInstant(text: string): boolean {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
}

/** Webhooks in a company file, by address: whoever keeps the file decides the secret that signs. */
import { z } from 'zod';
import { changeWebhook, createWebhook, deleteWebhook } from '../../publishing/webhook-endpoints.ts';
import { variableName } from './references.ts';
import { kept, removed, type Section, withoutDefaults } from './section.ts';
import { openedText } from './unreadable.ts';

const entry = z.strictObject({
  active: z.boolean().default(true),
  secret: z
    .unknown()
    .describe('{ env: NAME } or { file: PATH } of "whsec_" and at least 24 bytes in base64 (Standard Webhooks).'),
});
type WebhookEntry = z.output<typeof entry>;

export const webhooks: Section<WebhookEntry> = {
  name: 'webhooks',
  longestName: 2000,
  schema: entry,

  async read({ transaction, secrets }) {
    const rows = await transaction
      .selectFrom('webhook')
      .select(['id', 'url', 'active', 'secret'])
      .orderBy('url')
      .execute();
    return Object.fromEntries(
      rows.map(({ id, url, active, secret }) => [url, { active, secret: openedText(secrets, secret, id) }]),
    );
  },

  settled: (entry) => ({
    entry,
    faults: /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(String(entry.secret))
      ? []
      : [
          {
            path: ['secret'],
            message: 'Write the secret as { env: NAME } or { file: PATH } of "whsec_" and at least 24 bytes in base64.',
          },
        ],
  }),

  faults: (_, changes) =>
    kept(changes).flatMap(({ name }) => {
      const url = URL.parse(name);
      const good = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
      return good
        ? []
        : [{ path: [name], message: 'A webhook is named by its address: https://…, without user and password.' }];
    }),

  async write({ transaction, secrets, actor }, changes) {
    for (const { name: url, before, after } of kept(changes)) {
      const { active } = after;
      const id = before
        ? await idOf(transaction, url)
        : (await createWebhook({ secrets }, transaction, actor, { url, active })).id;
      if (before) await changeWebhook(transaction, actor, id, { active });
      if (before?.secret !== after.secret)
        await transaction
          .updateTable('webhook')
          .set({ secret: secrets.seal(String(after.secret), id) })
          .where('id', '=', id)
          .execute();
    }
  },

  async remove({ transaction, actor }, changes) {
    for (const { name } of removed(changes)) await deleteWebhook(transaction, actor, await idOf(transaction, name));
  },

  exported: (url, { secret: _, ...entry }) => ({
    ...withoutDefaults(entry, { active: true }),
    secret: { env: variableName('webhook', URL.parse(url)?.host ?? url, 'secret') },
  }),
};

/** Of several with one address the first: the file knows one. */
async function idOf(transaction: Parameters<typeof deleteWebhook>[0], url: string): Promise<string> {
  const { id } = await transaction
    .selectFrom('webhook')
    .select('id')
    .where('url', '=', url)
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirstOrThrow();
  return id;
}

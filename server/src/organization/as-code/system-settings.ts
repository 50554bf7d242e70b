/** What counts for the whole system, in a company file: how the server reaches the outside, what sign-in asks for. */
import { z } from 'zod';
import { SignInSettings } from '../../api/schemas/sign-in.ts';
import { readAuditSettings, writeAuditSettings } from '../audit.queries.ts';
import { readNetworkSettings, writeNetworkSettings } from '../network.ts';
import { readSignInSettings, writeSignInSettings } from '../sign-in/settings.ts';
import { type ApplyContext, at, kept, mapValues, type Section, withoutDefaults } from './section.ts';

const network = z.strictObject({
  allowedNetworks: z.array(z.string()).default([]).describe('Private networks that calendar addresses may lead into.'),
  proxy: z.string().optional(),
  proxyResolvesNames: z.boolean().default(false),
  certificateAuthorities: z.array(z.string()).default([]).describe('PEM texts.'),
});

const days = 'Write a whole number of days from 1 to 3650.';
const auditLog = z.strictObject({ keptDays: z.int(days).min(1, days).max(3650, days).default(365) });

interface Setting<Value> {
  schema: z.ZodType<Value>;
  read(context: ApplyContext): Promise<Value>;
  write(context: ApplyContext, value: Value): Promise<void>;
}
const setting = <Value>(of: Setting<Value>) => of as unknown as Setting<unknown>;

const settings: Readonly<Record<string, Setting<unknown>>> = {
  network: setting({
    schema: network,
    async read({ transaction }): Promise<z.output<typeof network>> {
      const { proxy, ...others } = await readNetworkSettings(transaction);
      return proxy === null ? others : { ...others, proxy };
    },
    write: ({ transaction, actor }, value) =>
      writeNetworkSettings(transaction, actor, { ...value, proxy: value.proxy ?? null }),
  }),
  signIn: setting({
    schema: z.strictObject(SignInSettings.shape).transform((value) => ({
      ...value,
      secondFactorRequiredFor: [...new Set(value.secondFactorRequiredFor)].sort(),
    })),
    read: ({ transaction }) => readSignInSettings(transaction),
    write: ({ transaction, actor }, value) => writeSignInSettings(transaction, actor, value),
  }),
  auditLog: setting({
    schema: auditLog,
    read: ({ transaction }) => readAuditSettings(transaction),
    write: ({ transaction, actor }, value) => writeAuditSettings(transaction, actor, value),
  }),
};

export const system: Section = {
  name: 'system',
  entries: mapValues(settings, ({ schema }) => schema),

  async read(context) {
    const values: Record<string, unknown> = {};
    for (const [name, { read }] of Object.entries(settings)) values[name] = await read(context);
    return values;
  },

  async write(context, changes) {
    for (const { name, after } of kept(changes)) await at([name], settings[name]!.write(context, after));
  },

  /** They are always there: what is removed has its defaults again. */
  async remove(context, changes) {
    for (const { name, after } of changes)
      if (after === null)
        await at([name], settings[name]!.write(context, settings[name]!.schema.parse(defaults(name))));
  },

  exported: (name, entry) =>
    withoutDefaults(entry as object, settings[name]!.schema.parse(defaults(name)) as Record<string, unknown>),
};

const defaults = (name: string) => (name === 'signIn' ? { secondFactorRequiredFor: [] } : {});

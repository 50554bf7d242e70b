/** How the server reaches the outside, in a company file. */
import { z } from 'zod';
import { readNetworkSettings, writeNetworkSettings } from '../network.ts';
import { at } from './locations.ts';
import { kept, type Section, withoutDefaults } from './section.ts';

const defaults = { allowedNetworks: [], proxyResolvesNames: false, certificateAuthorities: [] };
const entry = z.strictObject({
  allowedNetworks: z.array(z.string()).default([]),
  proxy: z.string().optional(),
  proxyResolvesNames: z.boolean().default(false),
  certificateAuthorities: z.array(z.string()).default([]).describe('PEM texts.'),
});

/** One entry, `outside`: there is one way out. */
export const network: Section<z.output<typeof entry>> = {
  name: 'network',
  schema: entry,
  async read({ transaction }) {
    const { proxy, ...settings } = await readNetworkSettings(transaction);
    return { outside: { ...settings, ...(proxy === null ? {} : { proxy }) } };
  },
  faults: (_, changes) =>
    changes
      .filter(({ name, after }) => name !== 'outside' || after === null)
      .map(({ name }) => ({ path: [name], message: 'There is one entry here, "outside", and it stays.' })),
  async write({ transaction, actor }, changes) {
    for (const { name, after } of kept(changes))
      await at([name], writeNetworkSettings(transaction, actor, { ...after, proxy: after.proxy ?? null }));
  },
  async remove() {},
  exported: (_, entry) => withoutDefaults(entry, defaults),
};

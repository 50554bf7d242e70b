/** Graph applications (Microsoft 365) in a company file. */
import { z } from 'zod';
import { cloudFault, NewGraphApplication } from '../../api/schemas/graph-applications.ts';
import type { ClientCredential } from '../../calendars/microsoft365/client-credential.ts';
import { clouds } from '../../calendars/microsoft365/clouds.ts';
import type { Executor } from '../../store/database.ts';
import {
  changeApplication,
  createApplication,
  deleteApplication,
  listApplications,
} from '../graph-applications/applications.ts';
import { variableName } from './references.ts';
import { exportedSecret, secretEntry } from './secret-entry.ts';
import { at, EntryRefused, kept, removed, type Section, withoutDefaults, withoutEmpty } from './section.ts';
import { openedValue } from './unreadable.ts';

const { clientId, tenantId } = NewGraphApplication.shape;
const entry = z.strictObject({
  clientId,
  tenantId,
  cloud: z.enum(clouds).default('global'),
  loginAddress: z.string().optional(),
  graphAddress: z.string().optional(),
  credential: secretEntry
    .optional()
    .describe('{ kind: secret, secret: { env: NAME } }, or { kind: certificate, certificate: …, privateKey: … }.'),
});
type ApplicationEntry = z.output<typeof entry>;

export const graphApplications: Section<ApplicationEntry> = {
  name: 'graphApplications',
  schema: entry,

  async read({ transaction, secrets }) {
    const rows = await listApplications(transaction);
    return Object.fromEntries(
      rows.map((row) => {
        const { name, loginAddress, graphAddress, ...rest } = row;
        return [
          name,
          {
            ...{ clientId: rest.clientId, tenantId: rest.tenantId, cloud: rest.cloud },
            ...(loginAddress !== null && { loginAddress }),
            ...(graphAddress !== null && { graphAddress }),
            ...(row.sealed !== null && { credential: openedValue(secrets, row.sealed, row.id) }),
          },
        ];
      }),
    );
  },

  settled: (entry) => {
    const fault = cloudFault(entry);
    return { entry, faults: fault ? [{ path: [fault.path], message: fault.message }] : [] };
  },

  async write({ transaction, secrets, actor }, changes) {
    for (const { name, before, after } of kept(changes)) {
      const fields = fieldsOf(name, after);
      if (before)
        await at([name], changeApplication(transaction, secrets, actor, await idOf(transaction, name), fields));
      else await at([name], createApplication(transaction, secrets, actor, fields));
    }
  },

  async remove({ transaction, actor }, changes) {
    for (const { name } of removed(changes))
      await at([name], deleteApplication(transaction, actor, await idOf(transaction, name)));
  },

  exported: (name, { credential, ...entry }) => ({
    ...withoutDefaults(entry, { cloud: 'global' }),
    ...withoutEmpty({ credential: exportedSecret(credential, variableName('graphApplication', name)) ?? null }),
  }),
};

function fieldsOf(name: string, { credential, ...entry }: ApplicationEntry) {
  const parsed = NewGraphApplication.safeParse({ name, ...entry, credential: credential ?? null });
  const issue = parsed.error?.issues[0];
  if (issue) throw new EntryRefused([name, ...(issue.path as (string | number)[])], issue.message);
  return { ...parsed.data!, credential: parsed.data!.credential as ClientCredential | null };
}

async function idOf(transaction: Executor, name: string): Promise<string> {
  const { id } = await transaction
    .selectFrom('graph_application')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return id;
}

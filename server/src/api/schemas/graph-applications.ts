/** Graph applications as the API shows and takes them. */
import { z } from '@hono/zod-openapi';
import { clientCredential } from '../../calendars/microsoft365/client-credential.ts';
import { clouds } from '../../calendars/microsoft365/clouds.ts';
import { CheckStep } from './accounts.ts';
import { Id, Instant } from './common.ts';

const name = z.string().trim().min(1, 'A name is needed.').max(100).openapi({ example: 'Calendars of Example Ltd' });
const clientId = z
  .string()
  .trim()
  .min(1, 'The application (client) id is missing.')
  .max(200)
  .openapi({ description: 'Application (client) id, from the overview of the registration.' });
const tenantId = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9.-]{1,200}$/, 'Write the directory (tenant) id, or a domain of the directory.')
  .openapi({ description: 'Directory (tenant) id, from the overview of the registration.' });
const cloud = z.enum(clouds).openapi({
  description:
    'global, US Government L4, US Government DoD (L5), China operated by 21Vianet, or addresses of one’s own.',
});
const address = z
  .url({ protocol: /^https?$/, error: 'Write an address such as https://login.example.com.' })
  .max(1_000)
  // Its version is ours to say.
  .transform((text) => text.replace(/\/+$/, '').replace(/\/v1\.0$/, ''))
  .refine((text) => !/[?#@]/.test(text), 'Write the address without "?", "#" or a password.')
  .nullable();
const credential = clientCredential.nullable().openapi({
  description: 'A client secret, or a certificate with its key (PEM); null: a public client. Never shown again.',
});

export const GraphApplication = z
  .object({
    id: Id,
    name: z.string(),
    clientId: z.string(),
    tenantId: z.string(),
    cloud: z.enum(clouds),
    loginAddress: z.string().nullable(),
    graphAddress: z.string().nullable(),
    credential: z
      .object({
        kind: z.enum(['none', 'secret', 'certificate']),
        thumbprint: z.string().nullable().openapi({ description: 'SHA-1, as the portal shows it.' }),
        expiresAt: Instant.nullable(),
      })
      .nullable()
      .openapi({ description: 'null: it was stored with another key file and has to be entered again.' }),
    redirectUri: z.string().openapi({ description: 'The redirect address to register at the application.' }),
    adminConsentUrl: z
      .string()
      .openapi({ description: 'Where an administrator of the directory consents for everybody.' }),
    accounts: z.int().openapi({ description: 'Accounts that are read by it.' }),
    createdAt: Instant,
  })
  .openapi('GraphApplication');
export type GraphApplication = z.infer<typeof GraphApplication>;
export const GraphApplicationList = z
  .object({ graphApplications: z.array(GraphApplication) })
  .openapi('GraphApplicationList');
export type GraphApplicationList = z.infer<typeof GraphApplicationList>;

const fields = { name, clientId, tenantId, cloud, loginAddress: address, graphAddress: address, credential };
/** Where a custom cloud lacks an address, and where others have one. */
export function cloudFault(value: {
  cloud?: string | undefined;
  loginAddress?: string | null | undefined;
  graphAddress?: string | null | undefined;
}): { path: string; message: string } | null {
  for (const path of ['loginAddress', 'graphAddress'] as const) {
    if (value.cloud === 'custom' && !value[path])
      return { path, message: 'A custom cloud needs its own sign-in address and Graph address.' };
    if (value.cloud !== undefined && value.cloud !== 'custom' && value[path])
      return { path, message: 'Only a custom cloud has an address of its own.' };
  }
  return null;
}

export const NewGraphApplication = z
  .strictObject({
    ...fields,
    cloud: cloud.default('global'),
    loginAddress: address.default(null),
    graphAddress: address.default(null),
    credential: credential.default(null),
  })
  .superRefine((value, check) => {
    const fault = cloudFault(value);
    if (fault) check.addIssue({ code: 'custom', path: [fault.path], message: fault.message });
  })
  .openapi('NewGraphApplication');
export type NewGraphApplication = z.input<typeof NewGraphApplication>;

export const GraphApplicationChange = z.strictObject(fields).partial().openapi('GraphApplicationChange');
export type GraphApplicationChange = z.input<typeof GraphApplicationChange>;

const mailbox = z.email('Write a mail address.').max(300).nullable().default(null);
export const GraphApplicationCheckWishes = z
  .strictObject({
    mailbox: mailbox.openapi({ description: 'A mailbox that the server is to read by itself; null: not checked.' }),
    outside: mailbox.openapi({ description: 'A mailbox that the application must not reach; null: not checked.' }),
  })
  .openapi('GraphApplicationCheckWishes');
export const GraphApplicationCheck = z.object({ steps: z.array(CheckStep) }).openapi('GraphApplicationCheck');
export type GraphApplicationCheck = z.infer<typeof GraphApplicationCheck>;

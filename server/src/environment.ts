/** Everything the process reads from its environment, read once and checked before anything starts. */
import path from 'node:path';
import { z } from 'zod';
import { parseNetwork } from './outbound/address-rules.ts';

export const allRoles = ['api', 'sync', 'activation'] as const;
export type Role = (typeof allRoles)[number];

const empty = (value: unknown) => (value === '' ? undefined : value);
const schema = z.object({
  PORT: z.preprocess(empty, z.coerce.number('must be a port number').int().min(0).max(65_535).default(7420)),
  HOST: z.preprocess(empty, z.string().default('127.0.0.1')),
  WHENABOUTS_DATA: z.preprocess(empty, z.string().default('./data')),
  DATABASE_URL: z.preprocess(
    empty,
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
      .optional(),
  ),
  PUBLIC_URL: z.preprocess(
    empty,
    z
      .url({ protocol: /^https?$/, error: 'must be an http or https address, such as https://times.example.com' })
      .refine((text) => URL.parse(text)?.pathname === '/', 'must have no path: give Whenabouts a host name of its own')
      .optional(),
  ),
  TRUSTED_PROXIES: z.preprocess(
    empty,
    z
      .string()
      .default('')
      .transform((text) => text.split(',').flatMap((network) => network.trim() || []))
      .refine(
        (networks) => networks.every(isNetwork),
        'must be addresses such as 127.0.0.1 or 10.0.0.0/8, with commas between',
      ),
  ),
  WHENABOUTS_ROLES: z.preprocess(
    empty,
    z
      .string()
      .default(allRoles.join(','))
      .transform((text) => text.split(',').map((role) => role.trim()))
      .pipe(z.array(z.enum(allRoles, `must be some of ${allRoles.join(', ')}, with commas between`)).min(1)),
  ),
});

function isNetwork(text: string): boolean {
  try {
    return Boolean(parseNetwork(text));
  } catch {
    return false;
  }
}

export interface Environment {
  port: number;
  /** Loopback unless HOST widens it: a first start in a company's network shows nothing to anybody. */
  host: string;
  dataFolder: string;
  databaseUrl: string | null;
  /** How people reach the server, without a slash at the end; null: as it listens. */
  publicUrl: string | null;
  roles: readonly Role[];
  /** Reverse proxies whose X-Forwarded-For is believed; none when left out. */
  trustedProxies?: readonly string[];
}

/** @throws Error that names every variable that is wrong and what it should be. */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const result = schema.safeParse(variables);
  if (!result.success)
    throw new Error(
      `The environment is not valid: ${result.error.issues.map((issue) => `${issue.path[0] as string} ${issue.message}`).join('; ')}.`,
    );
  const values = result.data;
  return {
    port: values.PORT,
    host: values.HOST,
    dataFolder: path.resolve(values.WHENABOUTS_DATA),
    databaseUrl: values.DATABASE_URL ?? null,
    publicUrl: values.PUBLIC_URL ? new URL(values.PUBLIC_URL).origin : null,
    roles: values.WHENABOUTS_ROLES,
    trustedProxies: values.TRUSTED_PROXIES,
  };
}

import { z } from '@hono/zod-openapi';
import { functionNames } from '../../organization/inheritance.ts';
import { noteCodes } from '../../sync/impact.ts';
import { Id, TimeZone } from './common.ts';

const name = (what: string) => z.string().trim().min(1, `${what} needs a name.`).max(200);

export const Location = z
  .object({
    id: Id,
    name: z.string(),
    timeZone: z.string(),
    groups: z.int(),
    users: z.int(),
    country: z.string().nullable().openapi({
      description: 'Of the dialling rules, two letters. Null: only numbers with + are checked before they are dialled.',
      example: 'DE',
    }),
    countryAssumed: z.boolean().openapi({ description: 'From the time zone; nobody has confirmed it.' }),
  })
  .openapi('Location');
export type Location = z.infer<typeof Location>;

export const LocationList = z.object({ locations: z.array(Location) }).openapi('LocationList');
export type LocationList = z.infer<typeof LocationList>;

export const NewLocation = z
  .strictObject({
    name: name('A location').openapi({ example: 'Berlin' }),
    timeZone: TimeZone.openapi({ description: 'What new users of the location get.' }),
  })
  .openapi('NewLocation');
export type NewLocation = z.input<typeof NewLocation>;
export const LocationChange = NewLocation.partial().openapi('LocationChange');
export type LocationChange = z.input<typeof LocationChange>;

export const FunctionName = z
  .enum(functionNames, `There is no such function: ${functionNames.join(', ')}.`)
  .openapi('FunctionName', {
    description:
      'activation: automatic activation of presence. synchronization: where calendars come from. profiles: central profiles. privacy: who sees what.',
  });
export type FunctionName = z.infer<typeof FunctionName>;

export const Mode = z.enum(['default', 'individual']).openapi('FunctionMode', {
  description: 'default: from the location. individual: of the group’s own.',
});

export const ConfigurationGroup = z
  .object({
    id: Id,
    name: z.string(),
    locationId: Id,
    location: z.string().openapi({ description: 'The location’s name.' }),
    timeZone: z.string().openapi({ description: 'The location’s.' }),
    users: z.int(),
    functions: z.object(
      Object.fromEntries(functionNames.map((name) => [name, Mode])) as Record<
        (typeof functionNames)[number],
        typeof Mode
      >,
    ),
  })
  .openapi('ConfigurationGroup');
export type ConfigurationGroup = z.infer<typeof ConfigurationGroup>;

export const ConfigurationGroupList = z
  .object({ groups: z.array(ConfigurationGroup) })
  .openapi('ConfigurationGroupList');
export type ConfigurationGroupList = z.infer<typeof ConfigurationGroupList>;

export const NewGroup = z
  .strictObject({ name: name('A group').openapi({ example: 'Sales' }), locationId: Id })
  .openapi('NewConfigurationGroup');
export type NewGroup = z.input<typeof NewGroup>;
export const GroupChange = NewGroup.partial().openapi('ConfigurationGroupChange', {
  description: 'In another location the group inherits from that one; what it has of its own stays.',
});
export type GroupChange = z.input<typeof GroupChange>;

const value = z.record(z.string(), z.unknown()).openapi({
  description:
    'The fields of the function; /functions shows them with their defaults. What is left out has its default.',
});

export const LocationFunction = z
  .object({
    function: FunctionName,
    value,
    groups: z.int().openapi({ description: 'That have it from the location.' }),
  })
  .openapi('LocationFunction');
export type LocationFunction = z.infer<typeof LocationFunction>;

export const GroupFunction = z
  .object({
    function: FunctionName,
    mode: Mode,
    value: value.openapi({ description: 'What is in force.' }),
    inherited: value.openapi({ description: 'What the location sets.' }),
    previous: value.nullable().openapi({ description: 'The group’s own value before the last change, to go back to.' }),
  })
  .openapi('GroupFunction');
export type GroupFunction = z.infer<typeof GroupFunction>;

export const LocationFunctionChange = z.strictObject({ value }).openapi('LocationFunctionChange');
export type LocationFunctionChange = z.input<typeof LocationFunctionChange>;

export const GroupFunctionChange = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('default') }),
    z.strictObject({ mode: z.literal('individual'), value }),
  ])
  .openapi('GroupFunctionChange', { example: { mode: 'individual', value: { tentativeCounts: false } } });
export type GroupFunctionChange = z.input<typeof GroupFunctionChange>;

export const Impact = z
  .object({
    users: z.int().openapi({ description: 'How many the change touches.' }),
    first: z.array(z.object({ id: Id, displayName: z.string() })).openapi({ description: 'By name, at most ten.' }),
    changes: z.array(z.object({ path: z.string(), from: z.unknown(), to: z.unknown() })),
    notes: z
      .array(z.object({ code: z.enum(noteCodes), count: z.int(), message: z.string() }))
      .openapi({ description: 'What else comes of it, in words; `code` is for programs.' }),
  })
  .openapi('Impact');
export type Impact = z.infer<typeof Impact>;

const Choice = z.object({
  value: z.string(),
  available: z.boolean().openapi({ description: 'False: it may be chosen, and nothing comes of it in this version.' }),
  reason: z.string().nullable(),
});
export const FunctionList = z
  .object({
    functions: z.array(
      z.object({
        name: FunctionName,
        defaults: value,
        choices: z.record(z.string(), z.array(Choice)).optional().openapi({
          description: 'Of calendar synchronization: methods, sources, ownAccounts, calendars.',
        }),
        graphApplications: z
          .array(z.object({ id: Id, name: z.string() }))
          .optional()
          .openapi({
            description: 'Of calendar synchronization: what `microsoft365.graphApplicationId` may name.',
          }),
        exchangeServers: z
          .array(z.object({ id: Id, name: z.string() }))
          .optional()
          .openapi({ description: 'Of calendar synchronization: what `exchange.serverId` may name.' }),
      }),
    ),
  })
  .openapi('FunctionList');
export type FunctionList = z.infer<typeof FunctionList>;

import { z } from '@hono/zod-openapi';
import { functionNames } from '../../organization/inheritance.ts';
import { Id } from './common.ts';

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

import type { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { allFunctions, functionOf } from '../organization/functions.ts';
import { impactOnGroup, impactOnLocation } from '../organization/impact.ts';
import type { FunctionName as Name } from '../organization/inheritance.ts';
import { groupFunction, locationFunction, setGroupFunction, setLocationFunction } from '../organization/settings.ts';
import { retrying } from '../store/retrying.ts';
import { synchronizationChoices } from '../sync/choices.ts';
import { checked } from './checked.ts';
import { atGroup, atLocation } from './places.ts';
import { type Route, route } from './route.ts';
import {
  FunctionList,
  FunctionName,
  GroupFunction,
  GroupFunctionChange,
  Impact,
  LocationFunction,
  LocationFunctionChange,
} from './schemas/organization.ts';

const tag = 'Locations and groups';
const ofLocation = { ...atLocation, tag, params: atLocation.params.extend({ function: FunctionName }) } as const;
const ofGroup = { ...atGroup, tag, params: atGroup.params.extend({ function: FunctionName }) } as const;

/** The function's own schema has the last word. @throws InvalidRequest with fields below `value`. */
const checkedValue = (name: Name, value: unknown) =>
  checked(functionOf(name).schema, value, 'value') as Record<string, unknown>;

const checkedChange = (name: Name, change: z.output<typeof GroupFunctionChange>) =>
  change.mode === 'default' ? change : { ...change, value: checkedValue(name, change.value) };

export function functionRoutes(context: Context): Route[] {
  const { db } = context.store;
  return [
    route({
      access: 'reader',
      method: 'get',
      path: '/functions',
      tag,
      operation: 'listFunctions',
      summary: 'What locations and groups have settings for, with the defaults',
      answer: FunctionList,
      async handle() {
        // By their names alone: whoever administers a location chooses among them.
        const named = (table: 'graph_application' | 'exchange_server') =>
          db.selectFrom(table).select(['id', 'name']).orderBy('name').execute();
        const [graphApplications, exchangeServers] = [await named('graph_application'), await named('exchange_server')];
        return {
          functions: allFunctions.map(({ name, schema }) => ({
            name,
            defaults: schema.parse({}),
            ...(name === 'synchronization' && { choices: synchronizationChoices, graphApplications, exchangeServers }),
          })),
        };
      },
    }),
    route({
      ...ofLocation,
      access: 'reader',
      method: 'get',
      path: '/locations/{locationId}/functions/{function}',
      operation: 'readLocationFunction',
      summary: 'What a location sets for its groups',
      answer: LocationFunction,
      handle: ({ params }) => locationFunction(db, params.locationId, params.function),
    }),
    route({
      ...ofLocation,
      access: 'locationAdministrator',
      method: 'put',
      path: '/locations/{locationId}/functions/{function}',
      operation: 'setLocationFunction',
      summary: 'Set what a location sets for its groups',
      description: 'It counts for the groups whose function is "default"; everybody in them is looked at again.',
      body: LocationFunctionChange,
      answer: LocationFunction,
      async handle({ viewer, params: { locationId, function: name }, body }) {
        const value = checkedValue(name, body.value);
        await retrying(db, (transaction) => setLocationFunction(transaction, locationId, name, value, actorOf(viewer)));
        return locationFunction(db, locationId, name);
      },
    }),
    route({
      ...ofLocation,
      access: 'locationAdministrator',
      method: 'post',
      path: '/locations/{locationId}/functions/{function}/impact',
      operation: 'previewLocationFunction',
      summary: 'What a change would do, before it is saved',
      body: LocationFunctionChange,
      answer: Impact,
      handle: async ({ params: { locationId, function: name }, body }) =>
        impactOnLocation(db, locationId, name, checkedValue(name, body.value)),
    }),
    route({
      ...ofGroup,
      access: 'reader',
      method: 'get',
      path: '/groups/{groupId}/functions/{function}',
      operation: 'readGroupFunction',
      summary: 'A function’s settings in force for a group, and what it would inherit',
      answer: GroupFunction,
      handle: ({ params }) => groupFunction(db, params.groupId, params.function),
    }),
    route({
      ...ofGroup,
      access: 'locationAdministrator',
      method: 'put',
      path: '/groups/{groupId}/functions/{function}',
      operation: 'setGroupFunction',
      summary: 'Give a group settings of its own, or those of its location',
      description: 'Everybody in the group is looked at again. The group’s own value before is kept, to go back to.',
      body: GroupFunctionChange,
      answer: GroupFunction,
      async handle({ viewer, params: { groupId, function: name }, body }) {
        const change = checkedChange(name, body);
        await retrying(db, (transaction) => setGroupFunction(transaction, groupId, name, change, actorOf(viewer)));
        return groupFunction(db, groupId, name);
      },
    }),
    route({
      ...ofGroup,
      access: 'locationAdministrator',
      method: 'post',
      path: '/groups/{groupId}/functions/{function}/impact',
      operation: 'previewGroupFunction',
      summary: 'What a change would do, before it is saved',
      body: GroupFunctionChange,
      answer: Impact,
      handle: async ({ params: { groupId, function: name }, body }) =>
        impactOnGroup(db, groupId, name, checkedChange(name, body)),
    }),
  ];
}

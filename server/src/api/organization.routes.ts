import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { changeGroup, createGroup, deleteGroup } from '../organization/groups.ts';
import { changeLocation, createLocation, deleteLocation } from '../organization/locations.ts';
import { groupShown, listGroups, listLocations } from '../organization/tree.ts';
import { retrying } from '../store/retrying.ts';
import { locationsOf, requireLocation } from './access.ts';
import { ApiError } from './errors.ts';
import { atGroup, atLocation } from './places.ts';
import { type Route, route } from './route.ts';
import {
  ConfigurationGroup,
  ConfigurationGroupList,
  GroupChange,
  Location,
  LocationChange,
  LocationList,
  NewGroup,
  NewLocation,
} from './schemas/organization.ts';

const tag = 'Locations and groups';
const ofLocation = { ...atLocation, tag } as const;
const ofGroup = { ...atGroup, tag } as const;

export function organizationRoutes(context: Context): Route[] {
  const { db } = context.store;
  async function location(locationId: string) {
    const [found] = await listLocations(db, [locationId]);
    if (!found) throw new ApiError('notFound', 'There is no such location.');
    return found;
  }
  async function group(groupId: string) {
    const found = await groupShown(db, groupId);
    if (!found) throw new ApiError('notFound', 'There is no such group.');
    return found;
  }
  return [
    route({
      access: 'reader',
      method: 'get',
      path: '/locations',
      tag,
      operation: 'listLocations',
      summary: 'Locations, by name',
      description: 'Those that the viewer administers.',
      answer: LocationList,
      handle: async ({ viewer }) => ({ locations: await listLocations(db, locationsOf(viewer)) }),
    }),
    route({
      access: 'administrator',
      method: 'post',
      path: '/locations',
      tag,
      operation: 'createLocation',
      summary: 'Make a location',
      description: 'With the built-in profiles, and no group yet.',
      body: NewLocation,
      status: 201,
      answer: Location,
      handle: async ({ viewer, body }) =>
        location(await retrying(db, (transaction) => createLocation(transaction, body, actorOf(viewer)))),
    }),
    route({
      ...ofLocation,
      access: 'locationAdministrator',
      method: 'patch',
      path: '/locations/{locationId}',
      operation: 'changeLocation',
      summary: 'Rename a location or change its time zone',
      body: LocationChange,
      answer: Location,
      async handle({ viewer, params: { locationId }, body }) {
        await retrying(db, (transaction) => changeLocation(transaction, locationId, body, actorOf(viewer)));
        return location(locationId);
      },
    }),
    route({
      ...ofLocation,
      access: 'administrator',
      method: 'delete',
      path: '/locations/{locationId}',
      operation: 'deleteLocation',
      summary: 'Remove a location with its groups and profiles',
      description: 'Refused while it has users.',
      answer: null,
      async handle({ viewer, params: { locationId } }) {
        await retrying(db, (transaction) => deleteLocation(transaction, locationId, actorOf(viewer)));
        return undefined;
      },
    }),
    route({
      access: 'reader',
      method: 'get',
      path: '/groups',
      tag,
      operation: 'listGroups',
      summary: 'Configuration groups, by location and name',
      description: 'Those of the locations that the viewer administers.',
      answer: ConfigurationGroupList,
      handle: async ({ viewer }) => ({ groups: await listGroups(db, locationsOf(viewer)) }),
    }),
    route({
      access: 'locationAdministrator',
      method: 'post',
      path: '/groups',
      tag,
      operation: 'createGroup',
      summary: 'Make a configuration group',
      description: 'It has everything from its location: all its functions are "default".',
      body: NewGroup,
      status: 201,
      answer: ConfigurationGroup,
      async handle({ viewer, body }) {
        requireLocation(viewer, body.locationId);
        return group(await retrying(db, (transaction) => createGroup(transaction, body, actorOf(viewer))));
      },
    }),
    route({
      ...ofGroup,
      access: 'locationAdministrator',
      method: 'patch',
      path: '/groups/{groupId}',
      operation: 'changeGroup',
      summary: 'Rename a group or move it to another location',
      description: 'In another location it inherits from that one, and everybody in it is looked at again.',
      body: GroupChange,
      answer: ConfigurationGroup,
      async handle({ viewer, params: { groupId }, body }) {
        if (body.locationId !== undefined) requireLocation(viewer, body.locationId);
        await retrying(db, (transaction) => changeGroup(transaction, groupId, body, actorOf(viewer)));
        return group(groupId);
      },
    }),
    route({
      ...ofGroup,
      access: 'locationAdministrator',
      method: 'delete',
      path: '/groups/{groupId}',
      operation: 'deleteGroup',
      summary: 'Remove a configuration group',
      description: 'Refused while it has users.',
      answer: null,
      async handle({ viewer, params: { groupId } }) {
        await retrying(db, (transaction) => deleteGroup(transaction, groupId, actorOf(viewer)));
        return undefined;
      },
    }),
  ];
}

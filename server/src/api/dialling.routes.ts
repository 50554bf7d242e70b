/** Dialling rules and predefined forwarding targets of locations. */
import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { setDiallingRules } from '../organization/dialling.ts';
import { diallingImpact } from '../organization/dialling-impact.ts';
import {
  changePredefinedTarget,
  createPredefinedTarget,
  deletePredefinedTarget,
  listPredefinedTargets,
  type PredefinedTarget as StoredTarget,
} from '../organization/predefined-targets.ts';
import type { Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import { diallingOfLocation } from '../telephony/dialling.queries.ts';
import { loadNumberingPlan } from '../telephony/numbering-plan.ts';
import { administers, locationOfUser } from './access.ts';
import { ApiError } from './errors.ts';
import { atLocation } from './places.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';
import {
  CountryList,
  DiallingImpact,
  DiallingRules,
  NewPredefinedTarget,
  NumberToTry,
  PredefinedTarget,
  PredefinedTargetChange,
  PredefinedTargetList,
  SavedDiallingRules,
  TriedNumber,
} from './schemas/dialling.ts';

const tag = 'Telephony';
const ofLocation = { ...atLocation, tag } as const;
const ofTarget = {
  access: 'locationAdministrator',
  tag,
  params: z.object({ targetId: Id }),
  async locationOf(db: Executor, { targetId }: Record<string, string>) {
    const target = await db
      .selectFrom('predefined_target')
      .select('location_id')
      .where('id', '=', targetId!)
      .executeTakeFirst();
    return target?.location_id ?? null;
  },
} as const;

export function diallingRoutes({ store: { db } }: Context): Route[] {
  /** @throws ApiError notFound */
  async function diallingThere(locationId: string, executor: Executor = db) {
    const location = await diallingOfLocation(executor, locationId);
    if (!location) throw new ApiError('notFound', 'There is no such location.');
    return location;
  }
  async function shown(target: StoredTarget, executor: Executor = db) {
    const { dialling } = await diallingThere(target.locationId, executor);
    const { dialled, reason } = dialling.read(target.number);
    return { ...target, dialled, reason };
  }
  return [
    route({
      access: 'signedIn',
      tag,
      method: 'get',
      path: '/countries',
      operation: 'listCountries',
      summary: 'Countries with their dialling prefixes',
      answer: CountryList,
      async handle() {
        const plan = await loadNumberingPlan();
        return {
          countries: plan.countries().map((code) => {
            const { national, international } = plan.prefixes(code);
            const callingCode = plan.callingCode(code);
            return { code, callingCode, nationalPrefix: national, internationalPrefix: international };
          }),
        };
      },
    }),
    route({
      ...ofLocation,
      access: 'reader',
      method: 'get',
      path: '/locations/{locationId}/dialling',
      operation: 'readDiallingRules',
      summary: 'The dialling rules of a location',
      answer: DiallingRules,
      handle: async ({ params: { locationId } }) => (await diallingThere(locationId)).rules,
    }),
    route({
      ...ofLocation,
      access: 'locationAdministrator',
      method: 'put',
      path: '/locations/{locationId}/dialling',
      operation: 'setDiallingRules',
      summary: 'Set the dialling rules of a location',
      description:
        'What is left out has its default. Whose calls are forwarded to a number that is forbidden now gets them back.',
      body: DiallingRules,
      answer: SavedDiallingRules,
      handle: ({ viewer, params: { locationId }, body }) =>
        retrying(db, async (transaction) => {
          const impact = await diallingImpact(transaction, locationId, body);
          await setDiallingRules(transaction, actorOf(viewer), locationId, body);
          return { ...(await diallingThere(locationId, transaction)).rules, impact };
        }),
    }),
    route({
      ...ofLocation,
      access: 'locationAdministrator',
      method: 'post',
      path: '/locations/{locationId}/dialling/impact',
      operation: 'readDiallingImpact',
      summary: 'What dialling rules would forbid that can be dialled now',
      description: 'Nothing is saved.',
      body: DiallingRules,
      answer: DiallingImpact,
      handle: ({ params: { locationId }, body }) => diallingImpact(db, locationId, body),
    }),
    route({
      ...ofLocation,
      access: 'locationAdministrator',
      method: 'post',
      path: '/locations/{locationId}/dialling/try',
      operation: 'tryNumber',
      summary: 'What a number comes to under a location’s dialling rules',
      description: 'Nothing is dialled and nothing is kept.',
      body: NumberToTry,
      answer: TriedNumber,
      async handle({ params: { locationId }, body: { number } }) {
        const { kind, e164, shown, dialled, reason } = (await diallingThere(locationId)).dialling.read(number);
        return { kind, e164, shown, dialled, reason };
      },
    }),
    route({
      ...ofLocation,
      access: 'signedIn',
      method: 'get',
      path: '/locations/{locationId}/predefined-targets',
      operation: 'listPredefinedTargets',
      summary: 'Predefined forwarding targets of a location',
      description: 'For everybody at the location: one’s own profiles may forward to them.',
      answer: PredefinedTargetList,
      async handle({ viewer, params: { locationId } }) {
        if (viewer.role !== 'reader' && !administers(viewer, locationId)) {
          const own = await locationOfUser(db, { userId: viewer.userId });
          if (own !== locationId) throw new ApiError('forbidden', 'This belongs to another location than yours.');
        }
        const { dialling } = await diallingThere(locationId);
        const predefinedTargets = (await listPredefinedTargets(db, locationId)).map((target) => {
          const { dialled, reason } = dialling.read(target.number);
          return { ...target, dialled, reason };
        });
        return { predefinedTargets };
      },
    }),
    route({
      ...ofLocation,
      access: 'locationAdministrator',
      method: 'post',
      path: '/locations/{locationId}/predefined-targets',
      operation: 'createPredefinedTarget',
      summary: 'Create a predefined forwarding target',
      body: NewPredefinedTarget,
      status: 201,
      answer: PredefinedTarget,
      handle: ({ viewer, params: { locationId }, body }) =>
        retrying(db, async (transaction) =>
          shown(await createPredefinedTarget(transaction, actorOf(viewer), locationId, body), transaction),
        ),
    }),
    route({
      ...ofTarget,
      method: 'patch',
      path: '/predefined-targets/{targetId}',
      operation: 'changePredefinedTarget',
      summary: 'Change a predefined forwarding target',
      description: 'Forwarding that leads there follows at once.',
      body: PredefinedTargetChange,
      answer: PredefinedTarget,
      handle: ({ viewer, params: { targetId }, body }) =>
        retrying(db, async (transaction) =>
          shown(await changePredefinedTarget(transaction, actorOf(viewer), targetId, body), transaction),
        ),
    }),
    route({
      ...ofTarget,
      method: 'delete',
      path: '/predefined-targets/{targetId}',
      operation: 'deletePredefinedTarget',
      summary: 'Delete a predefined forwarding target',
      description: '409 while a profile forwards to it; the message names them.',
      answer: null,
      async handle({ viewer, params: { targetId } }) {
        await retrying(db, (transaction) => deletePredefinedTarget(transaction, actorOf(viewer), targetId));
        return undefined;
      },
    }),
  ];
}

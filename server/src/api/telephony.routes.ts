import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { extensionWarning } from '../organization/dialling.ts';
import { changePhoneSystem, createExtension, createPhoneSystem } from '../organization/phone-systems.ts';
import { listPredefinedTargets } from '../organization/predefined-targets.ts';
import { locationIdOfUser } from '../organization/roles.ts';
import { refuseSamplePhones } from '../organization/sample-company/apart.ts';
import type { Executor } from '../store/database.ts';
import { abilitiesOf } from '../telephony/abilities.ts';
import { checkPhoneSystem } from '../telephony/check.ts';
import type { PhoneSystemKinds } from '../telephony/connectors.ts';
import { outlookLines, outlookLog, outlookSummary } from '../telephony/trust/outlook.queries.ts';
import { pauseOf } from '../telephony/trust/pauses.ts';
import { locationsOf, requireLocation } from './access.ts';
import { ApiError } from './errors.ts';
import { beginLeaving } from './leavings.routes.ts';
import { atLocation } from './places.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Id } from './schemas/common.ts';
import { LeavingStarted } from './schemas/leaving.ts';
import {
  Extension,
  ExtensionList,
  NewExtension,
  NewPhoneSystem,
  PhoneAbilityList,
  PhoneSystem,
  PhoneSystemChange,
  PhoneSystemCheckResult,
  PhoneSystemList,
  ProfileOptions,
} from './schemas/telephony.ts';
import { Outlook, OutlookLog } from './schemas/trust.ts';

const administrator = { access: 'administrator', tag: 'Telephony' } as const;
const params = z.object({ phoneSystemId: Id });

const selectSystems = (db: Executor) =>
  db
    .selectFrom('phone_system')
    .select([
      'id',
      'name',
      'kind',
      'settings',
      'mode',
      'status',
      'error_class as errorClass',
      'error_message as message',
      'last_contact_at as lastContactAt',
      'guard_share as guardShare',
      'poll_ms as pollMs',
      'paused_at',
      'paused_reason',
    ])
    .select((of) => [
      of('secret', 'is not', null).$castTo<boolean>().as('hasSecret'),
      of
        .selectFrom('extension')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('extension.phone_system_id', '=', 'phone_system.id')
        .as('extensions'),
      of
        .selectFrom('extension')
        .innerJoin('forwarding_record', 'forwarding_record.extension_id', 'extension.id')
        .select((count) => count.fn.count<number>('extension.id').distinct().as('count'))
        .whereRef('extension.phone_system_id', '=', 'phone_system.id')
        .where('phase', '<>', 'idle')
        .as('inForce'),
    ])
    .$narrowType<{ extensions: number; inForce: number; errorClass: 'unreachable' | null }>();
type SystemRow = Awaited<ReturnType<ReturnType<typeof selectSystems>['execute']>>[number];

function shownSystem({ paused_at, paused_reason, pollMs, ...system }: SystemRow) {
  return {
    ...system,
    pollSeconds: pollMs === null ? null : Math.round(pollMs / 1_000),
    pause: paused_at && paused_reason ? pauseOf('phoneSystem', paused_at, paused_reason) : null,
    /** What it goes on to be, where that isn't what it was before. */
    becomes: paused_reason?.untilGivenBack ? (paused_reason.nextMode ?? null) : null,
  };
}

const selectExtensions = (db: Executor) =>
  db
    .selectFrom('extension')
    .select(['extension.id', 'user_id as userId', 'phone_system_id as phoneSystemId', 'extension.number']);

async function locationOfExtension(db: Executor, { extensionId }: Record<string, string>): Promise<string | null> {
  const row = await db.selectFrom('extension').select('user_id').where('id', '=', extensionId!).executeTakeFirst();
  return row ? locationIdOfUser(db, row.user_id) : null;
}

/** For administrators of locations: what they need to give users an extension, and nothing of how it is reached. */
const named = <System extends { settings: unknown; errorClass: unknown; message: unknown }>(system: System) => ({
  ...system,
  ...{ settings: {}, errorClass: null, message: null },
});

export function telephonyRoutes(context: Context, kinds: PhoneSystemKinds): Route[] {
  const { db } = context.store;
  async function readSystem(id: string) {
    const system = await selectSystems(db).where('id', '=', id).executeTakeFirst();
    if (!system) throw new ApiError('notFound', 'There is no such phone system.');
    return shownSystem(system);
  }
  /** Whose user is unknown is nobody's: the service says so to administrators of the whole system. */
  async function requireUser(viewer: Viewer, userId: string) {
    if (viewer.role !== 'administrator') requireLocation(viewer, await locationIdOfUser(db, userId));
  }
  return [
    route({
      ...atLocation,
      access: 'reader',
      tag: 'Telephony',
      method: 'get',
      path: '/locations/{locationId}/phone-abilities',
      operation: 'listPhoneAbilities',
      summary: 'What the phone systems of a location’s users can’t do',
      description: 'For whoever makes profiles there. The phone systems aren’t asked.',
      answer: PhoneAbilityList,
      handle: async ({ params: { locationId } }) => ({
        phoneSystems: await abilitiesOf(context, kinds, { locationId }),
      }),
    }),
    route({
      access: 'signedIn',
      tag: 'Profiles and settings',
      method: 'get',
      path: '/profiles/options',
      operation: 'readProfileOptions',
      summary: 'What profiles of one’s own may forward to, and what one’s phones can’t do',
      description: 'The phone systems aren’t asked. One whose settings can’t be read names nothing it can’t do.',
      answer: ProfileOptions,
      async handle({ viewer: { userId } }) {
        const locationId = await locationIdOfUser(db, userId);
        const targets = await listPredefinedTargets(db, locationId!);
        const systems = await abilitiesOf(context, kinds, { userId });
        return {
          predefinedTargets: targets.map(({ id, name, number }) => ({ id, name, number })),
          phoneSystems: systems.map(({ id, name, unable }) => ({ id, name, unable })),
        };
      },
    }),
    route({
      access: 'reader',
      tag: 'Telephony',
      method: 'get',
      path: '/phone-systems',
      operation: 'listPhoneSystems',
      summary: 'All phone systems and how they are',
      description: 'Administrators of locations get names and states; settings and messages are empty for them.',
      answer: PhoneSystemList,
      async handle({ viewer }) {
        const phoneSystems = (await selectSystems(db).orderBy('name').execute()).map(shownSystem);
        return { phoneSystems: locationsOf(viewer) ? phoneSystems.map(named) : phoneSystems };
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/phone-systems',
      operation: 'createPhoneSystem',
      summary: 'Connect a phone system',
      description:
        'Kind `asterisk` (AMI) or `http` (templated requests). It begins in mode `observe`, unless said otherwise: it shows what it would do (its outlook) and writes nothing until it is switched to `active`.',
      body: NewPhoneSystem,
      status: 201,
      answer: PhoneSystem,
      async handle({ viewer, body }) {
        const actor = actorOf(viewer);
        return readSystem(
          await db.transaction().execute((transaction) => createPhoneSystem(context, transaction, actor, kinds, body)),
        );
      },
    }),
    route({
      ...administrator,
      method: 'patch',
      path: '/phone-systems/{phoneSystemId}',
      operation: 'changePhoneSystem',
      summary: 'Change a phone system',
      description:
        'From `active` to another mode, what is ours on its phones is given back first (`pause` and `becomes` tell that it is under way); with `inForce: leave` it stays as it is.',
      params,
      body: PhoneSystemChange,
      answer: PhoneSystem,
      async handle({ viewer, params: { phoneSystemId }, body }) {
        if (body.settings !== undefined || body.secret !== undefined) await refuseSamplePhones(db, phoneSystemId);
        const actor = actorOf(viewer);
        await db
          .transaction()
          .execute((transaction) => changePhoneSystem(context, transaction, actor, kinds, phoneSystemId, body));
        return readSystem(phoneSystemId);
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      path: '/phone-systems/{phoneSystemId}',
      operation: 'deletePhoneSystem',
      summary: 'Disconnect a phone system',
      description:
        'Gives all forwarding back first, however long that takes; pause it to leave its phones as they are. Then it is erased.',
      params,
      status: 202,
      answer: LeavingStarted,
      handle: ({ viewer, params: { phoneSystemId } }) =>
        beginLeaving(context, viewer, { kind: 'phoneSystem', id: phoneSystemId }),
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/phone-systems/{phoneSystemId}/check',
      operation: 'checkPhoneSystem',
      summary: 'Try a phone system’s connection',
      description: 'Writes nothing: says each step and the first failure in plain words, and what the system can do.',
      params,
      answer: PhoneSystemCheckResult,
      async handle({ params: { phoneSystemId } }) {
        const system = await db
          .selectFrom('phone_system')
          .select(['id', 'kind', 'settings', 'secret'])
          .where('id', '=', phoneSystemId)
          .executeTakeFirst();
        if (!system) throw new ApiError('notFound', 'There is no such phone system.');
        const extension = await selectExtensions(db)
          .where('phone_system_id', '=', phoneSystemId)
          .limit(1)
          .executeTakeFirst();
        const { steps, modes, slots } = await checkPhoneSystem(context, kinds, system, extension?.number ?? null);
        return { steps, modes: modes ?? {}, slots: slots ?? {} };
      },
    }),
    route({
      access: 'systemReader',
      tag: 'Telephony',
      method: 'get',
      path: '/phone-systems/{phoneSystemId}/outlook',
      operation: 'readOutlook',
      summary: 'What a phone system would do now, were it active',
      description:
        'For each phone what is set there, what would be set, and why. Of a phone system that is active: what is on its way.',
      params,
      query: z.object({
        changing: z
          .stringbool()
          .default(false)
          .openapi({
            ...{ type: 'boolean', description: 'Only phones at which something would change.' },
          }),
        search: z.string().trim().max(100).default('').openapi({
          description: 'Part of a user’s name, or how the extension begins.',
        }),
        offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      answer: Outlook,
      async handle({ params: { phoneSystemId }, query }) {
        await readSystem(phoneSystemId);
        const found = await outlookLines(db, phoneSystemId, query);
        return {
          summary: await outlookSummary(db, phoneSystemId),
          lines: found.slice(0, query.limit),
          next: found.length > query.limit ? query.offset + query.limit : null,
        };
      },
    }),
    route({
      access: 'systemReader',
      tag: 'Telephony',
      method: 'get',
      path: '/phone-systems/{phoneSystemId}/forwarding-log',
      operation: 'readPhoneSystemLog',
      summary: 'What was done, or would have been done, at the phones of a phone system',
      params,
      query: z.object({
        before: z.coerce.number().int().optional().openapi({ description: 'An entry’s id: what is older than that.' }),
        limit: z.coerce.number().int().min(1).max(500).default(50),
      }),
      answer: OutlookLog,
      async handle({ params: { phoneSystemId }, query: { before, limit } }) {
        await readSystem(phoneSystemId);
        return { entries: await outlookLog(db, phoneSystemId, { before, limit }) };
      },
    }),
    route({
      access: 'reader',
      tag: 'Telephony',
      method: 'get',
      path: '/extensions',
      operation: 'listExtensions',
      summary: 'Which extension belongs to whom',
      answer: ExtensionList,
      async handle({ viewer }) {
        const locations = locationsOf(viewer);
        let query = selectExtensions(db).orderBy('extension.number');
        if (locations)
          query = query
            .innerJoin('users', 'users.id', 'extension.user_id')
            .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
            .where('location_id', '=', sql<string>`any(${[...locations]}::uuid[])`);
        return { extensions: await query.execute() };
      },
    }),
    route({
      access: 'locationAdministrator',
      tag: 'Telephony',
      method: 'post',
      path: '/extensions',
      operation: 'createExtension',
      summary: 'Give a user an extension',
      description: 'From then on its forwarding follows the user’s presence.',
      body: NewExtension,
      status: 201,
      answer: Extension,
      async handle({ viewer, body }) {
        await requireUser(viewer, body.userId);
        const actor = actorOf(viewer);
        const id = await db.transaction().execute((transaction) => createExtension(transaction, actor, body));
        const made = await selectExtensions(db).where('extension.id', '=', id).executeTakeFirstOrThrow();
        const locationId = await locationIdOfUser(db, body.userId);
        return { ...made, warning: locationId && (await extensionWarning(db, locationId, made.number)) };
      },
    }),
    route({
      access: 'locationAdministrator',
      locationOf: locationOfExtension,
      tag: 'Telephony',
      method: 'delete',
      path: '/extensions/{extensionId}',
      operation: 'deleteExtension',
      summary: 'Take an extension away from its user',
      description: 'Gives its forwarding back first, however long that takes.',
      params: z.object({ extensionId: Id }),
      status: 202,
      answer: LeavingStarted,
      handle: ({ viewer, params: { extensionId } }) =>
        beginLeaving(context, viewer, { kind: 'extension', id: extensionId }),
    }),
  ];
}

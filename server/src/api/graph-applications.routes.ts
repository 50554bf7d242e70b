import { randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { adminConsentUrl } from '../calendars/microsoft365/oauth.ts';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import {
  changeApplication,
  createApplication,
  credentialOf,
  deleteApplication,
  listApplications,
  openApplication,
  readApplication,
  type StoredApplication,
} from '../organization/graph-applications/applications.ts';
import { checkApplication } from '../organization/graph-applications/check.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';
import {
  cloudFault,
  GraphApplication,
  GraphApplicationChange,
  GraphApplicationCheck,
  GraphApplicationCheckWishes,
  GraphApplicationList,
  NewGraphApplication,
} from './schemas/graph-applications.ts';

const administrator = { access: 'administrator', tag: 'Accounts' } as const;
const params = z.object({ applicationId: Id });

/** Registered at every Graph application: which one comes back is told by the state. */
export const graphRedirectUri = (publicUrl: string): string => `${publicUrl}/api/v1/graph/callback`;

export function graphApplicationRoutes(context: Context, publicUrl: string): Route[] {
  const { store, secrets, outbound } = context;
  const { db } = store;
  const redirectUri = graphRedirectUri(publicUrl);
  const shown = (application: StoredApplication & { accounts: number }) => {
    const { sealed, ...open } = application;
    // Nothing waits for this state: consent counts in the directory, not here.
    const state = randomBytes(12).toString('base64url');
    const consentUrl = adminConsentUrl({ ...open, credential: null }, redirectUri, `consent.${state}`);
    return { ...open, redirectUri, credential: credentialOf(secrets, application), adminConsentUrl: consentUrl.href };
  };
  async function read(id: string) {
    const application = await readApplication(db, id);
    const { accounts } = (await listApplications(db)).find((each) => each.id === id) ?? { accounts: 0 };
    return shown({ ...application, accounts });
  }
  return [
    route({
      ...administrator,
      access: 'systemReader',
      method: 'get',
      path: '/graph-applications',
      operation: 'listGraphApplications',
      summary: 'All Graph applications',
      description: 'Registrations in Microsoft Entra by which calendars of Microsoft 365 are read.',
      answer: GraphApplicationList,
      handle: async () => ({ graphApplications: (await listApplications(db)).map(shown) }),
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/graph-applications',
      operation: 'createGraphApplication',
      summary: 'Add a Graph application',
      description: 'Saved whether it works or not: `check` tells what is wrong.',
      body: NewGraphApplication,
      status: 201,
      answer: GraphApplication,
      handle: async ({ viewer, body }) =>
        read(
          await db
            .transaction()
            .execute((transaction) => createApplication(transaction, secrets, actorOf(viewer), body)),
        ),
    }),
    route({
      ...administrator,
      method: 'patch',
      path: '/graph-applications/{applicationId}',
      operation: 'changeGraphApplication',
      summary: 'Change a Graph application',
      description: 'With another directory or client id its users have to sign in again.',
      params,
      body: GraphApplicationChange,
      answer: GraphApplication,
      async handle({ viewer, params: { applicationId }, body }) {
        await db.transaction().execute(async (transaction) => {
          const before = await readApplication(transaction, applicationId);
          const own = (body.cloud ?? before.cloud) === 'custom';
          const { cloud = before.cloud, loginAddress = own ? before.loginAddress : null } = body;
          const { graphAddress = own ? before.graphAddress : null } = body;
          const fault = cloudFault({ cloud, loginAddress, graphAddress });
          if (fault) throw new ApiError('invalid', fault.message, { field: fault.path });
          await changeApplication(transaction, secrets, actorOf(viewer), applicationId, body);
        });
        return read(applicationId);
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      path: '/graph-applications/{applicationId}',
      operation: 'deleteGraphApplication',
      summary: 'Remove a Graph application',
      description: 'Refused while accounts or settings use it; the message names them.',
      params,
      answer: null,
      async handle({ viewer, params: { applicationId } }) {
        await db.transaction().execute((transaction) => deleteApplication(transaction, actorOf(viewer), applicationId));
        return undefined;
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/graph-applications/{applicationId}/check',
      operation: 'checkGraphApplication',
      summary: 'Check a Graph application',
      description:
        'The directory, the client id with its secret or certificate, the redirect address and, where mailboxes are ' +
        'named, that the one can be read and the other is refused.',
      params,
      body: GraphApplicationCheckWishes,
      answer: GraphApplicationCheck,
      async handle({ params: { applicationId }, body }) {
        const application = openApplication(secrets, await readApplication(db, applicationId));
        return { steps: await checkApplication(outbound, application, { redirectUri, ...body }) };
      },
    }),
  ];
}

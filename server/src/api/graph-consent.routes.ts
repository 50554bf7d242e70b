import { z } from '@hono/zod-openapi';
import type { Context as HttpContext } from 'hono';
import type { Context } from '../context.ts';
import { connectMailbox, consentOf, mailboxKind, wantedScopes } from '../organization/graph-applications/consent.ts';
import { arrive, pastedAnswer, setOut, WayFailed } from '../organization/graph-applications/ways.ts';
import { ownPath } from '../organization/sign-in/provider-sign-in.ts';
import { synchronizationOf } from '../sync/leave.ts';
import { refusals, restReasonOf } from '../sync/rest.ts';
import { ApiError } from './errors.ts';
import { graphRedirectUri } from './graph-applications.routes.ts';
import { type Route, route, type Viewer } from './route.ts';
import { UserId } from './schemas/common.ts';
import { GraphConsent, GraphConsentAnswer, GraphConsentStart, GraphConsentWay } from './schemas/graph-consent.ts';

const ofUser = { access: 'self', tag: 'Accounts', params: z.object({ userId: UserId }) } as const;
/** Where users look after their accounts. */
const accountsPage = '/accounts';
/** Where administrators look after Graph applications. */
const applicationsPage = '/administration/graph/calendars';

export function graphConsentRoutes(context: Context, publicUrl: string): Route[] {
  const { db } = context.store;
  return [
    route({
      ...ofUser,
      method: 'get',
      path: '/users/{userId}/graph-consent',
      operation: 'readGraphConsent',
      summary: 'Whether the user has let Whenabouts read a Microsoft 365 mailbox',
      answer: GraphConsent,
      handle: ({ params: { userId } }) => consentOf(context, userId, publicUrl),
    }),
    route({
      ...ofUser,
      method: 'post',
      path: '/users/{userId}/graph-consent/start',
      operation: 'startGraphConsent',
      summary: 'Set out for Microsoft’s sign-in',
      description:
        'Asks for the permissions that the user’s group makes use of, and no others. The browser comes back to ' +
        '`returnTo` with `?microsoft365=` connected, declined, consent (an administrator must approve), expired, ' +
        'refused or unavailable.',
      body: GraphConsentStart,
      answer: GraphConsentWay,
      async handle({ params: { userId }, body }) {
        const own = await synchronizationOf(db, userId);
        const reason = restReasonOf(mailboxKind, own.settings);
        if (reason) throw new ApiError('conflict', refusals[reason]);
        const { graphApplicationId } = own.settings.microsoft365;
        if (graphApplicationId === null)
          throw new ApiError('conflict', 'Your administrator hasn’t chosen a Graph application for your group yet.');
        const { ways, account } = await consentOf(context, userId, publicUrl);
        if (body.how === 'paste' && !ways.paste)
          throw new ApiError('invalid', 'With this Graph application Microsoft leads back here by itself.', {
            field: 'how',
          });
        const url = await setOut(
          context,
          {
            ...{ userId, applicationId: graphApplicationId, loginHint: account?.mailbox || own.email },
            scopes: wantedScopes(own.settings).map(({ scope }) => scope),
            returnTo: ownPath(body.returnTo ?? accountsPage),
            how: body.how === 'paste' ? 'paste' : { redirectUri: graphRedirectUri(publicUrl) },
          },
          Temporal.Now.instant(),
        );
        return { url: url.href };
      },
    }),
    route({
      ...ofUser,
      method: 'post',
      path: '/users/{userId}/graph-consent/paste',
      operation: 'pasteGraphConsent',
      summary: 'Bring over the address at which Microsoft’s sign-in ended',
      description: 'It works once, for the user who set out.',
      body: GraphConsentAnswer,
      answer: GraphConsent,
      async handle({ params: { userId }, body: { address } }) {
        const refuse = (message: string) => new ApiError('invalid', message, { field: 'address' });
        const answer = pastedAnswer(address);
        if (!answer)
          throw refuse(
            'This isn’t the address of the page at which the sign-in ended: it has "code=" and "state=" in it.',
          );
        try {
          await connectMailbox(context, userId, await arrive(context, answer, userId, Temporal.Now.instant()));
        } catch (error) {
          throw error instanceof WayFailed ? refuse(error.message) : error;
        }
        return consentOf(context, userId, publicUrl);
      },
    }),
    route({
      access: 'public',
      tag: 'Accounts',
      method: 'get',
      path: '/graph/callback',
      operation: 'finishGraphConsent',
      summary: 'Where Microsoft’s sign-in leads back to',
      description: 'For browsers, with the session of the user who set out; leads to the page the user came from.',
      answer: null,
      produces: 'text/html',
      async handle({ viewer, http }) {
        const answer = new URL(http.req.url).searchParams;
        const state = answer.get('state') ?? '';
        // Of an administrator who consented for everybody nothing is stored here: the directory keeps it.
        if (state.startsWith('consent.') || answer.has('admin_consent'))
          return back(http, applicationsPage, 'consent', answer.has('error') ? 'declined' : 'granted');
        return back(http, ...(await cameBack(viewer, answer)));
      },
    }),
  ];

  async function cameBack(viewer: Viewer | null, answer: URLSearchParams): Promise<[string, string, string]> {
    const to = (page: string, outcome: string): [string, string, string] => [page, 'microsoft365', outcome];
    if (!viewer || viewer.secondFactorMissing) return to(accountsPage, 'expired');
    try {
      const arrival = await arrive(context, answer, viewer.userId, Temporal.Now.instant());
      await connectMailbox(context, viewer.userId, arrival);
      return to(arrival.returnTo, 'connected');
    } catch (error) {
      if (!(error instanceof WayFailed)) {
        context.log.error({ error }, 'A sign-in at Microsoft 365 broke off.');
        return to(accountsPage, 'unavailable');
      }
      context.log.warn({ problem: error.problem, reason: error.message }, 'A sign-in at Microsoft 365 failed.');
      return to(error.problem === 'expired' ? accountsPage : error.returnTo, error.problem);
    }
  }
}

/** The browser is somewhere in between: it is shown a page with what came of it, never an error of the API. */
function back(http: HttpContext, page: string, name: string, outcome: string): Response {
  const url = new URL(page, 'http://own.invalid');
  url.searchParams.set(name, outcome);
  return http.redirect(url.pathname + url.search + url.hash, 303);
}

import { z } from '@hono/zod-openapi';
import type { Context as HttpContext } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Context } from '../context.ts';
import type { ProviderClients } from '../organization/sign-in/provider-client.ts';
import {
  beginProviderSignIn,
  finishProviderSignIn,
  newBrowserMark,
  SignInFailed,
  wayLifetime,
} from '../organization/sign-in/provider-sign-in.ts';
import { enabledProviders } from '../organization/sign-in/providers.ts';
import { ApiError } from './errors.ts';
import { failureLimit } from './rate-limit.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';
import { SignInWays } from './schemas/sign-in.ts';
import type { Sessions } from './sessions.ts';
import { beginSession, clientAddress, originOf } from './signed-in.ts';

const tag = 'Set-up and sign-in';

/** Registered at the provider, one for all of them: which one comes back is told by the state. */
export const redirectUriOf = (publicUrl: string): string => `${publicUrl}/api/v1/sign-in/callback`;

export function providerSignInRoutes(
  context: Context,
  sessions: Sessions,
  clients: ProviderClients,
  publicUrl: string,
): Route[] {
  const { db } = context.store;
  const secure = publicUrl.startsWith('https:');
  const signedIn = { db, sessions, secrets: context.secrets, secure };
  const cookie = secure ? '__Host-whenabouts_sign_in' : 'whenabouts_sign_in';
  // Anybody may set out; each way is a row until it has come back or is too old. Wide, for a company behind one proxy.
  const perAddress = failureLimit(3_000, 300);

  /** The browser is somewhere in between: it is shown the sign-in page with the reason, never an error of the API. */
  function back(http: HttpContext, error: unknown): Response {
    if (!(error instanceof SignInFailed)) {
      context.log.error({ error }, 'A sign-in through a provider broke off.');
      return http.redirect('/sign-in?error=unavailable', 303);
    }
    context.log.warn({ problem: error.problem, reason: error.message }, 'A sign-in through a provider failed.');
    return http.redirect(`/sign-in?error=${error.problem}`, 303);
  }

  return [
    route({
      access: 'public',
      tag,
      method: 'get',
      path: '/sign-in',
      operation: 'readSignInWays',
      summary: 'How people may sign in',
      answer: SignInWays,
      handle: async () => ({ local: true as const, providers: await enabledProviders(db) }),
    }),
    route({
      access: 'public',
      tag,
      method: 'get',
      path: '/sign-in/providers/{providerId}/start',
      operation: 'startProviderSignIn',
      summary: 'Go to an identity provider to sign in',
      description:
        'For browsers: leads to the provider, or back to `/sign-in?error=…` (unavailable, refused). `returnTo` is a ' +
        'page of the web client.',
      params: z.object({ providerId: Id }),
      query: z.object({ returnTo: z.string().max(1000).optional() }),
      answer: null,
      produces: 'text/html',
      async handle({ params: { providerId }, query: { returnTo }, http }) {
        const now = Temporal.Now.instant();
        const address = clientAddress(http);
        const seconds = perAddress.blockedFor(address, now);
        if (seconds > 0)
          throw new ApiError('tooManyRequests', `Too many sign-ins were begun: try again in ${seconds} seconds.`, {
            retryAfter: seconds,
          });
        perAddress.failed(address, now);
        const browserMark = getCookie(http, cookie) ?? newBrowserMark();
        const start = { providerId, returnTo: returnTo ?? '/', browserMark, redirectUri: redirectUriOf(publicUrl) };
        try {
          const url = await beginProviderSignIn(context, clients, start, now);
          // Lax: it has to come along when the provider leads back here, which is another site.
          setCookie(http, cookie, browserMark, {
            ...{ path: '/', httpOnly: true, sameSite: 'Lax', secure },
            maxAge: wayLifetime.total('seconds'),
          });
          return http.redirect(url.href, 303);
        } catch (error) {
          return back(http, error);
        }
      },
    }),
    route({
      access: 'public',
      tag,
      method: 'get',
      path: '/sign-in/callback',
      operation: 'finishProviderSignIn',
      summary: 'Where identity providers lead back to',
      description:
        'For browsers: signs in and leads to the page asked for, or back to `/sign-in?error=…` (unavailable, refused, ' +
        'expired, unknownUser, inactive).',
      answer: null,
      produces: 'text/html',
      async handle({ http }) {
        const url = new URL(redirectUriOf(publicUrl));
        url.search = new URL(http.req.url).search;
        const given = { url, browserMark: getCookie(http, cookie), origin: originOf(http) };
        try {
          const now = Temporal.Now.instant();
          const { user, providerId, returnTo } = await finishProviderSignIn(context, clients, given, now);
          await beginSession(http, signedIn, user.id, providerId);
          return http.redirect(returnTo, 303);
        } catch (error) {
          return back(http, error);
        }
      },
    }),
  ];
}

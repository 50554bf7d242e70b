import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { checkProvider } from '../organization/sign-in/provider-check.ts';
import type { ProviderClients } from '../organization/sign-in/provider-client.ts';
import { forgetIdentities } from '../organization/sign-in/provider-users.ts';
import {
  changeProvider,
  createProvider,
  deleteProvider,
  listProviders,
  type Provider,
  readProvider,
} from '../organization/sign-in/providers.ts';
import type { Executor } from '../store/database.ts';
import { redirectUriOf } from './provider-sign-in.routes.ts';
import { type Route, route } from './route.ts';
import { Id, UserId } from './schemas/common.ts';
import {
  IdentityProvider,
  IdentityProviderChange,
  IdentityProviderCheck,
  IdentityProviderList,
  NewIdentityProvider,
} from './schemas/sign-in.ts';
import type { Sessions } from './sessions.ts';

const administrator = { access: 'administrator', tag: 'Set-up and sign-in' } as const;
const params = z.object({ providerId: Id });

export function identityProviderRoutes(
  context: Context,
  sessions: Sessions,
  clients: ProviderClients,
  publicUrl: string,
): Route[] {
  const { db } = context.store;
  const redirectUri = redirectUriOf(publicUrl);
  const shown = ({ secret, ...provider }: Provider & { users: number }) => ({
    ...provider,
    hasSecret: secret !== null,
    redirectUri,
  });
  async function read(id: string) {
    const { users } = (await listProviders(db)).find((provider) => provider.id === id) ?? { users: 0 };
    return shown({ ...(await readProvider(db, id)), users });
  }
  return [
    route({
      ...administrator,
      access: 'systemReader',
      method: 'get',
      path: '/identity-providers',
      operation: 'listIdentityProviders',
      summary: 'All identity providers',
      answer: IdentityProviderList,
      handle: async () => ({ identityProviders: (await listProviders(db)).map(shown) }),
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/identity-providers',
      operation: 'createIdentityProvider',
      summary: 'Let people sign in through an identity provider (OpenID Connect)',
      description: 'Saved whether it answers or not. Signing in with a password goes on working beside it.',
      body: NewIdentityProvider,
      status: 201,
      answer: IdentityProvider,
      async handle({ viewer, body }) {
        const create = (transaction: Executor) => createProvider(transaction, context.secrets, actorOf(viewer), body);
        return read(await db.transaction().execute(create));
      },
    }),
    route({
      ...administrator,
      method: 'patch',
      path: '/identity-providers/{providerId}',
      operation: 'changeIdentityProvider',
      summary: 'Change an identity provider',
      description: 'Switched off, or with another issuer, the sessions that it vouched for end.',
      params,
      body: IdentityProviderChange,
      answer: IdentityProvider,
      async handle({ viewer, params: { providerId }, body }) {
        await db
          .transaction()
          .execute((transaction) => changeProvider(transaction, context.secrets, actorOf(viewer), providerId, body));
        sessions.forget('');
        return read(providerId);
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      path: '/identity-providers/{providerId}',
      operation: 'deleteIdentityProvider',
      summary: 'Remove an identity provider',
      description: 'The sessions that it vouched for end. Its users stay; those without a password need an invitation.',
      params,
      answer: null,
      async handle({ viewer, params: { providerId } }) {
        await db.transaction().execute((transaction) => deleteProvider(transaction, actorOf(viewer), providerId));
        sessions.forget('');
        return undefined;
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/identity-providers/{providerId}/check',
      operation: 'checkIdentityProvider',
      summary: 'Check an identity provider',
      description: 'Asks it for what it offers, its keys, and whether it knows the client id and secret.',
      params,
      answer: IdentityProviderCheck,
      async handle({ params: { providerId } }) {
        return { steps: await checkProvider(clients, await readProvider(db, providerId), redirectUri) };
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      path: '/users/{userId}/identities',
      scope: 'session', // a token changes no credentials
      operation: 'forgetIdentitiesOfUser',
      summary: 'Forget who a user is at the identity providers',
      description:
        'For somebody whose account there was made anew: the next sign-in links or makes a user as the first one did.',
      params: z.object({ userId: UserId }),
      answer: null,
      async handle({ viewer, params: { userId } }) {
        await db.transaction().execute((transaction) => forgetIdentities(transaction, actorOf(viewer), userId));
        sessions.forget(userId);
        return undefined;
      },
    }),
  ];
}

import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import {
  apiTokensOf,
  countApiTokens,
  createApiToken,
  deleteApiToken,
  ownerOfApiToken,
  tokenLifetimeDays,
  tokensPerUser,
} from '../organization/api-tokens.ts';
import { actorOf } from '../organization/audit.ts';
import { requireManageable } from '../organization/roles.ts';
import { seesUser } from './access.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { ApiTokenList, CreatedApiToken, NewApiToken } from './schemas/access.ts';
import { Id } from './schemas/common.ts';
import { grantable, type Scope } from './scopes.ts';
import { forgetSessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';

const tag = 'Access';

export function apiTokenRoutes({ store: { db } }: Context, tokens: Tokens): Route[] {
  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/api-tokens',
      tag,
      operation: 'listApiTokens',
      summary: 'API tokens: what programs sign in with in one’s name',
      query: z.object({ userId: Id.optional().openapi({ description: 'Of another user, for administrators.' }) }),
      answer: ApiTokenList,
      async handle({ viewer, query: { userId = viewer.userId } }) {
        if (userId !== viewer.userId && !(await seesUser(db, viewer, userId)))
          throw new ApiError('forbidden', 'Only an administrator sees the tokens of others.', { field: 'userId' });
        const rows = await apiTokensOf(db, userId);
        return { apiTokens: rows.map((row) => ({ ...row, scopes: row.scopes as Scope[] })) };
      },
    }),
    route({
      access: 'signedIn',
      method: 'post',
      path: '/api-tokens',
      tag,
      operation: 'createApiToken',
      summary: 'Make an API token',
      description: `It may what its scopes name and its user may, never more; it makes no tokens and changes no password. The answer
holds the token; it is shown only now.`,
      body: NewApiToken,
      status: 201,
      answer: CreatedApiToken,
      async handle({ viewer, body: { name, scopes, expiresAt } }) {
        const beyond = scopes.find((scope) => !grantable(viewer.role).includes(scope));
        if (beyond)
          throw new ApiError('invalid', `You may not do what the scope "${beyond}" is for.`, { field: 'scopes' });
        const now = Temporal.Now.instant();
        const ends = expiresAt ?? now.add({ hours: 24 * tokenLifetimeDays.whenLeftOut });
        if (Temporal.Instant.compare(ends, now) <= 0)
          throw new ApiError('invalid', 'This time has passed already.', { field: 'expiresAt' });
        if (Temporal.Instant.compare(ends, now.add({ hours: 24 * tokenLifetimeDays.most })) > 0)
          throw new ApiError('invalid', 'A token works for a year at most.', { field: 'expiresAt' });
        const { userId } = viewer;
        const made = await db.transaction().execute(async (transaction) => {
          if ((await countApiTokens(transaction, userId)) >= tokensPerUser)
            throw new ApiError('conflict', `There are ${tokensPerUser} tokens already: remove one first.`);
          const wanted = { userId, name, scopes: [...new Set(scopes)], expiresAt: ends };
          return createApiToken(transaction, actorOf(viewer), wanted);
        });
        return { ...made, scopes: made.scopes as Scope[] };
      },
    }),
    route({
      access: 'selfOrAdministrator',
      ownerOf: ownerOfApiToken,
      method: 'delete',
      path: '/api-tokens/{tokenId}',
      tag,
      operation: 'deleteApiToken',
      summary: 'End an API token',
      params: z.object({ tokenId: Id }),
      answer: null,
      async handle({ viewer, params: { tokenId } }) {
        const ownerId = await ownerOfApiToken(db, { tokenId });
        if (ownerId !== null && ownerId !== viewer.userId) await requireManageable(db, viewer, ownerId);
        const userId = await db.transaction().execute(async (transaction) => {
          const found = await deleteApiToken(transaction, actorOf(viewer), tokenId);
          if (found !== null) await forgetSessions(transaction, found);
          return found;
        });
        if (userId === null) throw new ApiError('notFound', 'There is no such token.');
        tokens.forget(userId);
        return undefined;
      },
    }),
  ];
}

/** Users found and looked at: the list that everybody has, and the page that administrators have of each. */
import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { runningLeaving } from '../organization/leaving/leaving.queries.ts';
import { requireManageable } from '../organization/roles.ts';
import { waysIn } from '../organization/sign-in/ways-in.queries.ts';
import { resetUser } from '../organization/user-reset.ts';
import { findUsers, type ListedUser, readListedUser } from '../organization/user-search.ts';
import { presenceOf } from '../presence/service.ts';
import { locationOfUser, seenAmong } from './access.ts';
import { accountsOf } from './accounts.queries.ts';
import { ApiError } from './errors.ts';
import { phonesOf } from './presence.queries.ts';
import { type Route, route } from './route.ts';
import { UserId } from './schemas/common.ts';
import { UserListQuery, UserOverview, UserReset } from './schemas/user-list.ts';
import { UserList } from './schemas/users.ts';
import { presenceForAdministration } from './shown-presence.ts';

const tag = 'Users';
const params = z.object({ userId: UserId });

/** What everybody may know of a colleague. */
const asColleague = ({ id, displayName, email, timeZone, sample }: ListedUser) => ({
  ...{ id, displayName, email, timeZone, sample },
});

export function userListRoutes(context: Context): Route[] {
  const { db } = context.store;
  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/users',
      tag,
      operation: 'listUsers',
      summary: 'Users, by name',
      description:
        'Search by how words of the name or the e-mail address begin, or the extension. What is behind the first ' +
        'fields is told to administrators and readers, of the users whom they administer or read; only they see ' +
        'deactivated users.',
      query: UserListQuery,
      answer: UserList,
      async handle({ viewer, query: { after, limit, ...filter } }) {
        const active = viewer.role === 'user' ? true : filter.active;
        const page = await findUsers(db, { ...filter, active }, { after, limit });
        if (viewer.role === 'user') return { ...page, users: page.users.map(asColleague) };
        const ids = page.users.map(({ id }) => id);
        const seen = await seenAmong(db, viewer, ids);
        return { ...page, users: page.users.map((user) => (seen.has(user.id) ? user : asColleague(user))) };
      },
    }),
    route({
      access: 'reader',
      locationOf: locationOfUser,
      method: 'get',
      path: '/users/{userId}/overview',
      tag,
      operation: 'readUserOverview',
      summary: 'All of a user on one page',
      description:
        'With accounts and how they are, presence and why it is so (never what an appointment is about), phones and ' +
        'their forwarding, and a removal that is under way.',
      params,
      answer: UserOverview,
      async handle({ viewer, params: { userId } }) {
        const user = await readListedUser(db, userId);
        if (!user) throw new ApiError('notFound', 'There is no such user.');
        const [presence] = await presenceOf(db, [userId]);
        return {
          user,
          accounts: await accountsOf(db, { userId }, viewer.userId),
          presence: presence ? await presenceForAdministration(db, viewer, presence) : null,
          phones: (await phonesOf(db, [userId])).get(userId) ?? [],
          signIn: await waysIn(db, userId),
          leaving: await runningLeaving(db, 'user', userId),
          switchingOff: await runningLeaving(db, 'userOff', userId),
        };
      },
    }),
    route({
      access: 'locationAdministrator',
      locationOf: locationOfUser,
      method: 'post',
      path: '/users/{userId}/reset',
      tag,
      operation: 'resetUser',
      summary: 'Reset a user’s personal settings',
      description:
        'Own profiles and rules, choices of presence by hand and for appointments, own relationships and what was done with reminders are gone, and the ' +
        'answer says how many. Accounts and phones stay.',
      params,
      answer: UserReset,
      async handle({ viewer, params: { userId } }) {
        await requireManageable(db, viewer, userId);
        return db.transaction().execute((transaction) => resetUser(transaction, userId, actorOf(viewer)));
      },
    }),
  ];
}

/** What claims a user's presence beside calendar and hand: programs and the user's clients; and all claims together. */
import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { reportClient } from '../presence/client-reports.ts';
import { endProgramClaim, putProgramClaim, runningClaims } from '../presence/program-claims.ts';
import { stackOf } from '../presence/service.ts';
import type { StackEntry } from '../presence/stack.ts';
import { recordForAnother, refused } from './acting.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import {
  ClientAnswer,
  ClientReport,
  NewProgramClaim,
  ProgramClaim,
  ProgramClaimList,
  ProgramName,
  Stack,
} from './schemas/claims.ts';
import { InstantInput, UserId } from './schemas/common.ts';
import { shownWhole, wholeView } from './shown-presence.ts';

const tag = 'Presence';
const params = z.object({ userId: UserId });
const programParams = z.object({ userId: UserId, origin: ProgramName });

/** How far a stack looks ahead, unless asked otherwise, and at most. */
const hoursAhead = 24;
const mostDaysAhead = 31;

export function claimRoutes({ store: { db } }: Context): Route[] {
  async function claimNamed(userId: string, name: string, now: Temporal.Instant) {
    const claim = (await runningClaims(db, userId, now)).find((one) => one.name === name);
    if (!claim) throw new ApiError('notFound', `Nothing of the name "${name}" claims this user’s presence.`);
    return shownClaim(claim);
  }

  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/users/{userId}/presence/stack',
      tag,
      operation: 'readPresenceStack',
      summary: 'Everything that has a say in a user’s presence, the strongest first',
      description: `Why somebody is busy, and what comes after: all claims in force, the first of which is the presence, each with its reason
and what decides against it; then those that come until \`until\`. For the user, administrators and the user’s assistants,
who see subjects as in the agenda.`,
      params,
      query: z.object({
        until: InstantInput.optional().openapi({
          description: `How far to look ahead: ${hoursAhead} hours, unless said; at most ${mostDaysAhead} days.`,
        }),
      }),
      answer: Stack,
      async handle({ viewer, params: { userId }, query }) {
        const view = await wholeView(db, viewer, userId);
        const now = Temporal.Now.instant().round('millisecond');
        const entries = await stackOf(db, userId, now, lookAhead(now, query.until));
        const items = (entries ?? []).map(({ claim, ...place }) => ({ ...claim, place }));
        const shown = await shownWhole(db, viewer, userId, view, items, ({ place }) => timesOf(place));
        return {
          at: now,
          entries: items.map(({ place, forwarding, reason, appointmentEnd }, index) => ({
            ...{ forwarding, reason: { origin: reason.origin } },
            ...shown[index]!,
            ...{ running: place.running, below: place.below, above: place.above },
            ...{ from: instant(place.from), until: instant(place.until) },
            shows: instant(place.shows),
            ...(appointmentEnd !== undefined && { appointmentEnd: instant(appointmentEnd) }),
          })),
        };
      },
    }),
    route({
      access: 'selfOrAdministrator',
      scope: 'claims',
      method: 'get',
      path: '/users/{userId}/presence/claims',
      tag,
      operation: 'listProgramClaims',
      summary: 'What other programs claim about a user’s presence now',
      params,
      answer: ProgramClaimList,
      async handle({ params: { userId } }) {
        await requireUser(userId);
        return { claims: (await runningClaims(db, userId, Temporal.Now.instant())).map(shownClaim) };
      },
    }),
    route({
      access: 'selfOrAdministrator',
      scope: 'claims',
      method: 'put',
      path: '/users/{userId}/presence/claims/{origin}',
      tag,
      operation: 'putProgramClaim',
      summary: 'Claim a user’s presence for a time, as another program',
      description: `A door panel, a chat, a scheduler: each under a name of its own, beside one another. Ranks below calls, choices by hand
and appointments, above what clients report and working hours; among programs as among appointments. It ends at the very
second its lease runs out; send it again before that and it goes on, from when it began.`,
      params: programParams,
      body: NewProgramClaim,
      answer: ProgramClaim,
      async handle({ viewer, params: { userId, origin }, body }) {
        const now = Temporal.Now.instant();
        await db
          .transaction()
          .execute(async (transaction) => {
            const asked = { ...body, name: origin };
            const changed = await putProgramClaim(transaction, userId, asked, now, viewer.userId);
            const after = { origin, status: body.status, profile: body.profile };
            if (changed) await recordForAnother(transaction, viewer, userId, after);
          })
          .catch(refused);
        return claimNamed(userId, origin, now);
      },
    }),
    route({
      access: 'selfOrAdministrator',
      scope: 'claims',
      method: 'delete',
      path: '/users/{userId}/presence/claims/{origin}',
      tag,
      operation: 'endProgramClaim',
      summary: 'End a program’s claim now',
      description: 'Ending what has ended is no fault.',
      params: programParams,
      answer: null,
      async handle({ viewer, params: { userId, origin } }) {
        await requireUser(userId);
        await db.transaction().execute(async (transaction) => {
          const ended = await endProgramClaim(transaction, userId, origin, Temporal.Now.instant());
          if (ended) await recordForAnother(transaction, viewer, userId, { origin, status: 'automatic' });
        });
        return undefined;
      },
    }),
    route({
      access: 'self',
      method: 'post',
      path: '/users/{userId}/presence/client',
      tag,
      operation: 'reportClient',
      summary: 'Say that a client of one’s own is in use, idle, locked or closed',
      description: `What the web client does for each open page. What follows from it the group’s settings say (activation: client);
where nothing does, nothing is kept. Of several clients the most present one counts.`,
      params,
      body: ClientReport,
      answer: ClientAnswer,
      async handle({ params: { userId }, body }) {
        const now = Temporal.Now.instant();
        const answer = await db.transaction().execute((transaction) => reportClient(transaction, userId, body, now));
        if (!answer) throw new ApiError('notFound', 'There is no such user.');
        return answer;
      },
    }),
  ];

  async function requireUser(userId: string): Promise<void> {
    const user = await db.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst();
    if (!user) throw new ApiError('notFound', 'There is no such user.');
  }
}

function lookAhead(now: Temporal.Instant, until: Temporal.Instant | undefined): Temporal.Instant {
  if (until === undefined) return now.add({ hours: hoursAhead });
  if (Temporal.Instant.compare(until, now) <= 0)
    throw new ApiError('invalid', 'This lies in the past. Choose a later moment.', { field: 'until' });
  const last = now.add({ hours: mostDaysAhead * 24 });
  if (Temporal.Instant.compare(until, last) > 0)
    throw new ApiError('invalid', `Ask for at most ${mostDaysAhead} days.`, { field: 'until' });
  return until;
}

const instant = (at: number | null) => (at === null ? null : Temporal.Instant.fromEpochMilliseconds(at));

/** What has no beginning began at the epoch, for notes that speak of it. */
const timesOf = ({ from, until }: Pick<StackEntry, 'from' | 'until'>) => ({
  since: instant(from ?? 0)!,
  until: instant(until),
});

const shownClaim = ({ name, profileId, profileName, ...claim }: Awaited<ReturnType<typeof runningClaims>>[number]) => ({
  ...{ ...claim, origin: name },
  profile: profileId && profileName !== null ? { id: profileId, name: profileName } : null,
});

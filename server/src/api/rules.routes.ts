import { z } from '@hono/zod-openapi';
import { showsSubject } from '../agenda/privacy.ts';
import type { Context } from '../context.ts';
import { functionOf } from '../organization/functions.ts';
import {
  dryRunDays,
  dryRunOfGroup,
  dryRunOfLocation,
  dryRunOfOwnRules,
  isKeptFromAdministrators,
  type UserDryRun,
} from '../organization/rule-dry-runs.ts';
import { loadInputs } from '../presence/inputs.queries.ts';
import { clearChoice, setChoice } from '../presence/rules/choices.ts';
import { choiceKey } from '../presence/rules/deciding.ts';
import type { ChangedStretch, DryRunEntry } from '../presence/rules/dry-run.ts';
import { outcomeOf } from '../presence/rules/dry-run.ts';
import { ownRulesOf, setOwnRules } from '../presence/rules/own-rules.ts';
import { seenAmong } from './access.ts';
import { recordForAnother, requireActing } from './acting.ts';
import { checked } from './checked.ts';
import { ApiError } from './errors.ts';
import { interval } from './period.ts';
import { atGroup, atLocation } from './places.ts';
import { type SubjectOf, subjectsOf } from './presence.queries.ts';
import { viewsFor } from './presence-views.ts';
import { type Route, route } from './route.ts';
import { Period, UserId } from './schemas/common.ts';
import {
  AppointmentChoice,
  AppointmentKey,
  AppointmentOutcomes,
  DryRun,
  GroupDryRun,
  LocationDryRun,
  OwnRules,
  OwnRulesChange,
} from './schemas/rules.ts';
import { shownRule } from './shown-reason.ts';

const params = z.object({ userId: UserId });

export function ruleRoutes({ store: { db } }: Context): Route[] {
  async function ownRules(userId: string) {
    const own = await ownRulesOf(db, userId);
    if (!own) throw new ApiError('notFound', 'There is no such user.');
    return own;
  }

  const checkedActivation = (value: unknown) =>
    checked(functionOf('activation').schema, value, 'value') as Record<string, unknown>;

  return [
    route({
      access: 'self',
      method: 'get',
      path: '/users/{userId}/rules',
      tag: 'Presence',
      operation: 'readOwnRules',
      summary: 'One’s own rules from appointments to profiles',
      description:
        'With those of the group, which are asked after them. Nobody else sees them, administrators neither.',
      params,
      answer: OwnRules,
      handle: ({ params: { userId } }) => ownRules(userId),
    }),
    route({
      access: 'self',
      method: 'put',
      path: '/users/{userId}/rules',
      tag: 'Presence',
      operation: 'setOwnRules',
      summary: 'Replace one’s own rules',
      description: 'Refused where the group allows none, and where they look at what isn’t stored in the group.',
      params,
      body: OwnRulesChange,
      answer: OwnRules,
      async handle({ params: { userId }, body }) {
        await db.transaction().execute((transaction) => setOwnRules(transaction, userId, body.rules));
        return ownRules(userId);
      },
    }),
    route({
      access: 'self',
      method: 'post',
      path: '/users/{userId}/rules/dry-run',
      tag: 'Presence',
      operation: 'tryOwnRules',
      summary: 'What other own rules would change in the next two weeks',
      description:
        'Of each appointment what comes of it by itself, and when presence would be another one, with all that counts then.',
      params,
      body: OwnRulesChange,
      answer: DryRun,
      async handle({ viewer, params: { userId }, body }) {
        const run = await dryRunOfOwnRules(db, userId, body.rules, Temporal.Now.instant());
        if (!run) throw new ApiError('notFound', 'There is no such user.');
        const { entries, presence } = run;
        const subjectOf = await subjectsOf(db, entries.map(subjectWish));
        const { displayName } = viewer;
        const shown = entries.map((entry) => toldEntry(entry, true, subjectOf));
        const user = { userId, displayName, entries: shown, hidden: 0, presence: presence.map(toldStretch(true)) };
        return { days: dryRunDays, users: [user] };
      },
    }),
    route({
      ...atGroup,
      access: 'locationAdministrator',
      method: 'post',
      path: '/groups/{groupId}/functions/activation/dry-run',
      tag: 'Locations and groups',
      operation: 'tryGroupRules',
      summary: 'What other rules would change for users of a group in the next two weeks',
      description:
        'Without subjects, and without private appointments: these count as they do now. Else as for one’s own rules.',
      body: GroupDryRun,
      answer: DryRun,
      async handle({ params: { groupId }, body }) {
        const change = body.mode === 'default' ? body : { mode: body.mode, value: checkedActivation(body.value) };
        return told(await dryRunOfGroup(db, groupId, change, body.userIds, Temporal.Now.instant()));
      },
    }),
    route({
      ...atLocation,
      access: 'locationAdministrator',
      method: 'post',
      path: '/locations/{locationId}/functions/activation/dry-run',
      tag: 'Locations and groups',
      operation: 'tryLocationRules',
      summary: 'What other rules would change for users of a location in the next two weeks',
      description: 'For groups that have the function from the location; else as for a group.',
      body: LocationDryRun,
      answer: DryRun,
      async handle({ params: { locationId }, body: { value, userIds } }) {
        const now = Temporal.Now.instant();
        return told(await dryRunOfLocation(db, locationId, checkedActivation(value), userIds, now));
      },
    }),
    route({
      access: 'signedIn',
      method: 'get',
      path: '/users/{userId}/appointments/outcomes',
      tag: 'Presence',
      operation: 'readAppointmentOutcomes',
      summary: 'What comes of appointments, and what was chosen for them',
      description: `For the user, and for those who may act for the user: then only of appointments whose subject they may see in the
agenda.`,
      params,
      query: Period,
      answer: AppointmentOutcomes,
      async handle({ viewer, params: { userId }, query }) {
        await requireActing(db, viewer, userId);
        const period = interval(query);
        const watcher = { userId: viewer.userId, whole: await seenAmong(db, viewer, [userId]), watched: [userId] };
        const view = (await viewsFor(db, [watcher])).get(watcher)?.get(userId);
        const inputs = (await loadInputs(db, [userId], period)).get(userId);
        if (!inputs || !view) throw new ApiError('notFound', 'There is no such user.');
        const { choices } = inputs;
        return {
          appointments: inputs.appointments
            .filter(({ uid, sensitivity }) => uid !== '' && showsSubject(view.detail, sensitivity))
            .filter(
              ({ start, end }) =>
                Temporal.Instant.compare(start, period.to) < 0 && Temporal.Instant.compare(end, period.from) > 0,
            )
            .map((appointment) => {
              const { uid, occurrence, start, end } = appointment;
              const own = choices.get(choiceKey(uid, occurrence));
              const series = choices.get(choiceKey(uid, ''));
              const effect = own ?? series;
              const choice = effect ? { scope: own ? ('occurrence' as const) : ('series' as const), effect } : null;
              const outcome = toldOutcome(outcomeOf(appointment, inputs), view.detail === 'own');
              return { uid, occurrence, start, end, outcome, choice };
            }),
        };
      },
    }),
    route({
      access: 'signedIn',
      method: 'put',
      path: '/users/{userId}/appointments/choices',
      tag: 'Presence',
      operation: 'chooseForAppointment',
      summary: 'Choose what comes of an appointment or a series',
      description: `Above all rules, and kept when the appointment moves. For oneself, by administrators and by those who are the user’s
assistants.`,
      params,
      body: AppointmentChoice,
      answer: null,
      async handle({ viewer, params: { userId }, body }) {
        await requireActing(db, viewer, userId);
        await db.transaction().execute(async (transaction) => {
          await setChoice(transaction, userId, body, body.effect);
          await recordForAnother(transaction, viewer, userId, { appointmentEffect: body.effect });
        });
        return undefined;
      },
    }),
    route({
      access: 'signedIn',
      method: 'delete',
      path: '/users/{userId}/appointments/choices',
      tag: 'Presence',
      operation: 'forgetAppointmentChoice',
      summary: 'Let the rules decide again',
      params,
      query: AppointmentKey,
      answer: null,
      async handle({ viewer, params: { userId }, query }) {
        await requireActing(db, viewer, userId);
        await db.transaction().execute(async (transaction) => {
          await clearChoice(transaction, userId, query);
          await recordForAnother(transaction, viewer, userId, { appointmentEffect: 'by the rules' });
        });
        return undefined;
      },
    }),
  ];
}

const subjectWish = ({ appointment: { userId, uid, occurrence } }: DryRunEntry) => ({
  userId,
  reason: { origin: 'appointment' as const, appointment: { uid, occurrence } },
});

/** To administrators: no subjects, and nothing of private appointments, which a rule on words could otherwise feel for. */
const told = (runs: readonly UserDryRun[]) => ({
  days: dryRunDays,
  users: runs.map(({ userId, displayName, entries, presence }) => {
    const open = entries.filter(({ appointment }) => !isKeptFromAdministrators(appointment));
    const shown = open.map((entry) => toldEntry(entry, false, () => undefined));
    const hidden = entries.length - open.length;
    return { userId, displayName, entries: shown, hidden, presence: presence.map(toldStretch(false)) };
  }),
});

const toldEntry = (entry: DryRunEntry, isOwn: boolean, subjectOf: SubjectOf) => {
  const { appointment, before, after, changed } = entry;
  const { start, end, allDay, userId } = appointment;
  const title = subjectOf(userId, subjectWish(entry).reason)?.title ?? null;
  return { start, end, allDay, title, before: toldOutcome(before, isOwn), after: toldOutcome(after, isOwn), changed };
};

const toldStretch =
  (isOwn: boolean) =>
  ({ before, after, ...when }: ChangedStretch) => ({
    ...when,
    before: { ...before, rule: before.rule && shownRule(before.rule, isOwn) },
    after: { ...after, rule: after.rule && shownRule(after.rule, isOwn) },
  });

const toldOutcome = ({ presence, rule }: DryRunEntry['before'], isOwn: boolean) => ({
  presence,
  rule: rule && shownRule(rule, isOwn),
});

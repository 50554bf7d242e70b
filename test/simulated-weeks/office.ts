/** The people of a story with their calendars and settings: as plain facts for the oracle, and as the product's own
 *  inputs. Only what both sides are told is here, nothing of what follows from it. */
import type { PresenceAppointment } from '../../server/src/agenda/presence-appointments.queries.ts';
import { asWritten } from '../../server/src/presence/numbers.fixture.ts';
import type { ForwardingTarget, Profile } from '../../server/src/presence/presence.ts';
import { profileIndex } from '../../server/src/presence/profiles.ts';
import { choiceKey } from '../../server/src/presence/rules/deciding.ts';
import type { Effect, Rule } from '../../server/src/presence/rules/rule.ts';
import { type PresenceSettings, presenceSettings } from '../../server/src/presence/settings.ts';
import type { PresenceInputs, StoredClaim } from '../../server/src/presence/timeline.ts';
import type {
  AppointmentFacts,
  ChoiceFacts,
  ClaimFacts,
  EffectFacts,
  Facts,
  PersonFacts,
  ProfileFacts,
  RuleFacts,
  TargetFacts,
} from './facts.ts';

/** What the group decides. */
export interface Group
  extends Pick<
    Facts,
    'tentativeCounts' | 'workingDay' | 'outsideWorkingDay' | 'client' | 'automaticForwarding' | 'profiles' | 'rules'
  > {
  ownRulesAllowed: boolean;
  team: string | null;
}

export interface Person {
  id: string;
  timeZone: string;
  mobile: string | null;
  extensions: { system: string; number: string }[];
  deputy: string | null;
  assistant: string | null;
  ownProfiles: ProfileFacts[];
  ownRules: RuleFacts[];
  choices: ChoiceFacts[];
  appointments: AppointmentFacts[];
  claims: ClaimFacts[];
  clients: { id: number; state: 'active' | 'idle' | 'locked'; since: number; until: number }[];
}

export const forbiddenNumber = '0900';

export interface Office {
  group: Group;
  people: Map<string, Person>;
}

const reachOf = ({ mobile, extensions }: Person): PersonFacts => ({ mobile, extensions });

function reach({ group, people }: Office, person: Person): Facts['reach'] {
  const other = (id: string | null) => (id === null ? null : reachOf(people.get(id)!));
  return {
    ...reachOf(person),
    deputy: other(person.deputy),
    assistant: other(person.assistant),
    team: group.team,
    forbidden: [forbiddenNumber],
  };
}

/** For the oracle. */
export function factsOf(office: Office, person: Person): Facts {
  const { group } = office;
  return {
    ...group,
    timeZone: person.timeZone,
    profiles: [...person.ownProfiles, ...group.profiles],
    rules: [...(group.ownRulesAllowed ? person.ownRules : []), ...group.rules],
    choices: person.choices,
    appointments: person.appointments,
    claims: person.claims,
    clients: person.clients,
    reach: reach(office, person),
  };
}

/** For the product, as loadInputs makes them from the database. */
export function inputsOf(
  office: Office,
  person: Person,
  revision: number,
): PresenceInputs & { settingsRevision: number } {
  const { group } = office;
  const facts = reach(office, person);
  const made = settingsOf(group);
  return {
    timeZone: person.timeZone,
    settings: made.settings,
    settingsRevision: revision,
    freeBusyOnly: false,
    ownRules: person.ownRules.map(ruleFor),
    choices: new Map(
      person.choices.map(({ uid, occurrence, effect }) => [choiceKey(uid, occurrence ?? ''), effectFor(effect)]),
    ),
    profiles: {
      own: profileIndex(person.ownProfiles.map(profileFor)),
      central: made.profiles,
      targets: {
        ...{ mobileNumber: facts.mobile, extensions: phones(facts) },
        deputy: facts.deputy && { mobileNumber: facts.deputy.mobile, extensions: phones(facts.deputy) },
        assistant: facts.assistant && { mobileNumber: facts.assistant.mobile, extensions: phones(facts.assistant) },
        team: facts.team === null ? null : { number: facts.team, internal: false },
        predefined: new Map(),
        dialling: asWritten(...facts.forbidden),
      },
    },
    claims: person.claims.map(claimFor),
    clients: person.clients,
    appointments: person.appointments.map((appointment) => appointmentFor(person, appointment)),
  };
}

const phones = ({ extensions }: PersonFacts) =>
  extensions.map(({ system, number }) => ({ phoneSystemId: system, number }));

const settingsKnown = new WeakMap<Group, { settings: PresenceSettings; profiles: ReturnType<typeof profileIndex> }>();
function settingsOf(group: Group) {
  const before = settingsKnown.get(group);
  if (before) return before;
  const { client } = group;
  const settings = presenceSettings.parse({
    tentativeCounts: group.tentativeCounts,
    workingDay: group.workingDay,
    outsideWorkingDay: group.outsideWorkingDay,
    client: {
      ...{ onStart: client.active, onEnd: client.ended, onLocked: client.locked },
      onInactive: { afterMinutes: 10, profile: client.idle },
    },
    automaticForwarding: group.automaticForwarding,
    rules: group.rules.map(ruleFor),
    ownRulesAllowed: group.ownRulesAllowed,
  });
  const made = { settings, profiles: profileIndex(group.profiles.map(profileFor)) };
  settingsKnown.set(group, made);
  return made;
}

function ruleFor(rule: RuleFacts): Rule {
  const { name, showAs, response, allDay, sensitivity, online, workingHours, minMinutes, maxMinutes, effect } = rule;
  const when = {
    ...{ showAs, response, allDay, sensitivity, online, workingHours },
    ...(rule.word && { title: { words: [rule.word] } }),
    ...(rule.mark && { title: { mark: rule.mark } }),
    ...(rule.category && { categories: [rule.category] }),
    ...(rule.organizer && { organizer: [rule.organizer] }),
    ...(rule.least !== undefined && { attendees: { min: rule.least } }),
    ...((minMinutes !== undefined || maxMinutes !== undefined) && { length: { minMinutes, maxMinutes } }),
  };
  const given = Object.fromEntries(Object.entries(when).filter(([, value]) => value !== undefined));
  return { name, when: given as Rule['when'], effect: effectFor(effect) };
}

const effectFor = (effect: EffectFacts): Effect =>
  effect === 'ignore'
    ? { ignore: true }
    : { profile: effect.profile, leadMinutes: effect.lead, lagMinutes: effect.lag };

function profileFor(profile: ProfileFacts): Profile {
  const { id, key, name, status, active, mode, target, busy, unanswered, note } = profile;
  return {
    ...{ id, key, name, status: status as Profile['status'], active, note },
    forwarding: {
      mode: mode as Profile['forwarding']['mode'],
      target: targetFor(target),
      busy: targetFor(busy),
      unanswered: targetFor(unanswered),
    },
  };
}

function targetFor(target: TargetFacts | null): ForwardingTarget | null {
  if (target === null) return null;
  if (target.startsWith('number ')) return { kind: 'number', number: target.slice(7) };
  return { kind: target as 'voicemail' | 'mobile' | 'deputy' | 'assistant' | 'team' };
}

const claimFor = ({ lease, key, ...claim }: ClaimFacts): StoredClaim => ({
  ...claim,
  status: claim.status as StoredClaim['status'],
  ...(lease !== null && { lease }),
  ...(claim.origin === 'api' && { program: key }),
});

const appointmentsKnown = new WeakMap<AppointmentFacts, PresenceAppointment>();
function appointmentFor({ id }: Person, facts: AppointmentFacts): PresenceAppointment {
  const before = appointmentsKnown.get(facts);
  if (before) return before;
  const { uid, occurrence, allDay, cancelled, title, categories, organizer, attendees, online } = facts;
  const made: PresenceAppointment = {
    ...{ userId: id, uid, occurrence, allDay, cancelled },
    start: Temporal.Instant.fromEpochMilliseconds(facts.start),
    end: Temporal.Instant.fromEpochMilliseconds(facts.end),
    showAs: facts.showAs as PresenceAppointment['showAs'],
    sensitivity: facts.sensitivity as PresenceAppointment['sensitivity'],
    response: facts.response as PresenceAppointment['response'],
    details: { title, categories: [...categories], organizer, attendeeCount: attendees, online },
  };
  appointmentsKnown.set(facts, made);
  return made;
}

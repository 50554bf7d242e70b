/** The people of a story at its beginning, and what they, their calendars and their administrators do. */
import type { AppointmentFacts, ClaimFacts, ProfileFacts } from './facts.ts';
import type { Happening } from './happenings.ts';
import type { Office, Person } from './office.ts';
import { factsOf } from './office.ts';
import { endOf } from './oracle.ts';
import type { ProfileDraft } from './settings.ts';
import type { AppointmentDraft, PersonDraft, Story } from './story.ts';
import type { World } from './world.ts';

const minute = 60_000;

export function makeOffice(story: Story, base: number): Office {
  const people = new Map(story.people.map((draft, at) => [`user ${at}`, makePerson(draft, at, story)]));
  const group = { ...story.group, profiles: namedProfiles(story.group.profiles, false) };
  const office = { group, people };
  for (const [at, draft] of story.appointments.entries()) addAppointments(office, draft, at, base);
  return office;
}

function makePerson(draft: PersonDraft, at: number, { people }: Story): Person {
  const [first, second] = [`20${at + 1}`, draft.phones === 'bothDifferent' ? `30${at + 1}` : `20${at + 1}`];
  const other = (further: number | null) =>
    further === null || further % people.length === 0 ? null : `user ${(at + further) % people.length}`;
  return {
    ...{ id: `user ${at}`, timeZone: draft.timeZone, mobile: draft.mobile },
    extensions: [
      ...(draft.phones === 'second' ? [] : [{ system: 'A', number: first }]),
      ...(draft.phones === 'first' ? [] : [{ system: 'B', number: second }]),
    ],
    ...{ deputy: other(draft.deputy), assistant: other(draft.assistant) },
    ownProfiles: namedProfiles(draft.ownProfiles, true),
    ownRules: draft.ownRules.map((rule) => ({ ...rule, own: true })),
    ...{ choices: [], appointments: [], claims: [], clients: [] },
  };
}

/** Each key once; ids as the database would give them. */
function namedProfiles(drafts: readonly ProfileDraft[], own: boolean): ProfileFacts[] {
  const seen = new Set<string>();
  return drafts.map((draft, at) => {
    const name = `${own ? 'Own' : 'Group'} ${at}`;
    const key = draft.key !== null && !seen.has(draft.key) ? draft.key : null;
    if (key !== null) seen.add(key);
    return { ...draft, key, own, name, id: name };
  });
}

function addAppointments(office: Office, draft: AppointmentDraft, at: number, base: number): void {
  const people = [...office.people.values()].filter((_, who) => draft.who & (1 << who));
  const first = Temporal.Instant.fromEpochMilliseconds(base).toZonedDateTimeISO('UTC').toPlainDate();
  for (let i = 0; i < draft.count; i++) {
    const date = first.add({ days: draft.day + i * draft.every });
    const wall = date.toPlainDateTime({ hour: Math.floor(draft.minute / 60), minute: draft.minute % 60 });
    const start = wall.toZonedDateTime(people[0]?.timeZone ?? 'UTC').epochMilliseconds;
    for (const person of people) {
      const midnight = (of: Temporal.PlainDate) => of.toZonedDateTime(person.timeZone).epochMilliseconds;
      const { showAs, response, allDay, sensitivity, title, category, organizer, attendees, online } = draft;
      const days = 1 + Math.floor(draft.length / 1440);
      person.appointments.push({
        ...{ uid: `meeting ${at}`, occurrence: draft.count > 1 ? String(i) : '', cancelled: false },
        start: allDay ? midnight(date) : start,
        end: allDay ? midnight(date.add({ days })) : start + draft.length * minute,
        ...{ showAs, response, allDay, sensitivity, title, organizer, attendees, online },
        categories: category === null ? [] : [category],
      });
    }
  }
}

/** Of the story's appointments one by its number, however many there are. */
export function occurrencesOf({ people }: Office, number: number): AppointmentFacts[] {
  const all = [...people.values()].flatMap(({ appointments }) => appointments);
  const uids = [...new Set(all.map(({ uid }) => uid))];
  const uid = uids[number % Math.max(1, uids.length)];
  for (const { appointments } of people.values()) {
    const found = appointments.filter((appointment) => appointment.uid === uid);
    if (found.length > 0) return found;
  }
  return [];
}

/** Done by somebody through a server, in a transaction. */
export function changeOffice(world: World, happening: Happening): void {
  const { office, clock } = world;
  const people = [...office.people.values()];
  const one = (who: number) => people[who % people.length]!;
  switch (happening.what) {
    case 'choose': {
      const person = one(happening.who);
      world.change([person.id], () => choose(world, person, happening));
      break;
    }
    case 'automatic': {
      const person = one(happening.who);
      world.change([person.id], () => endClaim(person, 'manual', '', clock.now));
      break;
    }
    case 'program': {
      const person = one(happening.who);
      world.change([person.id], () => {
        const { name, status, minutes, until } = happening;
        const before = person.claims.find(({ origin, key }) => origin === 'api' && key === name);
        const runs = before && before.lease! > clock.now && (before.end ?? Infinity) > clock.now;
        putClaim(world, person, {
          ...{ origin: 'api', key: name, profileId: null, status, note: null, endRule: 'time', appointment: null },
          start: runs && before.status === status ? before.start : clock.now,
          end: until === null ? null : clock.now + until * minute,
          lease: clock.now + minutes * minute,
        });
      });
      break;
    }
    case 'client': {
      const person = one(happening.who);
      world.change([person.id], () => {
        const { client: id, state, minutes } = happening;
        const before = person.clients.find((client) => client.id === id);
        const runs = before && before.until > clock.now;
        const others = person.clients.filter((client) => client.id !== id);
        if (state === 'closed') {
          if (runs) person.clients = [...others, { ...before, until: clock.now }];
          return;
        }
        const since = runs && before.state === state ? before.since : clock.now;
        person.clients = [...others, { id, state, since, until: clock.now + minutes * minute }];
      });
      break;
    }
    case 'call':
      call(world, one(happening.who), happening);
      break;
    case 'person': {
      const { change } = happening;
      const person = one(happening.who);
      // Who is reached by whom isn't asked: all are looked at.
      world.change(
        people.map(({ id }) => id),
        () => {
          if ('mobile' in change) person.mobile = change.mobile;
          else if ('timeZone' in change) person.timeZone = change.timeZone;
          else person.deputy = other(people, person, change.deputy);
        },
      );
      break;
    }
    case 'settings': {
      const { change } = happening;
      world.change([], () => {
        const { group } = office;
        if (!('profile' in change)) office.group = { ...group, ...change };
        else {
          const at = Math.max(
            0,
            group.profiles.findIndex(({ key }) => key === change.profile.key),
          );
          const before = group.profiles[at];
          if (!before) return;
          const made = { ...before, ...change.profile, key: before.key };
          office.group = { ...group, profiles: group.profiles.with(at, made) };
        }
      });
      break;
    }
    case 'move':
    case 'respond':
    case 'remove':
    case 'choice': {
      const person = one(happening.who);
      world.change([person.id], () => changeCalendar(person, happening));
      break;
    }
  }
}

function other(people: readonly Person[], person: Person, further: number | null): string | null {
  if (further === null || further % people.length === 0) return null;
  return people[(people.indexOf(person) + further) % people.length]!.id;
}

function changeCalendar(
  person: Person,
  happening: Extract<Happening, { what: 'move' | 'respond' | 'remove' | 'choice' }>,
): void {
  const uids = [...new Set(person.appointments.map((appointment) => appointment.uid))];
  const uid = uids[happening.appointment % Math.max(1, uids.length)] ?? '';
  const found = person.appointments.filter((appointment) => appointment.uid === uid);
  if (happening.what === 'choice') {
    const { effect } = happening;
    const occurrence =
      happening.occurrence === null
        ? null
        : (found[happening.occurrence % Math.max(1, found.length)]?.occurrence ?? '');
    // A single appointment and its series have one key.
    const whole = occurrence === '' ? null : occurrence;
    const others = person.choices.filter((choice) => choice.uid !== uid || choice.occurrence !== whole);
    person.choices = effect === null ? others : [...others, { uid, occurrence: whole, effect }];
    return;
  }
  if (happening.what === 'remove' && happening.occurrence === null) {
    person.appointments = person.appointments.filter((appointment) => appointment.uid !== uid);
    return;
  }
  const one = found[(happening.occurrence ?? 0) % Math.max(1, found.length)];
  if (!one) return;
  const at = person.appointments.indexOf(one);
  if (happening.what === 'remove') person.appointments = person.appointments.toSpliced(at, 1);
  else if (happening.what === 'respond') {
    const { response, cancelled } = happening;
    person.appointments = person.appointments.with(at, { ...one, response, cancelled });
  } else {
    const start = one.start + happening.minutes * minute;
    const end = one.end + (happening.minutes + happening.longer) * minute;
    if (end >= start && !one.allDay) person.appointments = person.appointments.with(at, { ...one, start, end });
  }
}

function choose(world: World, person: Person, happening: Extract<Happening, { what: 'choose' }>): void {
  const { now } = world.clock;
  const { status, end, minutes, note } = happening;
  const profile = happening.profile === null ? undefined : world.office.group.profiles[happening.profile];
  const running = person.appointments.find(
    (one) => one.start <= now && now < one.end && !one.cancelled && one.response !== 'declined',
  );
  const endRule = end === 'appointmentEnd' && !running ? 'nextBoundary' : (end as ClaimFacts['endRule']);
  putClaim(world, person, {
    ...{ origin: 'manual', key: '', note, lease: null, start: now, endRule },
    profileId: profile?.active ? profile.id : null,
    status: profile?.active ? profile.status : status,
    end: end === 'time' ? now + minutes * minute : null,
    appointment: running && end === 'appointmentEnd' ? { uid: running.uid, occurrence: running.occurrence } : null,
  });
}

/** How long a claim outlives the last time its call was seen, and how often it is looked for (telephony/calls.ts). */
const [callLease, callLook] = [180_000, 60_000];

/** Told by the phone system, so only while a server talks to it. */
function call(world: World, person: Person, { system, seconds }: Extract<Happening, { what: 'call' }>): void {
  const { clock } = world;
  const phones = world.system(system);
  if (!person.extensions.some((extension) => extension.system === phones.id)) return;
  const key = phones.id;
  const start = clock.now;
  const ends = start + seconds * 1_000;
  const look = (): void => {
    if (!phones.well) clock.at(phones.wellSince, look);
    else if (clock.now >= ends) world.change([person.id], () => endClaim(person, 'call', key, clock.now));
    else {
      world.change([person.id], () =>
        putClaim(world, person, {
          ...{ origin: 'call', key, profileId: null, status: 'onThePhone', note: null, endRule: 'time' as const },
          ...{ start, end: null, appointment: null, lease: clock.now + callLease },
        }),
      );
      clock.at(Math.min(ends, clock.now + callLook), look);
    }
  };
  look();
}

function putClaim(world: World, person: Person, claim: Omit<ClaimFacts, 'id'>): void {
  const before = person.claims.find(({ origin, key }) => origin === claim.origin && key === claim.key);
  const id = before?.id ?? world.nextClaim();
  person.claims = [...person.claims.filter((each) => each !== before), { ...claim, id }];
}
function endClaim(person: Person, origin: string, key: string, now: number): void {
  person.claims = person.claims.map((claim) =>
    claim.origin === origin && claim.key === key && (claim.end ?? Infinity) > now
      ? { ...claim, end: Math.max(claim.start, now), endRule: 'time' }
      : claim,
  );
}

/** As activation wrote it down. @throws Error when that isn't when it ended. */
export function choiceEnded(world: World, person: Person, id: number, end: number, check: boolean): void {
  const claim = person.claims.find((each) => each.id === id);
  if (!claim || claim.end !== null) return;
  const must = endOf(claim, factsOf(world.office, person));
  if (check && must !== end) throw new Error(`${person.id}'s choice ends at ${must}, and ${end} was written down.`);
  person.claims = person.claims.map((each) => (each === claim ? { ...each, end } : each));
}

import { z } from '@hono/zod-openapi';
import { clientStates } from '../../presence/clients.ts';
import { noteText } from '../../presence/note-text.ts';
import {
  forwardingModes,
  forwardingProblems,
  noProfileForwarding,
  origins,
  personalTargets,
  ruleOrigins,
  slots,
  statuses,
} from '../../presence/presence.ts';
import { forwardingEvents } from '../../telephony/forwarding-log.ts';
import { DialableNumber, Id, Instant, InstantInput } from './common.ts';
import { Pause } from './pause.ts';

export const Status = z.enum(statuses).openapi('Status');
export const ForwardingMode = z.enum(forwardingModes).openapi('ForwardingMode');

const slotFields = {
  mode: ForwardingMode,
  target: z.string().nullable().openapi({ description: 'A number, or `voicemail`; null unless forwarded.' }),
};
const other = z.string().nullable();

export const Slot = z.enum(slots).openapi('Slot', {
  description: 'always: all calls. busy: those that find the user busy. unanswered: those that nobody answers.',
});
export const SlotForwarding = z.object(slotFields).openapi('SlotForwarding');
export type SlotForwarding = z.infer<typeof SlotForwarding>;

export const Forwarding = z
  .object({
    ...slotFields,
    busy: other.openapi({ description: 'Where calls go that find the user busy; null: nowhere else.' }),
    unanswered: other.openapi({ description: 'Where calls go that nobody answers; null: nowhere else.' }),
  })
  .openapi('Forwarding');
export type Forwarding = z.infer<typeof Forwarding>;

export const RuleReason = z
  .object({
    from: z.enum(ruleOrigins).openapi({
      description: 'choice: what was chosen for the appointment or its series. own: a rule of the user’s.',
    }),
    name: z.string().openapi({ description: 'The rule’s; empty for a choice, and of a user’s own rule for others.' }),
    profileMissing: z.literal(true).optional().openapi({
      description: 'The user has no profile of the name that the rule gives: the default mapping decided.',
    }),
  })
  .openapi('RuleReason');
export type RuleReason = z.infer<typeof RuleReason>;

export const Reason = z
  .object({
    origin: z.enum(origins),
    title: z
      .string()
      .optional()
      .openapi({ description: 'The appointment’s title, for its owner and for whom the agenda shows it.' }),
    uid: z.string().optional().openapi({ description: 'Of the appointment, where one is the reason.' }),
    occurrence: z.string().optional(),
    rule: RuleReason.optional().openapi({
      description: 'What led from the appointment to the profile; left out for the default mapping.',
    }),
    program: z.string().optional().openapi({ description: 'origin api: the name under which a program told it.' }),
    client: z
      .enum(clientStates)
      .optional()
      .openapi({ description: 'origin client: what the user’s open pages and programs say together.' }),
    forwardingProblem: z
      .enum(forwardingProblems)
      .optional()
      .openapi({ description: 'Why calls are not forwarded although the profile says so.' }),
    forwardingProblemSlot: z
      .enum(['busy', 'unanswered'])
      .optional()
      .openapi({ description: 'Which calls that concerns; left out: all.' }),
  })
  .openapi('Reason', { description: 'Why the status is what it is.' });
export type Reason = z.infer<typeof Reason>;

export const Phone = z
  .object({
    extensionId: Id,
    extension: z.string(),
    phoneSystem: z.string(),
    slot: Slot,
    phase: z
      .enum(['idle', 'intent', 'applied', 'overridden', 'restoring'])
      .openapi({ description: 'overridden: the user changed it at the phone, which is respected.' }),
    desired: SlotForwarding,
    actual: SlotForwarding.nullable().openapi({ description: 'As read from the phone system; null until read.' }),
    actualAt: Instant.nullable(),
    error: z.string().nullable(),
    systemMode: z.enum(['active', 'observe', 'paused']).openapi({
      description: 'observe: the phone system is only watched, nothing is set at the phone.',
    }),
    pause: Pause.nullable().openapi({
      description: 'Why forwarding doesn’t follow presence at this phone; null: it does.',
    }),
  })
  .openapi('Phone');
export type Phone = z.infer<typeof Phone>;

/** A note as it is typed: with the placeholders that there are, and no others. */
export const NoteInput = noteText.nullable().openapi({
  description: `Text for colleagues. \`{{until}}\`, \`{{since}}\`, \`{{status}}\` and \`{{name}}\` are filled in, in the language and zone of whoever reads it.`,
  example: 'In a meeting until {{until}}',
});

const noteFields = {
  note: z.string().nullable().openapi({ description: 'Filled in for whoever asks.' }),
  noteTemplate: z.string().optional().openapi({
    description: 'The note as it was typed, where it has placeholders: for the user, assistants and administrators.',
  }),
};

export const setBy = z.object({ id: Id, displayName: z.string() }).optional().openapi({
  description: 'Who made the choice by hand, when it was somebody else: an assistant or an administrator.',
});

export const Presence = z
  .object({
    userId: Id,
    status: Status,
    profile: z.object({ id: Id, name: z.string() }).nullable(),
    ...noteFields,
    since: Instant,
    until: Instant.nullable().openapi({ description: 'Null: until something changes, or not for the viewer.' }),
    reason: Reason.optional().openapi({
      description:
        'For the user, assistants and administrators; for others only with the title of an appointment they may read.',
    }),
    forwarding: Forwarding.optional().openapi({ description: 'For the user, assistants and administrators.' }),
    setBy,
    phones: z.array(Phone).optional().openapi({ description: 'For the user, assistants and administrators.' }),
    mayAct: z.boolean().optional().openapi({ description: 'Whether the viewer may choose for the user.' }),
  })
  .openapi('Presence');
export type Presence = z.infer<typeof Presence>;

export const PresenceList = z.object({ presence: z.array(Presence) }).openapi('PresenceList');
export type PresenceList = z.infer<typeof PresenceList>;

export const Segment = z
  .object({
    start: Instant,
    end: Instant.nullable(),
    status: Status,
    ...noteFields,
    profile: z.object({ id: Id, name: z.string() }).nullable(),
    reason: Reason.optional(),
    forwarding: Forwarding.optional(),
    setBy,
  })
  .openapi('Segment');
export type Segment = z.infer<typeof Segment>;

export const Timeline = z
  .object({ segments: z.array(Segment).openapi({ description: 'Without gaps, in order.' }) })
  .openapi('Timeline');
export type Timeline = z.infer<typeof Timeline>;

export const PresenceHistory = z
  .object({
    keptDays: z.int().openapi({ description: 'How many days are kept; 0: none.' }),
    segments: z.array(Segment).openapi({ description: 'In order; there are gaps where nothing is kept.' }),
  })
  .openapi('PresenceHistory');
export type PresenceHistory = z.infer<typeof PresenceHistory>;

export const ManualEnd = z
  .discriminatedUnion('rule', [
    z.object({ rule: z.literal('default') }),
    z.object({ rule: z.literal('time'), until: InstantInput }),
    z.object({ rule: z.literal('nextBoundary') }),
    z.object({
      rule: z.literal('appointmentEnd'),
      uid: z.string().max(1_000).optional(),
      occurrence: z.string().max(100).optional(),
    }),
    z.object({ rule: z.literal('endOfWorkingDay') }),
    z.object({ rule: z.literal('untilChanged') }),
  ])
  .openapi('ManualEnd', {
    description:
      'default: as the group’s settings say. nextBoundary: when the next appointment begins or the running one ends. appointmentEnd: with the appointment that is running, wherever it is moved that day, and at once when it is cancelled, declined or removed; of several with that named by uid and occurrence, else with the one that counts.',
  });

export const ManualPresence = z
  .object({
    profileId: Id.optional(),
    status: Status.optional(),
    end: ManualEnd.default({ rule: 'default' }),
    note: NoteInput.optional(),
  })
  .refine((choice) => (choice.profileId === undefined) !== (choice.status === undefined), {
    message: 'Choose either a profile or a status.',
    path: ['profileId'],
  })
  .openapi('ManualPresence', { example: { status: 'doNotDisturb', end: { rule: 'nextBoundary' } } });
export type ManualPresence = z.input<typeof ManualPresence>;

export const ForwardingTarget = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('number'), number: DialableNumber }),
    z.object({ kind: z.literal('predefined'), targetId: Id }),
    z.object({ kind: z.literal(personalTargets) }),
  ])
  .openapi('ForwardingTarget', {
    description: `number: as it is kept, \`dialled\` of the profile says what it comes to. predefined: one of the location’s.
mobile, deputy, assistant: the user’s. team: the number of the user’s work group.`,
  });

export const Profile = z
  .object({
    id: Id,
    key: z.string().nullable().openapi({ description: 'Names the built-in ones that appointments lead to.' }),
    name: z.string(),
    status: Status,
    active: z.boolean(),
    forwarding: z.object({
      mode: ForwardingMode,
      target: ForwardingTarget.nullable(),
      busy: ForwardingTarget.nullable(),
      unanswered: ForwardingTarget.nullable(),
    }),
    note: z.string().nullable(),
    owner: z.enum(['location', 'group', 'user']).openapi({
      description: 'location and group: central, changed by administrators. user: the user’s own.',
    }),
    locationId: Id.nullable(),
    groupId: Id.nullable(),
    dialled: z.string().nullable().openapi({
      description:
        'What the phone system is told to dial, or `voicemail`; null without forwarding, where it differs by user, and where `problem` says why not.',
    }),
    dialledBusy: z.string().nullable().openapi({ description: 'The same for calls that find the user busy.' }),
    dialledUnanswered: z.string().nullable().openapi({ description: 'The same for calls that nobody answers.' }),
    problem: z.enum(forwardingProblems).nullable(),
    problemSlot: Slot.nullable().openapi({ description: 'Which calls the problem concerns.' }),
  })
  .openapi('Profile');
export type Profile = z.infer<typeof Profile>;

export const ProfileList = z
  .object({
    profiles: z.array(Profile),
    ownAllowed: z
      .boolean()
      .optional()
      .openapi({ description: 'Of one’s own list: whether one may make own profiles.' }),
  })
  .openapi('ProfileList');
export type ProfileList = z.infer<typeof ProfileList>;

const profileFields = {
  name: z.string().trim().min(1, 'A name is needed.').max(100),
  status: Status,
  active: z.boolean(),
  forwarding: z
    .object({
      mode: ForwardingMode,
      target: ForwardingTarget.nullable(),
      busy: ForwardingTarget.nullable().default(null).openapi({
        description: 'For calls that find the user busy, on phone systems that have such a forwarding.',
      }),
      unanswered: ForwardingTarget.nullable().default(null).openapi({
        description: 'For calls that nobody answers, on phone systems that have such a forwarding.',
      }),
    })
    .refine(({ mode, target }) => (mode === 'off' || mode === 'doNotDisturb' ? target === null : target !== null), {
      message: 'A forwarding needs a target; "off" and "doNotDisturb" have none.',
      path: ['target'],
    }),
  note: NoteInput,
};

export const NewProfile = z
  .object({
    ...profileFields,
    active: profileFields.active.default(true),
    note: profileFields.note.default(null),
    forwarding: profileFields.forwarding.default(noProfileForwarding),
    key: z
      .string()
      .max(50)
      .nullable()
      .default(null)
      .openapi({ description: 'Of a built-in profile: replaces that one for the user.' }),
    owner: z.enum(['location', 'group', 'user']).default('user'),
    groupId: Id.optional().openapi({
      description: 'With owner group: one with profiles of its own. Left out: wherever the default group’s come from.',
    }),
    locationId: Id.optional().openapi({ description: 'With owner location.' }),
  })
  .refine(({ owner, locationId }) => owner !== 'location' || locationId !== undefined, {
    message: 'Name the location.',
    path: ['locationId'],
  })
  .openapi('NewProfile');
export type NewProfile = z.input<typeof NewProfile>;

export const ProfileChange = z.object(profileFields).partial().openapi('ProfileChange');
export type ProfileChange = z.input<typeof ProfileChange>;

export const ForwardingEntry = z
  .object({
    id: z.int(),
    at: Instant,
    event: z.enum(forwardingEvents).openapi({
      description: `What became of the extension's calls; what was there before is \`detail.previous\`, why not is \`detail.reason\`.

- taken: the wanted forwarding was set. alreadySet: it was there already. appliedAgain: it had got lost and was set again.
- overridden: somebody changed it at the phone meanwhile, which is respected. takenBack: what is wanted is there again after that.
- givenBack: the previous state is back. leftAlone: at the end something else was set, which stays. notNeeded: it was no longer wanted before it was set.
- loopRefused: it would have led in a circle. unsupported: this phone system can't do it. failed: the phone system could not be read or written.
- wouldTake, wouldGiveBack: noted only, because the phone system is in mode \`observe\`.
- paused, resumed: somebody has paused forwarding, or resumed it: \`detail\` says who, and why.`,
      example: 'taken',
    }),
    extension: z.string().nullable(),
    phoneSystem: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .openapi('ForwardingEntry');
export type ForwardingEntry = z.infer<typeof ForwardingEntry>;

export const ForwardingLog = z
  .object({ entries: z.array(ForwardingEntry) })
  .openapi('ForwardingLog', { description: 'The newest first.' });
export type ForwardingLog = z.infer<typeof ForwardingLog>;

/** The words of presence as the whole house uses them. */
import type { ClientState } from './clients.ts';

export const statuses = [
  'available',
  'beRightBack',
  'appointment',
  'doNotDisturb',
  'onThePhone',
  'outOfOffice',
  'unavailable',
] as const;
export type Status = (typeof statuses)[number];

/** In order of rank, the strongest first (DESIGN.md, rule 1). */
export const origins = ['call', 'manual', 'appointment', 'api', 'client', 'workingHours', 'default'] as const;
export type Origin = (typeof origins)[number];

export const forwardingModes = ['off', 'all', 'internal', 'external', 'doNotDisturb'] as const;
export type ForwardingMode = (typeof forwardingModes)[number];

/** Targets that are somebody or something else for every user. */
export const personalTargets = ['mobile', 'deputy', 'assistant', 'team', 'voicemail'] as const;
/** A target as it is set in a profile. predefined: one of the location's. */
export type ForwardingTarget =
  | { kind: 'number'; number: string }
  | { kind: 'predefined'; targetId: string }
  | { kind: (typeof personalTargets)[number] };

/** Which calls: all of them (with do not disturb), those that find the user busy, those that nobody answers. */
export const slots = ['always', 'busy', 'unanswered'] as const;
export type Slot = (typeof slots)[number];

/**
 * What one slot of a phone holds or is to hold. `target`: a dialable number, or 'voicemail'; null unless forwarded. The
 * slots busy and unanswered know the modes all and off.
 */
export interface SlotForwarding {
  mode: ForwardingMode;
  target: string | null;
}
export const slotOff: SlotForwarding = { mode: 'off', target: null };

/** What a user's phones are to do. mode and target: for all calls; busy, unanswered: where such calls go, null: nowhere else. */
export interface Forwarding extends SlotForwarding {
  busy: string | null;
  unanswered: string | null;
}
export const noForwarding: Forwarding = { ...slotOff, busy: null, unanswered: null };

export function slotOf({ mode, target, busy, unanswered }: Forwarding, slot: Slot): SlotForwarding {
  if (slot === 'always') return { mode, target };
  const to = slot === 'busy' ? busy : unanswered;
  return to === null ? slotOff : { mode: 'all', target: to };
}

export interface ProfileForwarding {
  mode: ForwardingMode;
  target: ForwardingTarget | null;
  busy: ForwardingTarget | null;
  unanswered: ForwardingTarget | null;
}
export const noProfileForwarding: ProfileForwarding = { mode: 'off', target: null, busy: null, unanswered: null };

export interface Profile {
  id: string;
  /** Names the built-in ones the mapping uses: 'available', 'appointment', 'outOfOffice' … */
  key: string | null;
  name: string;
  status: Status;
  active: boolean;
  forwarding: ProfileForwarding;
  note: string | null;
}

/** Why a profile's forwarding can't be carried out for a user, although it was asked for. */
export const forwardingProblems = [
  'noMobileNumber',
  'ownExtension',
  'noTarget',
  'noDeputy',
  'deputyUnreachable',
  'noAssistant',
  'assistantUnreachable',
  'noTeamNumber',
  'numberForbidden',
  'numberInvalid',
] as const;
export type ForwardingProblem = (typeof forwardingProblems)[number];

/** choice: what the user chose for the appointment or its series. */
export const ruleOrigins = ['choice', 'own', 'group'] as const;
export interface RuleReason {
  from: (typeof ruleOrigins)[number];
  /** The rule's; empty for a choice. */
  name: string;
  /** The profile it names isn't there for the user: the default mapping decided. */
  profileMissing?: true;
}

/** Why a segment is as it is. Never a subject: whoever may read it looks the appointment up. */
export interface Reason {
  origin: Origin;
  /** The appointment that won, by its meeting key. */
  appointment?: { uid: string; occurrence: string };
  /** What led from the appointment to the profile, where it wasn't the default mapping. */
  rule?: RuleReason;
  /** The claim that won. */
  claimId?: number;
  /** origin api: the name under which the program made its claim. */
  program?: string;
  /** origin client: what the user's clients say together. */
  client?: ClientState;
  /** The id of who made a choice by hand for this user. Kept here because the next choice takes the claim's place. */
  setBy?: string;
  /** Set where the segment should forward and can't: calls stay where they are, and people can see why. */
  forwardingProblem?: ForwardingProblem;
  /** Whose problem that is; left out: of the forwarding of all calls. */
  forwardingProblemSlot?: Exclude<Slot, 'always'>;
}

/** A stretch of a user's timeline. `end` null: until something changes. */
export interface Segment {
  start: Temporal.Instant;
  end: Temporal.Instant | null;
  status: Status;
  profileId: string | null;
  note: string | null;
  forwarding: Forwarding;
  reason: Reason;
}

/** The columns in which tables keep a forwarding. */
export interface ForwardingRow {
  forwarding_mode: ForwardingMode;
  forwarding_target: string | null;
  forwarding_busy: string | null;
  forwarding_unanswered: string | null;
}

export const forwardingOfRow = (row: ForwardingRow): Forwarding => ({
  mode: row.forwarding_mode,
  target: row.forwarding_target,
  busy: row.forwarding_busy,
  unanswered: row.forwarding_unanswered,
});

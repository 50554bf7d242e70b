/** The words of presence as the whole house uses them. */

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

/** What a phone system is to do for one extension. `target`: a dialable number, or 'voicemail'; null unless forwarded. */
export interface Forwarding {
  mode: ForwardingMode;
  target: string | null;
}
export const noForwarding: Forwarding = { mode: 'off', target: null };

export interface Profile {
  id: string;
  /** Names the built-in ones the mapping uses: 'available', 'appointment', 'outOfOffice' … */
  key: string | null;
  name: string;
  status: Status;
  active: boolean;
  forwarding: { mode: ForwardingMode; target: ForwardingTarget | null };
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

/** Why a segment is as it is. Never a subject: whoever may read it looks the appointment up. */
export interface Reason {
  origin: Origin;
  /** The appointment that won, by its meeting key. */
  appointment?: { uid: string; occurrence: string };
  /** The claim that won. */
  claimId?: number;
  /** The id of who made a choice by hand for this user. Kept here because the next choice takes the claim's place. */
  setBy?: string;
  /** Set where the segment should forward and can't: calls stay where they are, and people can see why. */
  forwardingProblem?: ForwardingProblem;
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

/** Everything about one user that presence depends on, in plain words: what the oracle is asked with. Instants are epoch
 *  milliseconds, intervals half-open. */

export interface Facts {
  timeZone: string;
  tentativeCounts: boolean;
  workingDay: { start: string; end: string; days: readonly number[] };
  /** The profile outside of the working day, by key or name; null: as inside. */
  outsideWorkingDay: string | null;
  /** Profiles by key or name; null: nothing follows. */
  client: { active: string | null; idle: string | null; locked: string | null; ended: string | null };
  /** Statuses whose forwarding comes by itself. */
  automaticForwarding: readonly string[];
  /** In order of precedence: the user's own where they are allowed, then the group's. */
  rules: readonly RuleFacts[];
  choices: readonly ChoiceFacts[];
  /** The user's own first. */
  profiles: readonly ProfileFacts[];
  appointments: readonly AppointmentFacts[];
  claims: readonly ClaimFacts[];
  clients: readonly { state: 'active' | 'idle' | 'locked'; since: number; until: number }[];
  reach: ReachFacts;
}

export interface ProfileFacts {
  id: string;
  own: boolean;
  name: string;
  /** The status it stands for, where it stands for one. */
  key: string | null;
  status: string;
  active: boolean;
  mode: string;
  target: TargetFacts | null;
  busy: TargetFacts | null;
  unanswered: TargetFacts | null;
  note: string | null;
}
export type TargetFacts = 'voicemail' | 'mobile' | 'deputy' | 'assistant' | 'team' | `number ${string}`;

export interface AppointmentFacts {
  uid: string;
  occurrence: string;
  start: number;
  end: number;
  allDay: boolean;
  showAs: string;
  response: string;
  cancelled: boolean;
  sensitivity: string;
  title: string;
  categories: readonly string[];
  organizer: string | null;
  attendees: number;
  online: boolean;
}

export interface RuleFacts {
  own: boolean;
  name: string;
  showAs?: readonly string[];
  response?: readonly string[];
  allDay?: boolean;
  sensitivity?: readonly string[];
  word?: string;
  mark?: string;
  category?: string;
  organizer?: string;
  least?: number;
  online?: boolean;
  minMinutes?: number;
  maxMinutes?: number;
  workingHours?: 'inside' | 'outside';
  effect: EffectFacts;
}
export type EffectFacts = 'ignore' | { profile: string; lead: number; lag: number };
/** occurrence null: the whole series. */
export interface ChoiceFacts {
  uid: string;
  occurrence: string | null;
  effect: EffectFacts;
}

export interface ClaimFacts {
  id: number;
  origin: 'call' | 'manual' | 'api';
  /** Tells claims of one origin apart. */
  key: string;
  profileId: string | null;
  status: string;
  note: string | null;
  start: number;
  end: number | null;
  endRule: 'time' | 'nextBoundary' | 'untilChanged' | 'appointmentEnd';
  appointment: { uid: string; occurrence: string } | null;
  lease: number | null;
}

export interface PersonFacts {
  mobile: string | null;
  extensions: readonly { system: string; number: string }[];
}
export interface ReachFacts extends PersonFacts {
  deputy: PersonFacts | null;
  assistant: PersonFacts | null;
  team: string | null;
  /** Numbers that must not be dialled. */
  forbidden: readonly string[];
}

import { type Kysely, sql } from 'kysely';

/** Rules from appointments to profiles, choices for single appointments, and what keeps forwarding trustworthy. */
export async function presence(db: Kysely<never>): Promise<void> {
  for (const statements of [rules, claims, clients, forwarding, leaving, trust]) await sql.raw(statements).execute(db);
}

const rules = `
-- Of the organizer, small letters; the name alone says nothing to rules.
alter table appointment add column organizer_address text;

-- A user's own rules, in order; asked before the group's where the group allows it.
create table own_rules (
  user_id uuid primary key references users on delete cascade,
  rules jsonb not null default '[]',
  updated_at timestamptz not null default now()
);

-- What a user chose for one appointment (occurrence set) or a whole series (occurrence ''), instead of what the rules say.
create table appointment_choice (
  user_id uuid not null references users on delete cascade,
  uid text not null,
  occurrence text not null default '',
  effect jsonb not null,
  chosen_at timestamptz not null default now(),
  -- When the appointment was last seen in the store; long after that the choice goes.
  seen_at timestamptz not null default now(),
  primary key (user_id, uid, occurrence)
);
`;

const claims = `
-- appointment: the meeting whose end is the claim's (end_rule 'appointmentEnd'). leased_until: it ends then, whatever
-- ends_at says, unless the program that made it renews it.
alter table claim add column appointment jsonb, add column leased_until timestamptz;
alter table claim drop constraint claim_end_rule_check;
alter table claim add constraint claim_end_rule_check
  check (end_rule in ('time', 'nextBoundary', 'untilChanged', 'appointmentEnd'));
`;

const clients = `
-- The last word of each of a user's clients: what it saw since when, and until when that may be taken for true.
create table client_report (
  user_id uuid not null references users on delete cascade,
  client text not null,
  state text not null check (state in ('active', 'idle', 'locked')),
  since timestamptz not null,
  until timestamptz not null,
  primary key (user_id, client)
);
`;

const forwarding = `
-- Targets for calls that find the user busy, or that nobody answers: slots of their own beside "always" and do not disturb.
alter table profile add column busy_target jsonb, add column unanswered_target jsonb;
alter table presence_state add column forwarding_busy text, add column forwarding_unanswered text;
alter table presence_change add column forwarding_busy text, add column forwarding_unanswered text;

-- A record for each slot that was ever wanted; "always" of every extension.
alter table forwarding_record
  add column slot text not null default 'always' check (slot in ('always', 'busy', 'unanswered')),
  drop constraint forwarding_record_pkey,
  add primary key (extension_id, slot);
`;

const leaving = `
-- userOff: a user who is switched off, not removed.
alter table leaving drop constraint leaving_kind_check;
alter table leaving add constraint leaving_kind_check
  check (kind in ('user', 'extension', 'phoneSystem', 'groupMethod', 'userOff'));
`;

const trust = `
-- A new phone system shows what it would do before it does it.
alter table phone_system alter column mode set default 'observe';
-- guard_share: percent of the system's phones at which forwarding may change outside known due times before it pauses
-- itself; 0: any. poll_ms: how often phones in force are looked at, by the request budget.
alter table phone_system
  add column guard_share integer not null default 20 check (guard_share between 0 and 100),
  add column paused_at timestamptz,
  add column paused_reason jsonb,
  add column poll_ms integer;
-- Sealed: what a phone system gave for the secret and may give only once.
alter table phone_system add column tokens text;
alter table configuration_group add column forwarding_paused_at timestamptz, add column forwarding_pause jsonb;
alter table users add column forwarding_paused_at timestamptz, add column forwarding_pause jsonb;
create index users_paused on users (id) where forwarding_pause is not null;

-- unplanned: the wish changed at a time that nobody knew beforehand, so the guard counts it; unplanned_at: when such a
-- change was last taken in. retake: its user wants ours again after a change by hand.
alter table forwarding_record
  add column unplanned boolean not null default true,
  add column unplanned_at timestamptz,
  add column retake boolean not null default false;
create index forwarding_record_unplanned on forwarding_record (unplanned_at) where unplanned_at is not null;

-- What administrators must know of, until one of them has seen to it.
create table alert (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  kind text not null,
  subject_kind text not null,
  subject_id uuid,
  subject_name text not null default '',
  location_id uuid references location on delete cascade,
  detail jsonb not null default '{}',
  seen_at timestamptz,
  seen_by uuid references users on delete set null
);
create index alert_open on alert (id desc) where seen_at is null;
-- How far a webhook has got with alerts.
alter table webhook add column delivered_alert bigint not null default 0;
`;

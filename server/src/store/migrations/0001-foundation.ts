import { type Kysely, sql } from 'kysely';

/**
 * The first schema. One statement group a room of the house, in the order data flows.
 * Conventions: instants are timestamptz; enumerations are text with the words of the domain; work tables carry
 * due_at + leased_until (claimed with FOR UPDATE SKIP LOCKED by the database's clock).
 */
export async function foundation(db: Kysely<never>): Promise<void> {
  for (const statements of [organization, login, calendars, agenda, presence, telephony, publishing])
    await sql.raw(statements).execute(db);
}

const organization = `
create table system_setting (key text primary key, value jsonb not null, updated_at timestamptz not null default now());

create table location (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  time_zone text not null,
  created_at timestamptz not null default now()
);

create table configuration_group (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null references location on delete cascade,
  name text not null,
  settings jsonb not null default '{}',
  settings_revision bigint not null default 1,
  created_at timestamptz not null default now(),
  unique (location_id, name)
);

create table users (
  id uuid primary key default gen_random_uuid(),
  group_id uuid not null references configuration_group,
  email text not null unique check (email = lower(email)),
  display_name text not null,
  language text not null default 'en' check (language in ('en', 'de')),
  time_zone text not null,
  role text not null default 'user' check (role in ('administrator', 'user')),
  mobile_number text,
  sample boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index users_by_group on users (group_id);
`;

const login = `
-- token: the SHA-256 of what the cookie holds.
create table login_session (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index login_session_by_user on login_session (user_id);
-- password: scrypt, see organization/passwords.ts.
create table login_password (
  user_id uuid primary key references users on delete cascade,
  password text not null,
  updated_at timestamptz not null default now()
);
-- The one-time link by which a user chooses a password. token: the SHA-256 of what the link holds.
create table invitation (
  user_id uuid primary key references users on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
`;

const calendars = `
-- chosen_calendars: the remote ids that the owner chose while connecting; null once the first discovery has kept to it.
create table account (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  kind text not null,
  name text not null,
  settings jsonb not null default '{}',
  secret text,
  status text not null default 'new' check (status in ('new', 'ok', 'failing')),
  error_class text,
  error_message text,
  failures integer not null default 0,
  last_attempt_at timestamptz,
  last_success_at timestamptz,
  due_at timestamptz not null default now(),
  leased_until timestamptz,
  leased_by text,
  discovered_at timestamptz,
  chosen_calendars text[],
  created_at timestamptz not null default now()
);
create index account_by_user on account (user_id);
create index account_due on account (due_at);

-- cursor: what the last good pull ended with. expanded_for: the zone (and revision of our expansion) the appointments
-- were made with; another one makes them all anew from calendar_object.source. missing_since: when a discovery first
-- no longer listed it.
create table calendar (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references account on delete cascade,
  remote_id text not null,
  name text not null,
  color text,
  selected boolean not null default true,
  cursor jsonb,
  window_from timestamptz,
  window_to timestamptz,
  expanded_for text,
  full_round_at timestamptz,
  missing_since timestamptz,
  unique (account_id, remote_id)
);

-- One resource of the source (a CalDAV object, a series in a feed) with what is needed to expand it again when the
-- window rolls on. next_after_window: the first occurrence that starts at or after the window's end, null for none.
create table calendar_object (
  calendar_id uuid not null references calendar on delete cascade,
  key text not null,
  version text not null,
  source text,
  next_after_window timestamptz,
  skipped jsonb,
  primary key (calendar_id, key)
);
create index calendar_object_to_roll on calendar_object (calendar_id, next_after_window) where next_after_window is not null;
create index calendar_object_skipped on calendar_object (calendar_id) where skipped is not null;
`;

const agenda = `
-- One occurrence. starts_at/ends_at are always set; for all-day ones they are the user's midnights and start_date /
-- end_date (exclusive) the truth. occurrence: the original start (RECURRENCE-ID) as ISO text, '' for a single one.
create table appointment (
  id bigint generated always as identity primary key,
  user_id uuid not null references users on delete cascade,
  calendar_id uuid not null references calendar on delete cascade,
  object_key text not null,
  kind text not null check (kind in ('event', 'task')),
  uid text not null,
  occurrence text not null default '',
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  start_date date,
  end_date date,
  title text not null default '',
  location text,
  organizer text,
  attendee_count integer not null default 0,
  show_as text not null,
  sensitivity text not null,
  response text not null,
  cancelled boolean not null default false,
  categories text[] not null default '{}',
  join_url text,
  open_url text,
  reminders integer[] not null default '{}',
  series boolean not null default false,
  completed boolean not null default false,
  unique (calendar_id, object_key, uid, occurrence)
);
create index appointment_by_user on appointment (user_id, starts_at);

-- What a user did with a reminder. due_at: the time it was about; when the appointment moves, the state is void.
create table reminder_state (
  user_id uuid not null references users on delete cascade,
  uid text not null,
  occurrence text not null default '',
  minutes_before integer not null,
  due_at timestamptz not null,
  snoozed_until timestamptz,
  dismissed_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (user_id, uid, occurrence, minutes_before)
);
`;

const presence = `
-- A profile of a group (user_id null) or a user's own; key names the built-in ones that the mapping uses
-- ('appointment', 'outOfOffice' …): a user's own with the same key replaces the group's for that user.
create table profile (
  id uuid primary key default gen_random_uuid(),
  group_id uuid references configuration_group on delete cascade,
  user_id uuid references users on delete cascade,
  key text,
  name text not null,
  status text not null,
  active boolean not null default true,
  forwarding_mode text not null default 'off',
  forwarding_target jsonb,
  note text,
  position integer not null default 0,
  check ((group_id is null) <> (user_id is null))
);
create unique index profile_by_group_key on profile (group_id, key) where key is not null;
create unique index profile_by_user_key on profile (user_id, key) where key is not null;
create index profile_by_user on profile (user_id) where user_id is not null;

-- A wish of one origin. Appointment claims are not stored: they are computed from appointments.
-- end_rule: 'time' (ends_at says), 'nextBoundary', 'untilChanged'. ends_at is filled in when a rule has come true, so
-- that a choice that ended doesn't come back when the calendar changes afterwards.
create table claim (
  id bigint generated always as identity primary key,
  user_id uuid not null references users on delete cascade,
  origin text not null check (origin in ('call', 'manual', 'client', 'api', 'workingHours')),
  key text not null default '',
  profile_id uuid references profile on delete cascade,
  status text not null,
  note text,
  starts_at timestamptz not null,
  ends_at timestamptz,
  end_rule text not null default 'time' check (end_rule in ('time', 'nextBoundary', 'untilChanged')),
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  unique (user_id, origin, key)
);

-- The segment that is in force, what it was computed with, and when to look again. revision: raised by whoever changes
-- the row or something it was computed from (presence/due.ts), so that what was computed before that isn't written.
create table presence_state (
  user_id uuid primary key references users on delete cascade,
  status text not null default 'available',
  profile_id uuid,
  note text,
  reason jsonb not null default '{"origin":"default"}',
  since timestamptz not null default now(),
  until timestamptz,
  forwarding_mode text not null default 'off',
  forwarding_target text,
  next_due_at timestamptz not null default now(),
  revision bigint not null default 0,
  settings_revision bigint not null default 0,
  change_number bigint not null default 0
);
create index presence_state_due on presence_state (next_due_at);

-- The outbox: numbers are given in commit order (under one advisory lock), so a reader that has seen N has seen all below.
create table presence_change (
  number bigint primary key,
  user_id uuid not null references users on delete cascade,
  status text not null,
  profile_id uuid,
  note text,
  reason jsonb not null,
  since timestamptz not null,
  until timestamptz,
  forwarding_mode text not null,
  forwarding_target text,
  at timestamptz not null default now()
);
create sequence presence_change_number;
create index presence_change_by_user on presence_change (user_id, number desc);
`;

const telephony = `
create table phone_system (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  kind text not null,
  settings jsonb not null default '{}',
  secret text,
  mode text not null default 'active' check (mode in ('active', 'observe', 'paused')),
  boot_id text,
  status text not null default 'new' check (status in ('new', 'ok', 'failing')),
  error_class text,
  error_message text,
  last_contact_at timestamptz,
  leased_until timestamptz,
  leased_by text,
  created_at timestamptz not null default now()
);

create table extension (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  phone_system_id uuid not null references phone_system on delete cascade,
  number text not null,
  unique (phone_system_id, number)
);
create index extension_by_user on extension (user_id);

-- One record per extension (facts/telephony-presence.md, rule 2): what we want, what we wrote (ours) over what
-- (previous), in which phase, and on which boot of the system. Written BEFORE the phone system is.
-- echoes: values of ours that a late write or a restart may bring back. released_at: the extension is being removed,
-- so nothing is wanted of it any more.
create table forwarding_record (
  extension_id uuid primary key references extension on delete cascade,
  desired jsonb not null default '{"mode":"off","target":null}',
  desired_number bigint not null default 0,
  phase text not null default 'idle' check (phase in ('idle', 'intent', 'applied', 'overridden', 'restoring')),
  ours jsonb,
  previous jsonb,
  echoes jsonb not null default '[]',
  boot_id text,
  actual jsonb,
  actual_at timestamptz,
  due_at timestamptz not null default now(),
  failures integer not null default 0,
  error_class text,
  error_message text,
  phase_since timestamptz not null default now(),
  released_at timestamptz,
  updated_at timestamptz not null default now()
);
create index forwarding_record_due on forwarding_record (due_at);

create table forwarding_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  extension_id uuid references extension on delete cascade,
  user_id uuid references users on delete cascade,
  event text not null,
  detail jsonb not null default '{}'
);
create index forwarding_log_by_user on forwarding_log (user_id, id desc);
`;

const publishing = `
-- A signed webhook reads the outbox: delivered_number is how far it has got.
create table webhook (
  id uuid primary key default gen_random_uuid(),
  url text not null,
  secret text not null,
  active boolean not null default true,
  delivered_number bigint not null default 0,
  due_at timestamptz not null default now(),
  leased_until timestamptz,
  leased_by text,
  failures integer not null default 0,
  error_message text,
  last_success_at timestamptz,
  created_at timestamptz not null default now()
);
`;

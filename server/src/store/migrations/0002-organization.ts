import { type Kysely, sql } from 'kysely';

/**
 * Locations and groups with inheritance by function, roles, sign-in, relationships, imports, leaving, audit.
 *
 * `configuration_group.settings` holds what is in force, by function; `individual` holds what the group itself sets. Both
 * are written together (organization/inheritance.ts), so that activation and sync read one row and never merge.
 */
export async function organization(db: Kysely<never>): Promise<void> {
  for (const statements of [tree, calendars, people, access, relationships, moving])
    await sql.raw(statements).execute(db);
}

const tree = `
-- settings: by function, what the location sets for its groups; a function or field left out has its built-in default.
-- dialling: the rules by which numbers are read and dialled there (telephony/dialling.ts).
alter table location
  add column settings jsonb not null default '{}',
  add column dialling jsonb not null default '{}';

-- individual: by function, the group's own values; a function that isn't there is "Default (from the location)".
-- previous: by function, the individual value before the last change, to compare with and to go back to.
alter table configuration_group
  add column individual jsonb not null default '{}',
  add column previous jsonb not null default '{}';
update configuration_group set individual = jsonb_strip_nulls(jsonb_build_object(
  'profiles', '{}'::jsonb,
  'activation', settings -> 'presence',
  'synchronization', case when settings ? 'calendarWindow' then jsonb_build_object('window', settings -> 'calendarWindow') end,
  'privacy', case when settings ->> 'colleaguesSee' = 'subjects' then
    jsonb_build_object('detail', jsonb_build_object('employee', 'public', 'colleague', 'public', 'assistant', 'public')) end));
update configuration_group set settings = individual, settings_revision = settings_revision + 1;

-- A profile of a location is that of all its groups whose profiles are "Default".
alter table profile add column location_id uuid references location on delete cascade;
alter table profile drop constraint profile_check;
alter table profile add constraint profile_one_owner check (num_nonnulls(location_id, group_id, user_id) = 1);
create unique index profile_by_location_key on profile (location_id, key) where key is not null;
create index profile_by_location on profile (location_id) where location_id is not null;
create index profile_by_group on profile (group_id) where group_id is not null;

insert into profile (location_id, key, name, status, position)
select location.id, built_in.key, built_in.name, built_in.key, built_in.position
  from location, (values ('available', 'Available', 0), ('appointment', 'Appointment', 1),
         ('outOfOffice', 'Out of office', 2), ('doNotDisturb', 'Do not disturb', 3), ('beRightBack', 'Be right back', 4),
         ('unavailable', 'Unavailable', 5), ('onThePhone', 'On the phone', 6)) as built_in (key, name, position);

create table predefined_target (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null references location on delete cascade,
  name text not null,
  number text not null,
  unique (location_id, name)
);
`;

const calendars = `
-- resting: it may not be read (sync/rest.ts); rest_reason says why.
alter table account
  drop constraint account_status_check,
  add constraint account_status_check check (status in ('new', 'ok', 'failing', 'resting')),
  add column rest_reason text;
-- by_default: whether the source takes the calendar for the user's own. free_busy: what is stored of it was stored without
-- titles, places, people and addresses (sync/free-busy.ts).
alter table calendar
  add column by_default boolean not null default true,
  add column free_busy boolean not null default false;
update calendar set by_default = selected;
`;

const people = `
-- origin: who keeps the user; only what an import made is changed by one. active: false is a user that may not sign in
-- and whose calendars and phones rest; missed_runs: in how many runs of the import in a row the user wasn't found.
alter table users
  drop constraint users_role_check,
  add constraint users_role_check check (role in ('administrator', 'locationAdministrator', 'reader', 'user')),
  add column active boolean not null default true,
  add column origin text not null default 'manual' check (origin in ('manual', 'import', 'code', 'provider')),
  add column import_source_id uuid,
  add column external_id text,
  add column missed_runs integer not null default 0,
  add column deputy_id uuid references users on delete set null,
  add column assistant_id uuid references users on delete set null,
  add column leaving_at timestamptz;
create unique index users_by_external_id on users (import_source_id, external_id) where external_id is not null;
create index users_by_name on users (display_name, email);
create index users_by_deputy on users (deputy_id) where deputy_id is not null;
create index users_by_assistant on users (assistant_id) where assistant_id is not null;

-- search: the words of name and address, without accents and case; people are found by how a word begins. An array of
-- words, not a text that is parsed: the parser of text search takes an address for one word, and differs by locale.
create function search_words(words text) returns tsvector language sql immutable parallel safe as $$
  select array_to_tsvector(array_remove(regexp_split_to_array(
    translate(lower(regexp_replace(normalize(words, nfd), '[\\u0300-\\u036f]', '', 'g')), 'ς', 'σ'),
    '[\\s\\u00a0\\u2000-\\u200b\\u202f\\u3000!-/:-@\\[-\`{-~]+'), '')) $$;
alter table users add column search tsvector generated always as (search_words(display_name || ' ' || email)) stored;
create index users_by_search on users using gin (search);
create index extension_by_number on extension (number text_pattern_ops);
`;

const access = `
-- Locations that a location administrator administers.
create table administered_location (
  user_id uuid not null references users on delete cascade,
  location_id uuid not null references location on delete cascade,
  primary key (user_id, location_id)
);

-- secret: sealed. last_step: the time step of the last code that was taken, which is never taken again (RFC 6238, 5.2).
create table second_factor (
  user_id uuid primary key references users on delete cascade,
  secret text not null,
  confirmed_at timestamptz,
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);
-- code: the SHA-256 of a code that works once.
create table recovery_code (
  user_id uuid not null references users on delete cascade,
  code text not null,
  primary key (user_id, code)
);
-- key: what failed ('person:<hash>', 'address:<network>', …: organization/sign-in/tries.queries.ts).
create table sign_in_failure (
  key text primary key,
  failures integer not null default 0,
  last_at timestamptz not null default now(),
  locked_until timestamptz
);

create table identity_provider (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  issuer text not null,
  client_id text not null,
  secret text,
  settings jsonb not null default '{}',
  enabled boolean not null default true,
  created_at timestamptz not null default now()
);
-- provider_id: who vouched for the session, null for a password; it ends with the provider.
alter table login_session add column provider_id uuid references identity_provider on delete cascade;
create table login_identity (
  provider_id uuid not null references identity_provider on delete cascade,
  subject text not null,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (provider_id, subject)
);
create index login_identity_by_user on login_identity (user_id);
-- A sign-in under way at a provider. state: its SHA-256. secret: nonce, PKCE verifier and the browser's mark, sealed.
create table provider_sign_in (
  state text primary key,
  provider_id uuid not null references identity_provider on delete cascade,
  secret text not null,
  return_to text not null default '/',
  expires_at timestamptz not null
);

-- token: the SHA-256 of what the holder has.
create table api_token (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  name text not null,
  token text not null unique,
  scopes text[] not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  created_at timestamptz not null default now()
);
create index api_token_by_user on api_token (user_id);

-- Who changed what. before/after: only the fields that differ; never a secret. Names are kept as they were then.
create table audit_entry (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor_id uuid,
  actor_name text not null,
  via text not null check (via in ('session', 'token', 'apply', 'import', 'system')),
  action text not null,
  subject_kind text not null,
  subject_id text,
  subject_name text not null,
  location_id uuid,
  before jsonb,
  after jsonb
);
create index audit_entry_by_subject on audit_entry (subject_kind, subject_id, id desc);
create index audit_entry_by_location on audit_entry (location_id, id desc);
`;

const relationships = `
-- Members of a work group are to each other what level says. number: where forwarding to "the team" leads.
create table work_group (
  id uuid primary key default gen_random_uuid(),
  location_id uuid references location on delete cascade,
  name text not null unique,
  level text not null default 'colleague',
  number text
);
create table work_group_member (
  work_group_id uuid not null references work_group on delete cascade,
  user_id uuid not null references users on delete cascade,
  primary key (work_group_id, user_id)
);
create index work_group_member_by_user on work_group_member (user_id);
-- What user_id has chosen that other_id is to them. It overrides location and work groups.
create table relationship (
  user_id uuid not null references users on delete cascade,
  other_id uuid not null references users on delete cascade,
  level text not null check (level in ('external', 'employee', 'colleague', 'assistant')),
  chosen_at timestamptz not null default now(),
  primary key (user_id, other_id),
  check (user_id <> other_id)
);
create index relationship_by_other on relationship (other_id);
`;

const moving = `
create table import_source (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  kind text not null check (kind in ('csv', 'ldap')),
  settings jsonb not null default '{}',
  secret text,
  due_at timestamptz,
  created_at timestamptz not null default now()
);
alter table users add constraint users_import_source foreign key (import_source_id) references import_source on delete set null;
-- A run reads its source, plans the difference (import_row) and carries out that plan and nothing else. file: what was
-- uploaded, until it is planned. plan: the counts. by_schedule: it carries out by itself unless it would change much.
create table import_run (
  id uuid primary key default gen_random_uuid(),
  source_id uuid not null references import_source on delete cascade,
  state text not null check (state in ('reading', 'planned', 'running', 'done', 'failed', 'cancelled')),
  plan jsonb,
  file bytea,
  by_schedule boolean not null default false,
  done integer not null default 0,
  total integer not null default 0,
  message text,
  leased_until timestamptz,
  leased_by text,
  started_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index import_run_by_source on import_run (source_id, created_at desc);
create unique index import_run_alive on import_run (source_id) where state in ('reading', 'planned', 'running');
create index import_run_at_work on import_run (created_at) where state in ('reading', 'running');
-- One line of a plan. changes: fields with what they were when it was planned; what differs then is not touched.
create table import_row (
  run_id uuid not null references import_run on delete cascade,
  number integer not null,
  kind text not null check (kind in ('create', 'change', 'missing', 'deactivate', 'conflict', 'wrong')),
  place text not null,
  email text not null,
  display_name text not null,
  user_id uuid,
  changes jsonb not null default '[]',
  reason text,
  state text not null default 'planned' check (state in ('planned', 'done', 'refused')),
  primary key (run_id, number)
);
create index import_row_planned on import_row (run_id, number) where state = 'planned';

-- What leaves gives back its forwarding, then its tokens, then its data; each step is shown and tried again.
-- detail: what a cancelled one needs to be put back as it was, and which kinds of account a group's method had.
create table leaving (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('user', 'extension', 'phoneSystem', 'groupMethod')),
  subject_id uuid not null,
  subject_name text not null,
  location_id uuid,
  detail jsonb not null default '{}',
  steps jsonb not null,
  state text not null default 'running' check (state in ('running', 'done', 'cancelled')),
  due_at timestamptz not null default now(),
  leased_until timestamptz,
  leased_by text,
  failures integer not null default 0,
  error_message text,
  requested_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index leaving_once on leaving (kind, subject_id) where state = 'running';
create index leaving_due on leaving (due_at) where state = 'running';
-- A phone system leaves with thousands of extensions: each would look through the whole log.
create index forwarding_log_by_extension on forwarding_log (extension_id);
-- An account that leaves with its group's method is no longer read, and its appointments count no longer.
alter table account add column leaving_at timestamptz;
`;

import { type Kysely, sql } from 'kysely';

/** Graph applications, users' grants at Microsoft 365, accounts that a group makes for its users, change notifications. */
export async function microsoft365(db: Kysely<never>): Promise<void> {
  await sql.raw(statements).execute(db);
}

const statements = `
-- A registration in a directory of Microsoft Entra. credential: sealed with the id; null for a public client.
-- login_address, graph_address: of a custom cloud only.
create table graph_application (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  client_id text not null,
  tenant_id text not null,
  cloud text not null default 'global' check (cloud in ('global', 'usGovL4', 'usGovDoD', 'china', 'custom')),
  login_address text,
  graph_address text,
  credential text,
  created_at timestamptz not null default now(),
  check ((cloud = 'custom') = (login_address is not null and graph_address is not null))
);

-- A user on the way to Microsoft and back. state: its hash; secret: the verifier, sealed with it. Works once.
create table graph_way (
  state text primary key,
  application_id uuid not null references graph_application on delete cascade,
  user_id uuid references users on delete cascade,
  purpose text not null default 'account' check (purpose in ('account', 'adminConsent')),
  redirect_uri text not null,
  scopes text[] not null default '{}',
  secret text not null,
  return_to text not null default '/',
  expires_at timestamptz not null
);

-- application_id: the Graph application by which an account of kind "microsoft365" is read.
-- origin "group": made because the group's settings read its users' mailboxes by themselves.
alter table account
  add column application_id uuid references graph_application on delete restrict,
  add column origin text not null default 'user' check (origin in ('user', 'group'));
create unique index account_of_group on account (user_id, kind) where origin = 'group';

-- Of the user's mailbox, where the group takes working hours from there; null: the group's count.
alter table users add column working_day jsonb;

-- told: what the source tells of changes speaks of it.
alter table calendar add column told boolean not null default true;

-- What Graph was asked to tell of. id is ours and part of the address that it tells; client_state is kept as a hash.
create table graph_subscription (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references account on delete cascade,
  calendar_id uuid references calendar on delete cascade,
  remote_id text,
  client_state text not null,
  expires_at timestamptz not null,
  renew_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index graph_subscription_by_account on graph_subscription (account_id);
create index graph_subscription_by_remote on graph_subscription (remote_id);
`;

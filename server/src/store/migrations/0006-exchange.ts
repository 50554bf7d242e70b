import { type Kysely, sql } from 'kysely';

/** Exchange servers on the company's own premises, and the accounts that are read from them. */
export async function exchange(db: Kysely<never>): Promise<void> {
  await sql.raw(statements).execute(db);
}

const statements = `
-- address: of EWS; null where Autodiscover finds it from mail_domain. settings: of the way to sign in, without secrets.
-- credential: a password or client secret, sealed with the id; null where none is needed (Kerberos). authority: PEM.
create table exchange_server (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  address text,
  mail_domain text,
  sign_in text not null check (sign_in in ('basic', 'ntlm', 'kerberos', 'oauth')),
  settings jsonb not null default '{}',
  credential text,
  authority text,
  -- The process that hears of changes there, for all its mailboxes.
  leased_by text,
  leased_until timestamptz,
  created_at timestamptz not null default now(),
  check (address is not null or mail_domain is not null)
);

-- By which an account of kind "exchange" is read.
alter table account add column exchange_server_id uuid references exchange_server on delete restrict;
create index account_by_exchange_server on account (exchange_server_id) where exchange_server_id is not null;
-- The lease of its server under which it is told when the mailbox changes. Of another lease: nobody tells.
alter table account add column watched_by text;
`;

import { type Kysely, sql } from 'kysely';

/** Automatic replies that an "out of office" presence sets in mailboxes, and what was there before. */
export async function automaticReplies(db: Kysely<never>): Promise<void> {
  await sql.raw(statements).execute(db);
}

const statements = `
-- One an account that has had any; durable before the mailbox is written. written: what we may have written since
-- nothing of ours was there, the newest first. previous: what its user had. wish: what the newest was made for.
-- until: the end of the absence it is about; null: not known. settle_at: a write without an answer may land until then.
-- seen_number: of the change of presence it was last held against. released_at: nothing is wanted any more.
create table automatic_replies (
  account_id uuid primary key references account on delete cascade,
  phase text not null default 'idle' check (phase in ('idle', 'intent', 'applied', 'aside', 'restoring')),
  written jsonb not null default '[]',
  previous jsonb,
  wish text,
  until timestamptz,
  settle_at timestamptz,
  phase_since timestamptz not null default now(),
  seen_number bigint not null default 0,
  released_at timestamptz,
  due_at timestamptz,
  failures integer not null default 0,
  error_class text,
  error_message text,
  updated_at timestamptz not null default now()
);
create index automatic_replies_due on automatic_replies (due_at) where due_at is not null;
`;

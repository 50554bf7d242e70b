import { type Kysely, sql } from 'kysely';

/** Ten thousand forwardings in one second: what each record and each line of the log costs. */
export async function forwarding(db: Kysely<never>): Promise<void> {
  await sql.raw(statements).execute(db);
}

const statements = `
-- Every step of a record changes due_at: the index made each of them a new entry in every other index too, and was of no
-- use to anybody, since records are looked for by phone system. With room on its page a record is changed in place (HOT).
drop index forwarding_record_due;
alter table forwarding_record set (fillfactor = 50);
-- Whoever is switched off is looked for before each write to a phone system.
create index users_inactive on users (id) where not active;

-- A line of the log locked its user and its extension, for nothing but that they go together: now whoever deletes many
-- users or extensions deletes their lines at once.
alter table forwarding_log
  drop constraint forwarding_log_user_id_fkey,
  drop constraint forwarding_log_extension_id_fkey;
create function forget_forwarding_log_of_users() returns trigger language plpgsql as $$
begin
  delete from forwarding_log where user_id in (select id from gone);
  return null;
end $$;
create trigger forget_forwarding_log after delete on users
  referencing old table as gone for each statement execute function forget_forwarding_log_of_users();
create function forget_forwarding_log_of_extensions() returns trigger language plpgsql as $$
begin
  delete from forwarding_log where extension_id in (select id from gone);
  return null;
end $$;
create trigger forget_forwarding_log after delete on extension
  referencing old table as gone for each statement execute function forget_forwarding_log_of_extensions();
`;

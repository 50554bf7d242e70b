import { type Kysely, sql } from 'kysely';

/** What each of thousands of lines costs: whoever reads or deletes lines knows whose they are, and needs no index for it. */
export async function forwardingLog(db: Kysely<never>): Promise<void> {
  await sql.raw(statements).execute(db);
}

const statements = `
-- What was noted for a former owner of an extension goes with its former owner, or when it is too old.
create or replace function forget_forwarding_log_of_extensions() returns trigger language plpgsql as $$
begin
  delete from forwarding_log as log using gone where log.user_id = gone.user_id and log.extension_id = gone.id;
  return null;
end $$;
drop index forwarding_log_by_extension;
-- The extension's number beside the detail, so that thousands of lines have the same detail. Older lines have it inside.
alter table forwarding_log add column number text;
`;

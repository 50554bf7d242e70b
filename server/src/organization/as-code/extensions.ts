/** Extensions of the users in a company file: new ones, those that go to somebody else, and those that leave. */
import { sql } from 'kysely';
import { forwardingChannel, systemsChanged } from '../../telephony/reconciler.queries.ts';
import { startLeaving } from '../leaving/start.ts';
import { same } from './difference.ts';
import { at } from './locations.ts';
import { type ApplyContext, EntryRefused } from './section.ts';
import type { UserChange } from './users-writing.ts';

interface Stored {
  id: string;
  email: string;
  phoneSystem: string;
  number: string;
  leaving: boolean;
}

const keyOf = ({ phoneSystem, number }: { phoneSystem: string; number: string }) => `${phoneSystem}\n${number}`;

/** An extension that is given to somebody else first leaves the one who has it. @throws EntryRefused */
export async function writeExtensions(
  { transaction, actor }: ApplyContext,
  changes: readonly UserChange[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const differing = changes.filter(({ before, after }) => !same(before?.extensions ?? [], after.extensions));
  if (differing.length === 0) return;
  const { rows } = await sql<Stored>`
    select extension.id, users.email, phone_system.name as "phoneSystem", number,
           exists (select from leaving where subject_id = extension.id and state = 'running') as leaving
      from extension
      join users on users.id = user_id
      join phone_system on phone_system.id = phone_system_id`.execute(transaction);
  const stored = new Map(rows.map((row) => [keyOf(row), row]));
  const made: { userId: string; phoneSystem: string; number: string }[] = [];
  for (const { name, before, after } of differing) {
    const wanted = new Set(after.extensions.map(keyOf));
    for (const old of before?.extensions ?? []) {
      const row = stored.get(keyOf(old));
      if (row && !wanted.has(keyOf(old)))
        await at([name, 'extensions'], startLeaving(transaction, { kind: 'extension', id: row.id }, actor));
    }
    after.extensions.forEach((extension, index) => {
      const row = stored.get(keyOf(extension));
      if (!row) made.push({ userId: ids.get(name)!, ...extension });
      else if (row.email !== name || row.leaving)
        throw new EntryRefused(
          [name, 'extensions', index],
          `Extension ${extension.number} of ${extension.phoneSystem} still belongs to ${row.email}. Take it away there first (its forwarding is given back), then give it to ${name}.`,
        );
    });
  }
  await sql`
    with made as (
      insert into extension (user_id, phone_system_id, number)
      select row."userId", phone_system.id, row.number
        from json_to_recordset(${JSON.stringify(made)}::json) as row ("userId" uuid, "phoneSystem" text, number text)
        join phone_system on phone_system.name = row."phoneSystem"
      returning id)
    insert into forwarding_record (extension_id) select id from made`.execute(transaction);
  await sql`select pg_notify(${forwardingChannel}, ${systemsChanged})`.execute(transaction);
}

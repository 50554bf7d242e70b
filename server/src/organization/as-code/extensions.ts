/** Extensions of the users in a company file: new ones, those that are passed on, and those that leave. */
import { sql } from 'kysely';
import { wakeReconcilers } from '../../telephony/trust/pausing.ts';
import { startLeaving } from '../leaving/start.ts';
import { type PassedExtension, passExtensionsOn } from '../passing-extensions.ts';
import { same } from './difference.ts';
import { type ApplyContext, at, EntryRefused } from './section.ts';
import type { UserChange } from './users-writing.ts';

interface Stored {
  id: string;
  email: string;
  phoneSystem: string;
  number: string;
  leaving: boolean;
}

const keyOf = ({ phoneSystem, number }: { phoneSystem: string; number: string }) => `${phoneSystem}\n${number}`;

/** An extension that one user of the file gives up and another gets is passed on. @throws EntryRefused for any other that somebody has. */
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
  const kept = new Map(differing.map(({ name, after }) => [name, new Set(after.extensions.map(keyOf))]));
  const made: { userId: string; phoneSystem: string; number: string }[] = [];
  const passed: PassedExtension[] = [];
  for (const { name, after } of differing)
    after.extensions.forEach((extension, index) => {
      const userId = ids.get(name)!;
      const row = stored.get(keyOf(extension));
      if (!row) made.push({ userId, ...extension });
      else if (!row.leaving && row.email === name) return;
      else if (!row.leaving && kept.get(row.email)?.has(keyOf(row)) === false) passed.push({ id: row.id, userId });
      else
        throw new EntryRefused(
          [name, 'extensions', index],
          `Extension ${extension.number} of ${extension.phoneSystem} still belongs to ${row.email}. Take it away there first (its forwarding is given back), then give it to ${name}.`,
        );
    });
  await passExtensionsOn(transaction, passed);
  const passedOn = new Set(passed.map(({ id }) => id));
  for (const { name, before } of differing)
    for (const old of before?.extensions ?? []) {
      const row = stored.get(keyOf(old));
      if (row && !passedOn.has(row.id) && !kept.get(name)!.has(keyOf(old)))
        await at([name, 'extensions'], startLeaving(transaction, { kind: 'extension', id: row.id }, actor));
    }
  await sql`
    with made as (
      insert into extension (user_id, phone_system_id, number)
      select row."userId", phone_system.id, row.number
        from json_to_recordset(${JSON.stringify(made)}::json) as row ("userId" uuid, "phoneSystem" text, number text)
        join phone_system on phone_system.name = row."phoneSystem"
      returning id)
    insert into forwarding_record (extension_id) select id from made`.execute(transaction);
  await wakeReconcilers(transaction);
}

/** Work groups with their members, in a company file. */
import { sql } from 'kysely';
import { z } from 'zod';
import { relationshipLevels } from '../../agenda/privacy-settings.ts';
import { DialableNumber, EmailAddress } from '../../api/schemas/common.ts';
import { markWorkGroupDue } from '../../presence/due.ts';
import type { Executor } from '../../store/database.ts';
import { recordChange } from '../audit.ts';
import { kept, removed, type Section, withoutDefaults, withoutEmpty } from './section.ts';

const entry = z.strictObject({
  location: z.string().optional().describe('Whose administrators keep it; of the whole company when left out.'),
  level: z.enum(relationshipLevels).default('colleague').describe('What its members are to each other.'),
  number: DialableNumber.optional().describe('Where forwarding to "the team" leads.'),
  members: z.array(EmailAddress).default([]),
});
type WorkGroupEntry = z.output<typeof entry>;

export const workGroups: Section<WorkGroupEntry> = {
  name: 'workGroups',
  schema: entry,

  async read({ transaction }) {
    const { rows } = await sql<{
      name: string;
      location: string | null;
      level: WorkGroupEntry['level'];
      number: string | null;
      members: string[];
    }>`
      select work_group.name, location.name as location, level, number,
             array(select email from work_group_member join users on users.id = user_id
                    where work_group_id = work_group.id and not users.sample order by email) as members
        from work_group left join location on location.id = location_id order by work_group.name`.execute(transaction);
    return Object.fromEntries(
      rows.map(({ name, location, level, number, members }) => [
        name,
        {
          level,
          members: members.toSorted(),
          ...(location === null ? {} : { location }),
          ...(number === null ? {} : { number }),
        },
      ]),
    );
  },

  settled(entry, { number, all }) {
    const members = [...new Set(entry.members)].sort();
    const at = entry.location ?? Object.keys(all.locations ?? {})[0];
    if (entry.number === undefined || at === undefined) return { entry: { ...entry, members }, faults: [] };
    const { shown, reason } = number(at, entry.number);
    return {
      entry: { ...entry, members, number: shown },
      faults: reason === null ? [] : [{ path: ['number'], message: reason }],
    };
  },

  faults: ({ all }, changes) =>
    kept(changes).flatMap(({ name, after }) => [
      ...(after.location !== undefined && !Object.hasOwn(all.locations ?? {}, after.location)
        ? [{ path: [name, 'location'], message: `There is no location "${after.location}".` }]
        : []),
      ...after.members.flatMap((email, index) =>
        Object.hasOwn(all.users ?? {}, email)
          ? []
          : [{ path: [name, 'members', index], message: `There is no user ${email}.` }],
      ),
    ]),

  async write({ transaction, actor }, changes) {
    for (const { name, before, after } of kept(changes)) {
      const formerIds = await memberIds(transaction, name);
      const { rows } = await sql<{ id: string; location_id: string | null }>`
        insert into work_group (name, location_id, level, number)
        values (${name}, (select id from location where name = ${after.location ?? null}), ${after.level}, ${after.number ?? null})
        on conflict (name) do update set location_id = excluded.location_id, level = excluded.level, number = excluded.number
        returning id, location_id`.execute(transaction);
      const { id, location_id } = rows[0]!;
      await sql`delete from work_group_member where work_group_id = ${id}::uuid`.execute(transaction);
      await sql`
        insert into work_group_member (work_group_id, user_id)
        select ${id}::uuid, id from users where email = any(${after.members}::text[])`.execute(transaction);
      await markWorkGroupDue(transaction, id, formerIds);
      await recordChange(transaction, actor, {
        ...{ action: before ? 'change' : 'create', subject: 'workGroup', subjectId: id, subjectName: name },
        ...{ locationId: location_id, before: before && { ...before }, after: { ...after } },
      });
    }
  },

  async remove({ transaction, actor }, changes) {
    for (const { name, before } of removed(changes)) {
      const formerIds = await memberIds(transaction, name);
      const gone = await transaction
        .deleteFrom('work_group')
        .where('name', '=', name)
        .returning(['id', 'location_id'])
        .executeTakeFirst();
      if (!gone) continue;
      await markWorkGroupDue(transaction, gone.id, formerIds);
      await recordChange(transaction, actor, {
        ...{
          action: 'delete',
          subject: 'workGroup',
          subjectId: gone.id,
          subjectName: name,
          locationId: gone.location_id,
        },
        before: before && { ...before },
      });
    }
  },

  exported: (_, entry) => withoutEmpty(withoutDefaults(entry, { level: 'colleague' })),
};

async function memberIds(transaction: Executor, name: string): Promise<string[]> {
  const rows = await transaction
    .selectFrom('work_group_member')
    .innerJoin('work_group', 'work_group.id', 'work_group_id')
    .select('user_id')
    .where('name', '=', name)
    .execute();
  return rows.map(({ user_id }) => user_id);
}

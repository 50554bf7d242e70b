/** In which language and zone somebody reads notes. */
import { isTemplate, type NoteReader } from '../presence/note-template.ts';
import type { Executor } from '../store/database.ts';

/** Of somebody who isn't there: what has no placeholder is the same for everybody. */
const nobody: NoteReader = { language: 'en', timeZone: 'UTC' };

export async function noteReader(executor: Executor, userId: string): Promise<NoteReader> {
  const user = await executor
    .selectFrom('users')
    .select(['language', 'time_zone as timeZone'])
    .where('id', '=', userId)
    .executeTakeFirst();
  return user ?? nobody;
}

/** The same where one of the notes has to be filled in; else nothing is asked. */
export const noteReaderFor = async (
  executor: Executor,
  userId: string,
  notes: readonly (string | null)[],
): Promise<NoteReader> => (notes.some((note) => note && isTemplate(note)) ? noteReader(executor, userId) : nobody);

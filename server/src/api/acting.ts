/** Acting for somebody else: who may, and what is written down of it. */
import { actorOf, recordChange } from '../organization/audit.ts';
import { relationshipsOf } from '../organization/relationships/relationships.queries.ts';
import { locationIdOfUser, roleOf } from '../organization/roles.ts';
import { ChoiceRefused } from '../presence/manual.ts';
import type { Executor } from '../store/database.ts';
import { administersUser } from './access.ts';
import { ApiError } from './errors.ts';
import type { Viewer } from './route.ts';

/** Whoever chooses for somebody else administers them, or is their assistant. @throws ApiError notFound, forbidden */
export async function requireActing(executor: Executor, viewer: Viewer, userId: string): Promise<void> {
  if (viewer.userId === userId || (await administersUser(executor, viewer, userId))) return;
  const known = (await relationshipsOf(executor, viewer.userId, [userId])).get(userId);
  if (!known) throw new ApiError('notFound', 'There is no such user.');
  if (known.level !== 'assistant')
    throw new ApiError('forbidden', 'Only the user’s assistants and administrators may do this for somebody else.');
}

/** One's own presence is nobody's business; who chose another's stands in the audit log. */
export async function recordForAnother(
  executor: Executor,
  viewer: Viewer,
  userId: string,
  after: Record<string, unknown>,
) {
  if (userId === viewer.userId) return;
  const { displayName } = await roleOf(executor, userId);
  await recordChange(executor, actorOf(viewer), {
    ...{ action: 'run', subject: 'presence', subjectId: userId, subjectName: displayName, after },
    locationId: await locationIdOfUser(executor, userId),
  });
}

/** A choice or claim that can’t be, as the API says it. */
export function refused(error: unknown): never {
  if (!(error instanceof ChoiceRefused)) throw error;
  if (error.field === 'userId') throw new ApiError('notFound', error.message);
  throw new ApiError('invalid', error.message, { field: error.field });
}

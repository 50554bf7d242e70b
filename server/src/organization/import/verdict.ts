/** Whether a planned row is still what was previewed. Pure. Only what was shown is done; what changed since is left. */
import type { FieldValue, PlannedField, PlanRow, StoredUser } from './plan.ts';

export type Verdict = { do: 'create' | 'change'; user: StoredUser | null } | { refused: string };

/** What the users are now, found by id and by address. */
export interface Current {
  byId: ReadonlyMap<string, StoredUser>;
  byEmail: ReadonlyMap<string, StoredUser>;
  groups: ReadonlySet<string>;
}

/** @param sourceId of the import: nobody else's users are touched, whatever the plan says. */
export function verdictOn(row: PlanRow, current: Current, sourceId: string): Verdict {
  const to = (field: PlannedField) => row.changes.find((change) => change.field === field)?.to;
  const email = to('email');
  const holder = typeof email === 'string' ? current.byEmail.get(email) : undefined;
  const groupId = to('groupId');
  if (typeof groupId === 'string' && !current.groups.has(groupId))
    return { refused: 'The group has been removed since the preview.' };
  if (row.kind === 'create') {
    if (!holder) return { do: 'create', user: null };
    return { refused: `${holder.email} has been given to ${holder.displayName} since the preview.` };
  }
  const user = current.byId.get(row.userId ?? '');
  if (!user) return { refused: 'The user has been removed since the preview.' };
  if (user.importSourceId !== sourceId || user.origin !== 'import')
    return { refused: 'The user is no longer kept by this import.' };
  if (user.leaving) return { refused: 'The user is being removed.' };
  if (holder && holder.id !== user.id)
    return { refused: `${holder.email} has been given to ${holder.displayName} since the preview.` };
  const different = row.changes.filter(({ field, from }) => valueNow(user, field) !== from).map(({ field }) => field);
  if (different.length > 0) return { refused: `Changed since the preview: ${different.join(', ')}.` };
  return { do: 'change', user };
}

function valueNow(user: StoredUser, field: PlannedField): FieldValue {
  return field === 'extension' ? (user.extensions[0] ?? null) : user[field];
}

/** The user with the changes of a row; the extension is written apart. */
export function changed(user: StoredUser, { changes }: PlanRow): StoredUser {
  const next: Record<string, unknown> = { ...user };
  for (const { field, to } of changes) if (field !== 'extension' && field !== 'active') next[field] = to;
  return next as unknown as StoredUser;
}

/** Whether a planned row is still what was previewed. Pure. Only what was shown is done; what changed since is left. */
import { heldUp } from './handing-over.ts';
import type { FieldValue, PlannedField, PlanRow, StoredUser } from './plan.ts';

export type Verdict = { do: 'create' | 'change'; user: StoredUser | null } | { refused: string };

/** What the users are now, found by id and by address. */
export interface Current {
  byId: ReadonlyMap<string, StoredUser>;
  byEmail: ReadonlyMap<string, StoredUser>;
  groups: ReadonlySet<string>;
}

/**
 * On rows that are carried out at once: an address that one of them gives up may be taken by another.
 * @param sourceId of the import: nobody else's users are touched, whatever the plan says.
 */
export function verdictsOn<Row extends PlanRow>(
  rows: readonly Row[],
  current: Current,
  sourceId: string,
): Map<Row, Verdict> {
  const giving = new Map(rows.flatMap((row) => (emailOf(row)?.from ? [[row.userId, row]] : [])));
  const giverOf = (row: Row) => giving.get(holderOf(row, current)?.id ?? '');
  const verdicts = new Map(rows.map((row) => [row, verdictOn(row, current, sourceId, giverOf(row) !== undefined)]));
  const refused = rows.filter((row) => 'refused' in verdicts.get(row)!);
  for (const held of heldUp(rows, giverOf, refused).keys()) {
    const { email, displayName } = holderOf(held, current)!;
    verdicts.set(held, { refused: `${email} still belongs to ${displayName}, whose own row was refused.` });
  }
  return verdicts;
}

const emailOf = ({ changes }: PlanRow) => changes.find(({ field }) => field === 'email');

/** Who has the address that the row gives to somebody else. */
function holderOf(row: PlanRow, { byEmail }: Current): StoredUser | undefined {
  const email = emailOf(row)?.to;
  const holder = typeof email === 'string' ? byEmail.get(email) : undefined;
  return holder?.id === row.userId ? undefined : holder;
}

const given = ({ email, displayName }: StoredUser): Verdict => ({
  refused: `${email} has been given to ${displayName} since the preview.`,
});

/** @param passedOn another row gives up the address that this one takes. */
function verdictOn(row: PlanRow, current: Current, sourceId: string, passedOn: boolean): Verdict {
  const holder = passedOn ? undefined : holderOf(row, current);
  const groupId = row.changes.find(({ field }) => field === 'groupId')?.to;
  if (typeof groupId === 'string' && !current.groups.has(groupId))
    return { refused: 'The group has been removed since the preview.' };
  if (row.kind === 'create') {
    return holder ? given(holder) : { do: 'create', user: null };
  }
  const user = current.byId.get(row.userId ?? '');
  if (!user) return { refused: 'The user has been removed since the preview.' };
  if (user.importSourceId !== sourceId || user.origin !== 'import')
    return { refused: 'The user is no longer kept by this import.' };
  if (user.leaving) return { refused: 'The user is being removed.' };
  if (holder) return given(holder);
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

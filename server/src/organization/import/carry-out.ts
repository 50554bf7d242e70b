/**
 * Carries a plan out, some hundred rows in one transaction. Each row is looked at again under lock and then done or
 * refused, and marked so in the same transaction: a process that is killed leaves whole portions, and the next one goes
 * on with the first row that isn't marked.
 */
import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.ts';
import { markReachDue } from '../../presence/due.ts';
import { crashPoint } from '../../store/crash-points.ts';
import type { Executor } from '../../store/database.ts';
import { retrying } from '../../store/retrying.ts';
import { deactivateUsers, reactivateUsers } from '../activity.ts';
import { type Actor, type Change, recordChange, recordChanges } from '../audit.ts';
import { moveChoices } from '../profiles/copies.ts';
import { tellRelationships } from '../relationships/relationships.queries.ts';
import { replaceExtensions } from './extensions.ts';
import type { FieldChange, PlannedField, StoredUser } from './plan.ts';
import {
  advanceRun,
  type ClaimedRun,
  holdRun,
  outcomeOf,
  plannedRows,
  type RowOutcome,
  type StoredRow,
  settleRows,
} from './runs.queries.ts';
import * as users from './users.queries.ts';
import { changed, type Verdict, verdictsOn } from './verdict.ts';

export const rowsInPortion = 500;

/** @returns whether the run is over: carried out whole, cancelled, or taken over by another process. */
export async function carryOutPortion(
  { store }: Pick<Context, 'store'>,
  run: ClaimedRun,
  limit = rowsInPortion,
): Promise<boolean> {
  const over = await retrying(store.db, async (transaction) => {
    if (!(await holdRun(transaction, run))) return true;
    const rows = await plannedRows(transaction, run.id, limit);
    if (rows.length > 0) await settleRows(transaction, run.id, await carryOut(transaction, run, rows));
    else await finish(transaction, run);
    return rows.length === 0;
  });
  crashPoint('import.portionDone');
  return over;
}

async function carryOut(transaction: Executor, run: ClaimedRun, rows: readonly StoredRow[]): Promise<RowOutcome[]> {
  const phoneSystemId = (run.settings.phoneSystemId as string | null | undefined) ?? null;
  const { sourceId } = run;
  const stored = await users.storedUsers(transaction, {
    ...{ sourceId, phoneSystemId, lock: true },
    ids: rows.flatMap(({ userId }) => userId ?? []),
    emails: rows.flatMap((row) => (textOf(row, 'email') === null ? [] : [textOf(row, 'email')!])),
  });
  const groups = await transaction.selectFrom('configuration_group').select(['id', 'location_id']).execute();
  const locationOf = new Map(groups.map((group) => [group.id, group.location_id]));
  const current = {
    byId: new Map(stored.map((user) => [user.id, user])),
    byEmail: new Map(stored.map((user) => [user.email, user])),
    groups: new Set(locationOf.keys()),
  };
  const verdicts = verdictsOn(rows, current, sourceId);
  await spareLastAdministrator(transaction, verdicts);

  const changes = [...verdicts].flatMap(([row, verdict]) =>
    'do' in verdict && verdict.user ? [{ row, before: verdict.user, after: changed(verdict.user, row) }] : [],
  );
  // First, because some of those who are new get an address that is given up here.
  await users.updateUsers(
    transaction,
    changes.map(({ after }) => after),
  );
  const created = creations(verdicts);
  const made = await users.insertUsers(
    transaction,
    sourceId,
    created.map(({ user }) => user),
  );
  for (const { row, user } of created)
    if (!made.has(user.id))
      verdicts.set(row, { refused: 'Its address or id has been given to somebody since the preview.' });
  const touched = [...made, ...changes.map(({ after }) => after.id)];
  const idOf = new Map<StoredRow, string>([
    ...created.map(({ row, user }) => [row, user.id] as const),
    ...changes.map(({ row, after }) => [row, after.id] as const),
  ]);
  const actor = actorOfRun(run);
  const leftOut = await replaceExtensions(
    transaction,
    phoneSystemId,
    [...verdicts].flatMap(([row, verdict]) => {
      const change = row.changes.find(({ field }) => field === 'extension');
      const userId = idOf.get(row);
      return 'do' in verdict && change && userId ? [{ userId, ...extensionTexts(change) }] : [];
    }),
    actor,
  );
  await deactivateUsers(transaction, idsWhere(verdicts, 'active', false));
  await reactivateUsers(transaction, idsWhere(verdicts, 'active', true));
  await tellTheHouse(transaction, changes, touched);
  const outcomes = rows.map((row): RowOutcome => {
    const verdict = verdicts.get(row)!;
    if ('refused' in verdict)
      return { number: row.number, state: 'refused', userId: row.userId, reason: verdict.refused };
    const userId = idOf.get(row) ?? null;
    const reason = [row.reason, leftOut.get(userId ?? '')].filter(Boolean).join(' ') || null;
    return { number: row.number, state: 'done', userId, reason };
  });
  await recordChanges(transaction, actor, auditOf(rows, outcomes, current.byId, locationOf));
  return outcomes;
}

/** What follows in other rooms from what was written, as from a change by hand (users.ts). */
async function tellTheHouse(
  transaction: Executor,
  changes: ReadonlyArray<{ before: StoredUser; after: StoredUser }>,
  touched: readonly string[],
): Promise<void> {
  const idsWith = (...fields: Array<'email' | 'timeZone' | 'groupId'>) =>
    changes
      .filter(({ before, after }) => fields.some((field) => before[field] !== after[field]))
      .map(({ after }) => after.id);
  await users.readCalendarsAnew(transaction, idsWith('email', 'timeZone', 'groupId'));
  const moved = idsWith('groupId');
  await moveChoices(transaction, { userIds: moved });
  if (moved.length > 0) await tellRelationships(transaction);
  await markReachDue(transaction, touched);
}

/** The whole system must stay in somebody's hands, whatever a directory says. */
async function spareLastAdministrator(transaction: Executor, verdicts: Map<StoredRow, Verdict>): Promise<void> {
  const going = idsWhere(verdicts, 'active', false);
  if (going.length === 0 || (await users.administratorRemains(transaction, going))) return;
  const administrators = await users.administratorsAmong(transaction, going);
  for (const [row] of verdicts)
    if (administrators.has(row.userId ?? ''))
      verdicts.set(row, { refused: 'This is the only administrator: make somebody else one first.' });
}

function creations(verdicts: ReadonlyMap<StoredRow, Verdict>) {
  return [...verdicts].flatMap(([row, verdict]) => {
    if (!('do' in verdict) || verdict.do !== 'create') return [];
    const text = (field: PlannedField) => textOf(row, field);
    const user: users.NewUser = {
      id: randomUUID(),
      groupId: text('groupId')!,
      email: text('email')!,
      displayName: text('displayName')!,
      language: text('language') ?? 'en',
      timeZone: text('timeZone')!,
      mobileNumber: text('mobileNumber'),
      externalId: text('externalId')!,
    };
    return [{ row, user }];
  });
}

function textOf(row: StoredRow, field: PlannedField): string | null {
  const to = row.changes.find((change) => change.field === field)?.to;
  return typeof to === 'string' ? to : null;
}

const extensionTexts = ({ from, to }: FieldChange) => ({
  from: typeof from === 'string' ? from : null,
  to: String(to),
});

function idsWhere(verdicts: ReadonlyMap<StoredRow, Verdict>, field: PlannedField, to: boolean): string[] {
  return [...verdicts].flatMap(([row, verdict]) =>
    'do' in verdict && row.userId && row.changes.some((change) => change.field === field && change.to === to)
      ? [row.userId]
      : [],
  );
}

export const actorOfRun = ({ startedBy, sourceName }: Pick<ClaimedRun, 'startedBy' | 'sourceName'>): Actor => ({
  userId: startedBy,
  name: `Import "${sourceName}"`,
  via: 'import',
});

function auditOf(
  rows: readonly StoredRow[],
  outcomes: readonly RowOutcome[],
  byId: ReadonlyMap<string, { groupId: string }>,
  locationOf: ReadonlyMap<string, string>,
): Change[] {
  return rows.flatMap((row, index): Change[] => {
    const outcome = outcomes[index]!;
    // That somebody wasn't found once is no change of the user.
    if (outcome.state !== 'done' || row.kind === 'missing') return [];
    const values = row.changes.filter(({ field }) => field !== 'missedRuns');
    const side = (of: 'from' | 'to') => Object.fromEntries(values.map((change) => [change.field, change[of]]));
    const groupId = textOf(row, 'groupId') ?? byId.get(row.userId ?? '')?.groupId ?? '';
    return [
      {
        action: row.kind === 'create' ? 'create' : 'change',
        subject: 'user',
        subjectId: outcome.userId,
        subjectName: row.displayName,
        locationId: locationOf.get(groupId) ?? null,
        before: row.kind === 'create' ? null : side('from'),
        after: side('to'),
      },
    ];
  });
}

async function finish(transaction: Executor, run: ClaimedRun): Promise<void> {
  const outcome = await outcomeOf(transaction, run.id);
  const refused = outcome.refused ?? 0;
  const message = refused > 0 ? `${refused} row(s) were refused: they had changed since the preview.` : null;
  await advanceRun(transaction, run.id, { state: 'done', message });
  await recordChange(transaction, actorOfRun(run), {
    action: 'run',
    subject: 'importSource',
    subjectId: run.sourceId,
    subjectName: run.sourceName,
    after: { run: run.id, ...outcome },
  });
}

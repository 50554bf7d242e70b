/**
 * The difference between what a source says and the users there are. Pure. Three rules stand above all: users that were
 * not made by this source are never touched; what can't be read is never taken for missing; and nobody is deactivated
 * before the third run in a row without them.
 */
import { EmailAddress } from '../../api/schemas/common.ts';
import { consider } from './considering.ts';
import type { Reading } from './csv-reading.ts';
import type { Entry } from './entry.ts';

/** In how many runs in a row a user must be missing to be deactivated. */
export const runsUntilDeactivated = 3;

export type PlannedField =
  | 'email'
  | 'displayName'
  | 'groupId'
  | 'language'
  | 'timeZone'
  | 'mobileNumber'
  | 'extension'
  | 'externalId'
  | 'active'
  | 'missedRuns';
export type FieldValue = string | number | boolean | null;
export interface FieldChange {
  field: PlannedField;
  /** What it was when the plan was made; null for what isn't there. */
  from: FieldValue;
  to: FieldValue;
}

export type RowKind = 'create' | 'change' | 'missing' | 'deactivate' | 'conflict' | 'wrong';
export interface PlanRow {
  kind: RowKind;
  place: string;
  email: string;
  displayName: string;
  userId: string | null;
  changes: FieldChange[];
  /** For people: why it is a conflict or wrong, or what of it is left out. */
  reason: string | null;
}

/** What is told of a plan as a whole. */
export interface ImportPlan extends Record<RowKind, number> {
  unchanged: number;
  /** How many of its first rows are carried out at once: users who pass addresses or extensions on to each other. */
  together: number;
  /** Active users of the source before the run. */
  users: number;
  /** Of those, how many percent the run changes, counts as missing or deactivates. */
  share: number;
  /** Something about the whole that a person should know. */
  notes: string[];
  columns: Reading['columns'];
}

export interface StoredUser {
  id: string;
  email: string;
  displayName: string;
  groupId: string;
  language: 'en' | 'de';
  timeZone: string;
  mobileNumber: string | null;
  active: boolean;
  origin: 'manual' | 'import' | 'code' | 'provider';
  importSourceId: string | null;
  externalId: string | null;
  missedRuns: number;
  leaving: boolean;
  /** On the phone system of the source. */
  extensions: readonly string[];
}

export interface Surroundings {
  sourceId: string;
  /** The source names everybody. */
  whole: boolean;
  /** Where new users go that no rule leads elsewhere, with the zone of that group's location. */
  defaultGroupId: string;
  zoneOfGroup(groupId: string): string;
  /** Whether extensions are taken over, and who has one already. */
  extensions: { ownerOf(number: string): { userId: string; displayName: string } | null } | null;
}

/** @param stored the source's users, and everybody who has an address that the reading names. */
export function planImport(
  reading: Reading,
  stored: readonly StoredUser[],
  surroundings: Surroundings,
): { rows: PlanRow[]; plan: ImportPlan } {
  const own = stored.filter(({ importSourceId }) => importSourceId === surroundings.sourceId);
  const byExternalId = new Map(own.map((user) => [user.externalId, user]));
  const byEmail = new Map(stored.map((user) => [user.email, user]));
  const considered = consider(reading.entries, { byExternalId, byEmail }, surroundings);
  const found = new Set(considered.flatMap(({ mine }) => mine?.id ?? []));
  const rows: PlanRow[] = [];
  const together: PlanRow[] = [];
  let unchanged = 0;

  for (const { entry, mine, conflict, extension, notes, linked } of considered) {
    const row = { place: entry.place, email: entry.email, displayName: entry.displayName, userId: mine?.id ?? null };
    if (conflict !== null) {
      rows.push({ ...row, kind: 'conflict', changes: [], reason: conflict });
      continue;
    }
    const changes = mine ? changesOf(mine, entry, extension) : creationOf(entry, extension, surroundings);
    const reason = notes.length > 0 ? notes.join(' ') : null;
    if (mine && changes.length === 0) unchanged++;
    else (linked ? together : rows).push({ ...row, kind: mine ? 'change' : 'create', changes, reason });
  }

  const notes: string[] = [];
  for (const fault of reading.faults) {
    // Whoever it may be about isn't missing: by its id, or by its address.
    for (const user of [byExternalId.get(fault.externalId ?? ''), byEmail.get(fault.email)])
      if (user) found.add(user.id);
    rows.push({
      ...{ kind: 'wrong', place: fault.place, email: fault.email, displayName: fault.displayName },
      ...{ userId: null, changes: [], reason: fault.reason },
    });
  }
  // A row that doesn't say whose it is could be anybody's who seems to be missing.
  const doubtful = reading.faults.filter(
    ({ externalId, email }) => externalId === null && !EmailAddress.safeParse(email).success,
  ).length;
  if (reading.problem === null && surroundings.whole && doubtful === 0) rows.push(...missingOf(own, found));
  else if (doubtful > 0 && surroundings.whole && own.some((user) => user.active && !found.has(user.id)))
    notes.push(
      `${doubtful} row(s) don’t tell whose they are, so nobody counts as missing in this run. Correct them first.`,
    );

  const order: readonly RowKind[] = ['deactivate', 'conflict', 'wrong', 'missing', 'change', 'create'];
  rows.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  rows.unshift(...together);
  const counts = { ...countsOf(rows, own), unchanged, together: together.length };
  return { rows, plan: { ...counts, notes, columns: reading.columns } };
}

function changesOf(user: StoredUser, entry: Entry, extension: string | null): FieldChange[] {
  const changes: FieldChange[] = [];
  const differ = (field: PlannedField, from: FieldValue, to: FieldValue) => {
    if (to !== null && to !== from) changes.push({ field, from, to });
  };
  differ('externalId', user.externalId, entry.externalId);
  differ('email', user.email, entry.email);
  differ('displayName', user.displayName, entry.displayName);
  differ('groupId', user.groupId, entry.groupId);
  differ('language', user.language, entry.language);
  differ('timeZone', user.timeZone, entry.timeZone);
  differ('mobileNumber', user.mobileNumber, entry.mobileNumber);
  differ('extension', user.extensions[0] ?? null, extension);
  // Only whom an import has deactivated comes back by one; who was deactivated by hand stays so.
  if (!user.active && user.missedRuns >= runsUntilDeactivated) differ('active', false, true);
  differ('missedRuns', user.missedRuns, 0);
  return changes;
}

function creationOf(entry: Entry, extension: string | null, { defaultGroupId, zoneOfGroup }: Surroundings) {
  const groupId = entry.groupId ?? defaultGroupId;
  const values: Array<[PlannedField, FieldValue]> = [
    ['externalId', entry.externalId],
    ['email', entry.email],
    ['displayName', entry.displayName],
    ['groupId', groupId],
    ['language', entry.language ?? 'en'],
    ['timeZone', entry.timeZone ?? zoneOfGroup(groupId)],
    ['mobileNumber', entry.mobileNumber],
    ['extension', extension],
  ];
  return values.flatMap(([field, to]): FieldChange[] => (to === null ? [] : [{ field, from: null, to }]));
}

function missingOf(own: readonly StoredUser[], found: ReadonlySet<string>): PlanRow[] {
  return own
    .filter(({ id, active, leaving }) => active && !leaving && !found.has(id))
    .map((user) => {
      const runs = user.missedRuns + 1;
      const last = runs >= runsUntilDeactivated;
      const missed: FieldChange = { field: 'missedRuns', from: user.missedRuns, to: runs };
      return {
        kind: last ? 'deactivate' : 'missing',
        ...{ place: '', email: user.email, displayName: user.displayName, userId: user.id },
        changes: last ? [{ field: 'active', from: true, to: false }, missed] : [missed],
        reason: last
          ? `Not found in ${runsUntilDeactivated} runs in a row.`
          : `Not found for the ${runs === 1 ? 'first' : 'second'} time; deactivated at the third.`,
      };
    });
}

function countsOf(rows: readonly PlanRow[], own: readonly StoredUser[]) {
  const counts = { create: 0, change: 0, missing: 0, deactivate: 0, conflict: 0, wrong: 0 };
  for (const { kind } of rows) counts[kind]++;
  const users = own.filter(({ active }) => active).length;
  const touched = counts.change + counts.missing + counts.deactivate;
  return { ...counts, users, share: users === 0 ? 0 : Math.round((touched / users) * 1000) / 10 };
}

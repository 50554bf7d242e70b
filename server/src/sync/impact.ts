/** What a change of a group's settings for calendar synchronization would do to calendars: told before it is saved. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { synchronizationChoices } from './choices.ts';
import { restReasonOf } from './rest.ts';
import { type SynchronizationSettings, synchronizationSettingsOf } from './settings.ts';
import { sameWindow } from './window.ts';

export const noteCodes = [
  'nothingLeft',
  'unavailable',
  'accountsRest',
  'accountsReturn',
  'subjectsErased',
  'subjectsFetched',
  'readAgain',
] as const;

export interface SynchronizationNote {
  code: (typeof noteCodes)[number];
  /** Of the accounts it speaks of; 0 where it speaks of none. */
  count: number;
  /** For people. */
  message: string;
}

/** @param change stored values of the function. */
export async function synchronizationNotes(
  executor: Executor,
  groupIds: readonly string[],
  change: { before: unknown; after: unknown },
): Promise<SynchronizationNote[]> {
  // Accounts of users that aren't active are not read anyway.
  const { rows } = await sql<AccountCount>`
    select account.kind, count(*) as count
      from account join users on users.id = account.user_id
     where users.group_id = any(${[...groupIds]}::uuid[]) and users.active group by 1`.execute(executor);
  const settingsOf = (value: unknown) => synchronizationSettingsOf({ synchronization: value });
  return notesOf(settingsOf(change.before), settingsOf(change.after), rows);
}

export interface AccountCount {
  kind: string;
  count: number;
}

/** Pure. */
export function notesOf(
  before: SynchronizationSettings,
  after: SynchronizationSettings,
  accounts: readonly AccountCount[],
): SynchronizationNote[] {
  const notes: SynchronizationNote[] = [];
  const note = (code: SynchronizationNote['code'], count: number, message: string) =>
    notes.push({ code, count, message });
  const countOf = (which: (account: AccountCount) => boolean) =>
    accounts.filter(which).reduce((sum, { count }) => sum + count, 0);
  const reads = (settings: SynchronizationSettings) => (account: AccountCount) =>
    restReasonOf(account.kind, settings) === null;

  if (!leavesSomething(after))
    note('nothingLeft', 0, 'With these settings no calendars are read for these users: their presence follows none.');
  for (const reason of unavailableIn(after)) note('unavailable', 0, reason);
  const rest = countOf((account) => reads(before)(account) && !reads(after)(account));
  if (rest > 0)
    note(
      'accountsRest',
      rest,
      `${accountsWord(rest)} that users have connected will rest: nothing of them is shown. They can be allowed again within 7 days, then they are erased.`,
    );
  const back = countOf((account) => !reads(before)(account) && reads(after)(account));
  if (back > 0) note('accountsReturn', back, `${accountsWord(back)} that rest will be read again.`);
  const stay = countOf((account) => reads(before)(account) && reads(after)(account));
  if (stay > 0 && after.freeBusyOnly && !before.freeBusyOnly)
    note(
      'subjectsErased',
      stay,
      `Of ${accountsWord(stay)} subjects, places, people and addresses are erased here; only when users are busy stays.`,
    );
  if (stay > 0 && before.freeBusyOnly && !after.freeBusyOnly)
    note('subjectsFetched', stay, `${accountsWord(stay)} will be read again in full, with subjects.`);
  if (stay > 0 && !(sameWindow(before.window, after.window) && before.calendars === after.calendars))
    note('readAgain', stay, `${accountsWord(stay)} will be looked at again.`);
  return notes;
}

const accountsWord = (count: number) => `${count} ${count === 1 ? 'account' : 'accounts'}`;

/** Whether calendars may come in any way that this server can carry out. */
const leavesSomething = ({ method, caldav, icalendar }: SynchronizationSettings): boolean =>
  method !== 'off' && (caldav.allowed || icalendar.allowed);

function unavailableIn({ method, source, microsoft365 }: SynchronizationSettings): string[] {
  const chosen = [
    ...synchronizationChoices.methods.filter(({ value }) => value === method),
    ...synchronizationChoices.sources.filter(({ value }) => method === 'serverSide' && value === source),
    ...synchronizationChoices.ownAccounts.filter(({ value }) => value === 'microsoft365' && microsoft365.allowed),
  ];
  return chosen.flatMap(({ reason }) => (reason === null ? [] : [reason]));
}

/** What a change of a group's settings for calendar synchronization would do to calendars: told before it is saved. */
import { sql } from 'kysely';
import { subjectConditionsOf } from '../presence/rules/rule.ts';
import { personalRulesOf } from '../presence/rules/rules.queries.ts';
import type { Executor } from '../store/database.ts';
import { synchronizationChoices } from './choices.ts';
import { isMoving, restReasonOf, serverSideApplication, serverSideExchange, sortOfAccount } from './rest.ts';
import { type SynchronizationSettings, synchronizationSettingsOf } from './settings.ts';
import { sameWindow } from './window.ts';

export const noteCodes = [
  'nothingLeft',
  'unavailable',
  'applicationMissing',
  'serverMissing',
  'mailboxesRead',
  'exchangeMailboxesRead',
  'accountsRest',
  'accountsReturn',
  'subjectsErased',
  'ownRulesRest',
  'subjectsFetched',
  'readAgain',
  'guard',
] as const;

export interface SynchronizationNote {
  code: (typeof noteCodes)[number];
  /** Of the accounts (ownRulesRest: users; guard: phones) it speaks of; 0 where it speaks of none. */
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
    select ${sortOfAccount} as sort, count(*)::int as count
      from account join users on users.id = account.user_id
     where users.group_id = any(${[...groupIds]}::uuid[]) and users.active group by 1`.execute(executor);
  const { rows: all } = await sql<{ users: number }>`
    select count(*)::int as users from users where active and group_id = any(${[...groupIds]}::uuid[])`.execute(
    executor,
  );
  const settingsOf = (value: unknown) => synchronizationSettingsOf({ synchronization: value });
  const [before, after] = [settingsOf(change.before), settingsOf(change.after)];
  const resting = after.freeBusyOnly && !before.freeBusyOnly ? await usersWithSubjectRules(executor, groupIds) : 0;
  return [...notesOf(before, after, rows, all[0]!.users), ...notesOfRules(resting)];
}

/** How many users have rules of their own that look at what will no longer be stored. What they say is their affair. */
async function usersWithSubjectRules(executor: Executor, groupIds: readonly string[]): Promise<number> {
  const { rows } = await sql<{ user_id: string }>`
    select users.id as user_id from own_rules join users on users.id = own_rules.user_id
     where users.group_id = any(${[...groupIds]}::uuid[]) and rules <> '[]'`.execute(executor);
  const personal = await personalRulesOf(
    executor,
    rows.map(({ user_id }) => user_id),
  );
  return [...personal.values()].filter((of) => of.rules.some((rule) => subjectConditionsOf(rule).length > 0)).length;
}

/** Pure. */
export const notesOfRules = (users: number): SynchronizationNote[] =>
  users === 0
    ? []
    : [
        {
          ...{ code: 'ownRulesRest', count: users },
          message: `Rules of their own of ${users} ${users === 1 ? 'user' : 'users'} look at subjects: those rest.`,
        },
      ];

export interface AccountCount {
  /** As of `sortOf`. */
  sort: string;
  count: number;
}

/** Pure. */
export function notesOf(
  before: SynchronizationSettings,
  after: SynchronizationSettings,
  accounts: readonly AccountCount[],
  users = 0,
): SynchronizationNote[] {
  const notes: SynchronizationNote[] = [];
  const note = (code: SynchronizationNote['code'], count: number, message: string) =>
    notes.push({ code, count, message });
  const countOf = (which: (account: AccountCount) => boolean) =>
    accounts.filter(which).reduce((sum, { count }) => sum + count, 0);
  const reads = (settings: SynchronizationSettings) => (account: AccountCount) =>
    restReasonOf(account.sort, settings) === null;

  if (!leavesSomething(after))
    note('nothingLeft', 0, 'With these settings no calendars are read for these users: their presence follows none.');
  for (const reason of unavailableIn(after)) note('unavailable', 0, reason);
  if (lacksApplication(after))
    note('applicationMissing', 0, 'No Graph application is chosen: nothing of Microsoft 365 is read until one is.');
  if (lacksServer(after))
    note('serverMissing', 0, 'No Exchange server is chosen: nothing is read from one until one is.');
  const made = users - countOf(({ sort }) => sort === 'microsoft365/group');
  if (serverSideApplication(after) !== null && made > 0)
    note('mailboxesRead', made, `The Microsoft 365 mailboxes of ${usersWord(made)} will be read by this server.`);
  const madeOnPremises = users - countOf(({ sort }) => sort === 'exchange/group');
  if (after.source === 'exchange' && serverSideExchange(after) !== null && madeOnPremises > 0)
    note(
      'exchangeMailboxesRead',
      madeOnPremises,
      `The Exchange mailboxes of ${usersWord(madeOnPremises)} will be read by this server.`,
    );
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

const usersWord = (count: number) => `${count} ${count === 1 ? 'user' : 'users'}`;

/** Whether calendars may come in any way that this server can carry out. */
const leavesSomething = (settings: SynchronizationSettings): boolean => {
  const { method, caldav, icalendar, microsoft365 } = settings;
  const consented = microsoft365.allowed && microsoft365.graphApplicationId !== null;
  return (
    method !== 'off' &&
    (caldav.allowed ||
      icalendar.allowed ||
      consented ||
      serverSideApplication(settings) !== null ||
      serverSideExchange(settings) !== null)
  );
};

const lacksApplication = ({ method, source, microsoft365 }: SynchronizationSettings): boolean =>
  microsoft365.graphApplicationId === null &&
  ((method !== 'off' && microsoft365.allowed) || (method === 'serverSide' && source === 'microsoft365'));

const lacksServer = (settings: SynchronizationSettings): boolean =>
  settings.method === 'serverSide' &&
  (settings.source === 'exchange' || isMoving(settings)) &&
  settings.exchange.serverId === null;

function unavailableIn({ method, source, microsoft365 }: SynchronizationSettings): string[] {
  const chosen = [
    ...synchronizationChoices.methods.filter(({ value }) => value === method),
    ...synchronizationChoices.sources.filter(({ value }) => method === 'serverSide' && value === source),
    ...synchronizationChoices.ownAccounts.filter(({ value }) => value === 'microsoft365' && microsoft365.allowed),
  ];
  return chosen.flatMap(({ reason }) => (reason === null ? [] : [reason]));
}

/** From what a source says to a stored plan: reads, compares with the users there are, writes the difference. */
import { ConnectorError } from '../../calendars/connector.ts';
import type { Context } from '../../context.ts';
import type { Executor } from '../../store/database.ts';
import { retrying } from '../../store/retrying.ts';
import { sampleGroupId } from '../sample-company/apart.ts';
import { type Reading, readCsv } from './csv-reading.ts';
import { type EntryRules, entryRules } from './entry.ts';
import { numbersOf } from './numbers.ts';
import { type ImportPlan, planImport } from './plan.ts';
import { advanceRun, type ClaimedRun, holdRun, tellProgress, writePlan } from './runs.queries.ts';
import { CsvSettings, LdapSettings } from './settings.ts';
import { extensionOwners, storedUsers } from './users.queries.ts';

interface GroupRow {
  id: string;
  name: string;
  location: string;
  locationId: string;
  timeZone: string;
}

/** Reads the source of a run and stores the plan. @throws ConnectorError or Error in plain words when it can't be read. */
export async function planRun(context: Context, run: ClaimedRun, signal: AbortSignal): Promise<void> {
  const { db } = context.store;
  const settings = run.kind === 'csv' ? CsvSettings.parse(run.settings) : LdapSettings.parse(run.settings);
  const groups = await groupsOf(db);
  const byId = new Map(groups.map((group) => [group.id, group]));
  const defaultGroup = byId.get(settings.groupId ?? '') ?? groups[0];
  if (settings.groupId !== null && !byId.has(settings.groupId))
    throw new ConnectorError(
      'malformed',
      'The group for new users has been removed: choose another one in the settings of this import.',
    );
  if (!defaultGroup) throw new ConnectorError('malformed', 'There is no group yet that users could be put into.');
  const numbers = await numbersOf(db);
  const rules = entryRules(groups, settings.groups, (number, groupId) =>
    numbers(byId.get(groupId ?? '')?.locationId ?? defaultGroup.locationId, number),
  );
  const reading = await read(context, run, settings, rules, signal);

  await retrying(db, async (transaction) => {
    if (!(await holdRun(transaction, run))) return;
    const { rows, plan } = planImport(
      reading,
      await storedUsers(transaction, {
        ...{ sourceId: run.sourceId, whole: true, phoneSystemId: settings.phoneSystemId },
        emails: reading.entries.map(({ email }) => email),
      }),
      {
        ...{ sourceId: run.sourceId, whole: settings.whole, defaultGroupId: defaultGroup.id },
        zoneOfGroup: (id) => byId.get(id)?.timeZone ?? defaultGroup.timeZone,
        extensions: settings.phoneSystemId ? await ownersOf(transaction, settings.phoneSystemId, reading) : null,
      },
    );
    if (reading.disabled > 0) plan.notes.push(`${reading.disabled} disabled account(s) count as not found.`);
    await writePlan(transaction, run.id, rows, plan);
    if (reading.problem !== null) {
      await advanceRun(transaction, run.id, { state: 'planned', message: reading.problem });
      return;
    }
    await advanceRun(transaction, run.id, nextOf(run, plan, 'largestShare' in settings ? settings.largestShare : 100));
  });
}

/** A person looks at the plan first, unless a schedule began the run and it doesn't change much. Pure. */
export function nextOf(
  { bySchedule }: Pick<ClaimedRun, 'bySchedule'>,
  { share, users }: Pick<ImportPlan, 'share' | 'users'>,
  largestShare: number,
): { state: 'planned' | 'running'; message?: string } {
  if (!bySchedule) return { state: 'planned' };
  if (share <= largestShare) return { state: 'running' };
  return {
    state: 'planned',
    message: `It would change, or not find, ${share} % of the ${users} users of this import, and only ${largestShare} % may change without a person. Look at the plan and carry it out if it is right.`,
  };
}

async function read(
  context: Context,
  run: ClaimedRun,
  settings: CsvSettings | LdapSettings,
  rules: EntryRules,
  signal: AbortSignal,
): Promise<Reading> {
  if (!('address' in settings)) {
    if (!run.file) throw new ConnectorError('malformed', 'The file of this run is gone: send it again.');
    return readCsv(run.file, settings, rules);
  }
  const password = run.secret === null ? null : context.secrets.open(run.secret, run.sourceId);
  // Not at the start of every server: most have no directory, and it costs 25 ms and 13 MB.
  const { readDirectory } = await import('./ldap/reading.ts');
  return readDirectory(context, settings, password, rules, signal, (entries) =>
    tellProgress(context.store.db, run.id, entries, 0),
  );
}

/** But the sample company's: who is imported is real, and so are their phones. */
async function groupsOf(db: Executor): Promise<GroupRow[]> {
  const sample = await sampleGroupId(db);
  const groups = await db
    .selectFrom('configuration_group')
    .innerJoin('location', 'location.id', 'configuration_group.location_id')
    .select([
      'configuration_group.id',
      'configuration_group.name',
      'location.name as location',
      'location.id as locationId',
      'location.time_zone as timeZone',
    ])
    .orderBy('configuration_group.created_at')
    .orderBy('configuration_group.id')
    .execute();
  return groups.filter(({ id }) => id !== sample);
}

async function ownersOf(executor: Executor, phoneSystemId: string, reading: Reading) {
  const numbers = reading.entries.flatMap(({ extension }) => extension ?? []);
  const owners = await extensionOwners(executor, phoneSystemId, numbers);
  return { ownerOf: (number: string) => owners.get(number) ?? null };
}

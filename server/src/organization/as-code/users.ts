/** Users with their extensions, accounts, relationships and own profiles, in a company file. Known by their e-mail address. */
import { z } from 'zod';
import { relationshipLevels } from '../../agenda/privacy-settings.ts';
import { DialableNumber, DisplayName, EmailAddress, Language, TimeZone } from '../../api/schemas/common.ts';
import { synchronizationSettingsOf } from '../../sync/settings.ts';
import { effective } from '../inheritance.ts';
import { startLeaving } from '../leaving/start.ts';
import { settledAccount } from './accounts.ts';
import { exportedProfiles, profileEntries } from './central-profiles.ts';
import type { Fault } from './company-file.ts';
import type { LocationEntry } from './locations.ts';
import { isValues } from './merge-patch.ts';
import { variableName } from './references.ts';
import { exportedSecret, secretEntry } from './secret-entry.ts';
import {
  at,
  type EntryChange,
  entryName,
  kept,
  mapValues,
  removed,
  type Section,
  type Surroundings,
  withoutDefaults,
  withoutEmpty,
} from './section.ts';
import { readUsers } from './users-reading.ts';
import { writeUsers } from './users-writing.ts';

const accountEntry = z.strictObject({
  kind: z.string().describe('caldav, icalendar-address or icalendar-file.'),
  settings: z.record(z.string(), z.unknown()).default({}),
  secret: secretEntry.optional(),
});
export type AccountEntry = z.output<typeof accountEntry>;

const extensionEntry = z.strictObject({
  phoneSystem: z.string(),
  number: z
    .string('Write the extension in quotes: "201".')
    .regex(/^[0-9A-Za-z_.+-]{1,40}$/, 'Write the extension as the phone system knows it, such as "201".'),
});

const userEntry = z.strictObject({
  displayName: DisplayName,
  location: z.string('The name of a location is needed.'),
  group: z.string('The name of a configuration group of the location is needed.'),
  timeZone: TimeZone.describe('The location’s when left out.'),
  language: Language.default('en'),
  role: z.enum(['administrator', 'locationAdministrator', 'reader', 'user']).default('user'),
  administers: z.array(z.string()).default([]).describe('Locations, of a location administrator.'),
  active: z.boolean().default(true),
  mobileNumber: DialableNumber.optional(),
  deputy: EmailAddress.optional(),
  assistant: EmailAddress.optional(),
  extensions: z.array(extensionEntry).default([]),
  accounts: z.record(entryName, accountEntry).default({}),
  relationships: z
    .record(EmailAddress, z.enum(relationshipLevels))
    .default({})
    .describe('What others are to this user, where the user has chosen so.'),
  profiles: profileEntries.default({}).describe('The user’s own.'),
});
export type UserEntry = z.output<typeof userEntry>;

function isFreeBusyOnly(location: LocationEntry | undefined, group: string): boolean {
  const individual = location?.groups[group]?.individual ?? {};
  return synchronizationSettingsOf(effective(location?.settings ?? {}, individual)).freeBusyOnly;
}

/** In one order, so that a file that has another one changes nothing. */
export const sorted = ({ extensions, administers }: Pick<UserEntry, 'extensions' | 'administers'>) => ({
  extensions: extensions.toSorted((a, b) => compare(a.phoneSystem, b.phoneSystem) || compare(a.number, b.number)),
  administers: [...new Set(administers)].sort(),
});
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export const users: Section<UserEntry> = {
  name: 'users',
  longestName: 254,
  schema: userEntry,
  read: readUsers,

  base(before, patch, all) {
    if (before) return before;
    const location =
      isValues(patch) && typeof patch.location === 'string' ? all.locations?.[patch.location as string] : undefined;
    return location ? { timeZone: (location as LocationEntry).timeZone } : {};
  },

  settled(entry, within, email) {
    const faults: Fault[] = [];
    const freeBusyOnly = isFreeBusyOnly(
      within.all.locations?.[entry.location] as LocationEntry | undefined,
      entry.group,
    );
    let { mobileNumber } = entry;
    if (mobileNumber !== undefined) {
      const { shown, reason } = within.number(entry.location, mobileNumber);
      if (reason !== null) faults.push({ path: ['mobileNumber'], message: reason });
      mobileNumber = shown;
    }
    const accounts = mapValues(entry.accounts, (account, name) => {
      const settled = settledAccount(account, { email, freeBusyOnly }, within);
      for (const { path, message } of settled.faults) faults.push({ path: ['accounts', name, ...path], message });
      return settled.entry;
    });
    const settled = { ...entry, accounts, ...sorted(entry) };
    return { entry: mobileNumber === undefined ? settled : { ...settled, mobileNumber }, faults };
  },

  faults: (within, changes) => [
    ...namesThatLeadNowhere(within, changes),
    ...numbersGivenTwice(within),
    ...nobodyAdministers(within, changes),
  ],

  write: async (context, changes) => writeUsers(context, kept(changes)),

  async remove({ transaction, actor }, changes) {
    for (const { name } of removed(changes)) {
      const user = await transaction.selectFrom('users').select('id').where('email', '=', name).executeTakeFirst();
      if (user) await at([name], startLeaving(transaction, { kind: 'user', id: user.id }, actor));
    }
  },

  exported: (name, entry) =>
    withoutEmpty({
      ...withoutDefaults(entry, { language: 'en', role: 'user', active: true }),
      accounts: mapValues(entry.accounts, ({ kind, settings, secret }, account) => ({
        kind,
        ...withoutEmpty({ settings, secret: exportedSecret(secret, variableName('account', name, account)) }),
      })),
      profiles: exportedProfiles(entry.profiles, {}),
    }),
};

function namesThatLeadNowhere({ all }: Surroundings, changes: readonly EntryChange<UserEntry>[]): Fault[] {
  const faults: Fault[] = [];
  for (const { name, after } of kept(changes)) {
    const location = all.locations?.[after.location] as LocationEntry | undefined;
    const fault = (path: (string | number)[], message: string) => faults.push({ path: [name, ...path], message });
    const someone = (path: (string | number)[], email: string | undefined) => {
      if (email === undefined) return;
      if (email === name) fault(path, 'A user can’t be this to themselves.');
      else if (!Object.hasOwn(all.users!, email)) fault(path, `There is no user ${email}.`);
    };
    if (name !== name.toLowerCase() || !EmailAddress.safeParse(name).success)
      fault([], 'Users are named by their e-mail address, in small letters.');
    if (!location) fault(['location'], `There is no location "${after.location}".`);
    else if (!Object.hasOwn(location.groups, after.group))
      fault(['group'], `The location ${after.location} has no configuration group "${after.group}".`);
    after.administers.forEach((each, index) => {
      if (!Object.hasOwn(all.locations ?? {}, each)) fault(['administers', index], `There is no location "${each}".`);
    });
    if ((after.role === 'locationAdministrator') !== after.administers.length > 0)
      fault(['administers'], 'A location administrator has at least one location here, and nobody else has any.');
    after.extensions.forEach(({ phoneSystem }, index) => {
      if (!Object.hasOwn(all.phoneSystems ?? {}, phoneSystem))
        fault(['extensions', index, 'phoneSystem'], `There is no phone system "${phoneSystem}".`);
    });
    someone(['deputy'], after.deputy);
    someone(['assistant'], after.assistant);
    for (const other of Object.keys(after.relationships)) someone(['relationships', other], other);
  }
  return faults;
}

function numbersGivenTwice({ all }: Surroundings): Fault[] {
  const owners = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [name, user] of Object.entries(all.users as Record<string, UserEntry>))
    user.extensions.forEach(({ phoneSystem, number }, index) => {
      const key = `${phoneSystem}\n${number}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, name);
      else
        faults.push({
          path: [name, 'extensions', index],
          message: `Extension ${number} of ${phoneSystem} belongs to ${owner}: one extension belongs to one user.`,
        });
    });
  return faults;
}

/** A file must not lock everybody out. */
function nobodyAdministers({ all }: Surroundings, changes: readonly EntryChange<UserEntry>[]): Fault[] {
  const lost = changes.find(({ before, after }) => administers(before) && !administers(after));
  if (!lost || Object.values(all.users as Record<string, UserEntry>).some(administers)) return [];
  return [
    {
      path: [lost.name, ...(lost.after ? ['role'] : [])],
      message: 'Nobody would be left who administers the whole system.',
    },
  ];
}

const administers = (user: UserEntry | null): boolean => user !== null && user.role === 'administrator' && user.active;

/** Accounts of the users in a company file. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { removeAccountIn, updateAccountIn } from '../../sync/accounts.ts';
import { madeByGroups } from '../../sync/rest.ts';
import { syncChannel } from '../../sync/sync.ts';
import { mailboxKind } from '../graph-applications/consent.ts';
import type { Fault } from './company-file.ts';
import { same } from './difference.ts';
import { faultsOfSchema } from './issues.ts';
import type { ApplyContext, Surroundings } from './section.ts';
import type { AccountEntry } from './users.ts';
import type { UserChange } from './users-writing.ts';

export async function writeAccounts(
  context: ApplyContext,
  changes: readonly UserChange[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const { transaction, secrets, actor } = context;
  const made: Record<string, unknown>[] = [];
  for (const { name: email, before, after } of changes) {
    const known = before?.accounts ?? {};
    if (same(known, after.accounts)) continue;
    const userId = ids.get(email)!;
    const stored = new Map(
      Object.keys(known).length === 0
        ? []
        : (
            await transaction
              .selectFrom('account')
              .select(['id', 'name'])
              .where('user_id', '=', userId)
              .where('kind', 'not in', kindsOfNoFile)
              .execute()
          ).map(({ id, name }) => [name, id]),
    );
    for (const [name, entry] of Object.entries(after.accounts)) {
      const { settings, secret } = entry;
      const id = stored.get(name);
      if (!id || known[name]?.kind !== entry.kind) {
        if (id) await removeAccountIn(transaction, id, actor);
        const accountId = randomUUID();
        const sealed = secret === undefined ? null : secrets.seal(JSON.stringify(secret), accountId);
        made.push({ id: accountId, userId, kind: entry.kind, name, settings, secret: sealed });
      } else if (!same(known[name], entry))
        await updateAccountIn(transaction, secrets, id, { settings, secret: secret ?? null }, actor);
    }
    for (const [name, id] of stored)
      if (Object.hasOwn(known, name) && !Object.hasOwn(after.accounts, name))
        await removeAccountIn(transaction, id, actor);
  }
  if (made.length === 0) return;
  await sql`
    insert into account (id, user_id, kind, name, settings, secret)
    select id, "userId", kind, name, settings, secret
      from json_to_recordset(${JSON.stringify(made)}::json) as row (
           id uuid, "userId" uuid, kind text, name text, settings jsonb, secret text)`.execute(transaction);
  await sql`select pg_notify(${syncChannel}, '')`.execute(transaction);
}

/** What its user signed in for, and what the settings of a group made. */
export const kindsOfNoFile: readonly string[] = [mailboxKind, ...madeByGroups];

/** As it is stored: by the kind's own schemas. Paths of faults begin below the account. */
export function settledAccount(
  { kind, settings, secret }: AccountEntry,
  { email, freeBusyOnly }: { email: string; freeBusyOnly: boolean },
  { context }: Surroundings,
): { entry: AccountEntry; faults: Fault[] } {
  const entry = { kind, settings, ...(secret && { secret }) };
  if (kind === mailboxKind)
    return {
      entry,
      faults: [
        {
          path: ['kind'],
          message:
            'No file can connect a Microsoft 365 mailbox: its user signs in for it, or the group’s settings have all mailboxes read (`source: microsoft365`).',
        },
      ],
    };
  if (madeByGroups.has(kind))
    return {
      entry,
      faults: [
        {
          path: ['kind'],
          message:
            'No file can connect a mailbox on an Exchange server: the group’s settings have all mailboxes read (`source: exchange`).',
        },
      ],
    };
  const connector = context.calendarConnectors.find((each) => each.kind === kind);
  if (!connector) {
    const kinds = context.calendarConnectors
      .map((each) => each.kind)
      .filter((each) => !kindsOfNoFile.includes(each))
      .join(', ');
    return {
      entry,
      faults: [{ path: ['kind'], message: `There is no kind of account "${kind}". There are: ${kinds}.` }],
    };
  }
  const goodSettings = connector.settingsSchema.safeParse(settings);
  const goodSecret = connector.secretSchema.safeParse(secret ?? null);
  const faults = [...faultsOfSchema(['settings'], goodSettings.error), ...faultsOfSchema(['secret'], goodSecret.error)];
  if (faults.length > 0) return { entry, faults };
  const given = goodSecret.data as Record<string, unknown> | null | undefined;
  // Of a file, in a group that keeps only when its users are busy, just that is stored.
  const reduce = freeBusyOnly && given ? connector.freeBusy?.secret : undefined;
  const kept = reduce ? (reduce(given, [email]) as Record<string, unknown>) : given;
  return {
    entry: { kind, settings: goodSettings.data as Record<string, unknown>, ...(kept ? { secret: kept } : {}) },
    faults,
  };
}

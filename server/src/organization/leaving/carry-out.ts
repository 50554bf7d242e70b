/** What each step of a leaving does. Every one may be done again at any point: that is how it goes on after a crash. */

import { sql } from 'kysely';
import { forgetSessions } from '../../api/sessions.ts';
import { heldMailboxes, sortedByReach } from '../../automatic-replies/release.ts';
import { wakeReplies } from '../../automatic-replies/wake.ts';
import { type CalendarConnector, ConnectorError } from '../../calendars/connector.ts';
import type { Context } from '../../context.ts';
import { markReachDue } from '../../presence/due.ts';
import type { Executor } from '../../store/database.ts';
import { retrying } from '../../store/retrying.ts';
import { type Extensions, type HeldPhone, heldPhones, wantNothingOf } from '../../telephony/release.ts';
import { emptyMethodCalendars, eraseMethodAccounts, unsettledUsers } from './group-method.ts';
import { type ClaimedLeaving, holdLeaving } from './leaving.queries.ts';
import type { LeavingKind } from './steps.ts';

/** `done`, or what it waits for. `failed`: something has to be mended or to come back first. */
export type Outcome = { done: true; message: string } | { done: false; failed: boolean; message: string };

/** What the log of changes calls its subject. */
export const auditSubjectOf = (kind: LeavingKind) =>
  kind === 'groupMethod' ? 'groupFunction' : kind === 'userOff' ? 'user' : kind;

const done = (message: string): Outcome => ({ done: true, message });

const extensionsOf = ({ kind, subjectId }: ClaimedLeaving): Extensions | null => {
  if (kind === 'user' || kind === 'userOff') return { userId: subjectId };
  if (kind === 'extension') return { extensionId: subjectId };
  return kind === 'phoneSystem' ? { phoneSystemId: subjectId } : null;
};

/** Off phones and out of mailboxes: asked for here, done by whoever holds the leases. */
export async function giveBack(context: Pick<Context, 'store'>, leaving: ClaimedLeaving): Promise<Outcome> {
  const phones = await giveForwardingBack(context, leaving);
  if (!phones.done) return phones;
  const mailboxes = await takeRepliesBack(context, leaving);
  if (mailboxes === null) return phones;
  return mailboxes.done ? done(`${phones.message} ${mailboxes.message}`) : mailboxes;
}

/** @returns null: there is nothing to say of it. */
async function takeRepliesBack(
  { store: { db } }: Pick<Context, 'store'>,
  { kind, subjectId, failures }: ClaimedLeaving,
): Promise<Outcome | null> {
  if (kind === 'extension' || kind === 'phoneSystem') return null;
  const concerned =
    kind === 'groupMethod'
      ? sql`users.group_id = ${subjectId}::uuid and account.leaving_at is not null`
      : sql`users.id = ${subjectId}::uuid`;
  const { waiting, shut } = sortedByReach(await heldMailboxes(db, concerned));
  const left = failures < mostTries ? shut : [...waiting, ...shut];
  const [mailbox] = failures < mostTries ? waiting : [];
  if (!mailbox && left.length === 0) return null;
  if (!mailbox) {
    const addresses = left.map((each) => each.mailbox).join(', ');
    return done(
      `Automatic replies could not be taken back, and end by themselves: ${addresses}. ${left[0]!.reason ?? ''}`.trim(),
    );
  }
  await wakeReplies(db);
  if (!mailbox.reason)
    return { done: false, failed: false, message: `Taking back the automatic replies of ${mailbox.mailbox}.` };
  const message = `The automatic replies of ${mailbox.mailbox} could not be taken back yet: ${mailbox.reason} It is tried again until the mailbox can be reached.`;
  return { done: false, failed: true, message };
}

/** Asks for it, and tells how far it is; whoever holds the lease of the phone system does it. */
async function giveForwardingBack(context: Pick<Context, 'store'>, leaving: ClaimedLeaving): Promise<Outcome> {
  const { db } = context.store;
  const extensions = extensionsOf(leaving);
  if (!extensions) return giveBackOfMethod(context, leaving);
  // Again each time: an extension may have come since.
  await retrying(db, async (transaction) => {
    await holdLeaving(transaction, leaving); // who has cancelled meanwhile wants them again
    await wantNothingOf(transaction, extensions);
  });
  const held = await heldPhones(db, extensions);
  const waiting = held.filter(({ mode }) => mode !== 'paused');
  if (waiting.length > 0) return { done: false, ...wordsFor(waiting) };
  if (held.length === 0) return done('Nothing of Whenabouts is on the phones any more.');
  return done(`Left as it is: ${numbersOf(held)}, because ${systemsOf(held)} is paused.`);
}

async function giveBackOfMethod({ store: { db } }: Pick<Context, 'store'>, { subjectId }: ClaimedLeaving) {
  await retrying(db, (transaction) => emptyMethodCalendars(transaction, subjectId));
  const [first, ...others] = await unsettledUsers(db, subjectId);
  if (!first) return done('The calendars concerned no longer move presence, nor any phone.');
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  const why = first.reason && first.phoneSystem ? ` ${first.phoneSystem}: ${first.reason}` : '';
  const message = `Waiting for presence and phones of ${first.displayName}${more}.${why}`;
  return { done: false as const, failed: why !== '', message };
}

function wordsFor(held: readonly HeldPhone[]): { failed: boolean; message: string } {
  const observed = held.filter(({ mode }) => mode === 'observe');
  if (observed.length > 0)
    return {
      failed: true,
      message: `${systemsOf(observed)} is only observed, so the forwarding of ${numbersOf(observed)} can’t be given back. Set it to active for that, or pause it to leave its phones as they are.`,
    };
  const reason = held.find((phone) => phone.reason)?.reason;
  if (!reason) return { failed: false, message: `Giving back the forwarding of ${numbersOf(held)}.` };
  return {
    failed: true,
    message: `The forwarding of ${numbersOf(held)} could not be given back yet: ${reason} It is tried again until ${systemsOf(held)} can be reached; pause that phone system to leave its phones as they are.`,
  };
}

function numbersOf(held: readonly HeldPhone[]): string {
  const numbers = held.map(({ number }) => number);
  return numbers.length > 10
    ? `${numbers.slice(0, 10).join(', ')} and ${numbers.length - 10} more`
    : numbers.join(', ');
}
const systemsOf = (held: readonly HeldPhone[]) => [...new Set(held.map(({ phoneSystem }) => phoneSystem))].join(', ');

/** After about two days of trying the source is taken for gone for good: erasing must not wait for ever. */
const mostTries = 576;
const revokeWithinMs = 30_000;

/** Milliseconds until what rests may be erased; 0 for what isn't kept. */
export function keptForMs({ detail }: ClaimedLeaving, now: Temporal.Instant): number {
  const from = typeof detail.erasedFrom === 'string' ? Temporal.Instant.from(detail.erasedFrom) : now;
  return Math.max(0, from.epochMilliseconds - now.epochMilliseconds);
}

/**
 * Has the sources take back what lets us in, account by account, where they know how. What is void is forgotten at once.
 * @param keepLease throws when somebody else goes on with it.
 */
export async function revokeTokens(
  context: Pick<Context, 'store' | 'secrets' | 'log'>,
  connectors: readonly CalendarConnector[],
  leaving: ClaimedLeaving,
  keepLease: () => Promise<void>,
): Promise<Outcome> {
  const { db } = context.store;
  const accounts = await accountsOf(db, leaving);
  if (accounts.length === 0) return done('There are no calendar accounts.');
  const revocable = accounts.filter(({ kind }) => connectors.find((each) => each.kind === kind)?.revoke);
  const faults: { name: string; error: ConnectorError }[] = [];
  for (const account of revocable) {
    await keepLease();
    const connector = connectors.find(({ kind }) => kind === account.kind)!;
    try {
      if (account.secret === null) continue; // revoked before
      const secret = JSON.parse(context.secrets.open(account.secret, account.id));
      const opened = { id: account.id, settings: account.settings, secret };
      await connector.revoke!(opened, AbortSignal.timeout(revokeWithinMs)).catch(voidAlready);
      await db.updateTable('account').set({ secret: null }).where('id', '=', account.id).execute();
    } catch (error) {
      context.log.warn({ account: account.id, err: error }, 'Access to a calendar source could not be revoked.');
      faults.push({ name: account.name, error: asConnectorError(error) });
    }
  }
  const others = accounts.length - revocable.length;
  const rest = others > 0 ? `${accountsWord(others)} of kinds that give no tokens: nothing to revoke there.` : '';
  const [fault] = faults;
  if (!fault)
    return done(
      [revocable.length > 0 ? `Access revoked at the source: ${accountsWord(revocable.length)}.` : '', rest]
        .filter(Boolean)
        .join(' '),
    );
  const message = `${fault.name}: access could not be revoked: ${fault.error.message}`;
  if (leaving.failures < mostTries) return { done: false, failed: true, message };
  return done(`${message} Given up after two days: revoke it at the source. ${rest}`.trim());
}

/** Refused credentials are void: that is what was wanted. */
function voidAlready(error: unknown): void {
  const isVoid = error instanceof ConnectorError && ['credentials', 'consent'].includes(error.errorClass);
  if (!isVoid) throw error;
}

const accountsWord = (count: number) => (count === 1 ? '1 account' : `${count} accounts`);

const asConnectorError = (error: unknown) =>
  error instanceof ConnectorError
    ? error
    : new ConnectorError('internal', 'The connector failed unexpectedly; the server log says why.', { cause: error });

async function accountsOf(executor: Executor, { kind, subjectId }: ClaimedLeaving) {
  const query = executor
    .selectFrom('account')
    .innerJoin('users', 'users.id', 'account.user_id')
    .select(['account.id', 'account.kind', 'account.name', 'account.settings', 'account.secret'])
    .orderBy('account.created_at');
  if (kind === 'user' || kind === 'userOff') return query.where('users.id', '=', subjectId).execute();
  return query.where('users.group_id', '=', subjectId).where('account.leaving_at', 'is not', null).execute();
}

/** Run it in a transaction that holds the leaving. @returns what was done, for people. */
export async function eraseData(transaction: Executor, { kind, subjectId }: ClaimedLeaving): Promise<string> {
  switch (kind) {
    case 'user':
      await markReachDue(transaction, [subjectId]); // who forwards to the user can't any more
      await transaction.deleteFrom('users').where('id', '=', subjectId).execute();
      await forgetSessions(transaction, subjectId);
      return 'The user with all accounts, appointments and history is erased.';
    case 'extension': {
      const gone = await transaction
        .deleteFrom('extension')
        .where('id', '=', subjectId)
        .returning('user_id')
        .executeTakeFirst();
      if (gone) await markReachDue(transaction, [gone.user_id]); // a profile may forward to this very number now
      return 'The extension belongs to nobody any more.';
    }
    case 'phoneSystem': {
      const owners = await transaction
        .selectFrom('extension')
        .select('user_id')
        .distinct()
        .where('phone_system_id', '=', subjectId)
        .execute();
      await transaction.deleteFrom('phone_system').where('id', '=', subjectId).execute();
      await markReachDue(
        transaction,
        owners.map(({ user_id }) => user_id),
      );
      return 'The phone system with its extensions, credentials and log is erased.';
    }
    case 'userOff':
      throw new Error('Nothing of a user who is switched off is erased.');
    case 'groupMethod': {
      const accounts = await eraseMethodAccounts(transaction, subjectId);
      return `${accountsWord(accounts)} with credentials and appointments erased.`;
    }
  }
}

/**
 * Users' consent to reading their Microsoft 365 mailboxes: whether it is needed and how it stands, and what becomes of a
 * sign-in that came back.
 */
import type { ConnectorError } from '../../calendars/connector.ts';
import { grantSchema } from '../../calendars/microsoft365/grant.ts';
import { missingScopes, scopesFor, type WantedScope } from '../../calendars/microsoft365/scopes.ts';
import type { Context } from '../../context.ts';
import type { Executor } from '../../store/database.ts';
import { retrying } from '../../store/retrying.ts';
import type { Secrets } from '../../store/secrets.ts';
import { createAccount, renewSecretIn } from '../../sync/accounts.ts';
import { synchronizationOf } from '../../sync/leave.ts';
import { refusals, restReasonOf, serverSideApplication } from '../../sync/rest.ts';
import type { SynchronizationSettings } from '../../sync/settings.ts';
import { openApplication, readApplication } from './applications.ts';
import { type Arrival, WayFailed } from './ways.ts';

/** The kind of account that stands for a mailbox. */
export const mailboxKind = 'microsoft365';

/** scopesMissing: it is read, but the group's settings want more of it than was consented to. */
export const consentStates = ['none', 'good', 'signInAgain', 'consentMissing', 'scopesMissing'] as const;
export type ConsentState = (typeof consentStates)[number];

export interface Consent {
  /** Whether the user may connect a mailbox at all. */
  offered: boolean;
  /** The group wants it: the client leads there by itself, once a session. */
  needed: boolean;
  state: ConsentState;
  /** Of the account it speaks of; null where there is none. */
  account: { id: string; mailbox: string; message: string | null } | null;
  application: { id: string; name: string } | null;
  /** All that is asked for, with those that are still missing. */
  scopes: (WantedScope & { granted: boolean })[];
  /** What can be done from here. */
  ways: { redirect: boolean; paste: boolean };
}

interface Mailbox {
  id: string;
  application_id: string | null;
  mailbox: string;
  error_class: string | null;
  error_message: string | null;
  granted: readonly string[] | null;
}

/** @throws ApiError notFound for a user who isn't there. */
export async function consentOf(
  { store: { db }, secrets }: Pick<Context, 'store' | 'secrets'>,
  userId: string,
  publicUrl: string,
): Promise<Consent> {
  const { settings } = await synchronizationOf(db, userId);
  const { microsoft365 } = settings;
  const allowed = restReasonOf(mailboxKind, settings) === null && microsoft365.graphApplicationId !== null;
  if (!allowed) return nothing;
  const application = openApplication(secrets, await readApplication(db, microsoft365.graphApplicationId!));
  const wanted = wantedScopes(settings);
  const stood = (await mailboxesOf(db, secrets, userId)).map((mailbox) => ({
    ...mailbox,
    state: stateOf(mailbox, application.id, wanted),
  }));
  const best = stood.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
  const state = best?.state ?? 'none';
  const missing = new Set(missingScopes(wanted, best?.granted ?? []).map(({ scope }) => scope));
  return {
    offered: true,
    // Where the server reads the mailbox by itself nobody has to sign in for it.
    needed: microsoft365.required && state !== 'good' && serverSideApplication(settings) === null,
    state,
    account: best ? { id: best.id, mailbox: best.mailbox, message: best.error_message } : null,
    application: { id: application.id, name: application.name },
    scopes: wanted.map((each) => ({ ...each, granted: best !== undefined && !missing.has(each.scope) })),
    ways: {
      redirect: redirectPossible(publicUrl) || application.cloud === 'custom',
      // A page of Microsoft's own is for public clients: with a secret the code would be refused.
      paste: application.credential === null,
    },
  };
}

const order: readonly ConsentState[] = ['good', 'scopesMissing', 'consentMissing', 'signInAgain', 'none'];
const nothing: Consent = {
  ...{ offered: false, needed: false, state: 'none', account: null, application: null, scopes: [] },
  ways: { redirect: false, paste: false },
};

export const wantedScopes = ({ freeBusyOnly, calendars, microsoft365 }: SynchronizationSettings): WantedScope[] => {
  const { mailboxSettings, automaticReplies } = microsoft365;
  return scopesFor({ freeBusyOnly, sharedCalendars: calendars !== 'default', mailboxSettings, automaticReplies });
};

/** The directory takes https addresses, and of this machine alone http. */
function redirectPossible(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** A grant of another application than the group's has to be made anew by this one. Pure. */
export function stateOf(
  { application_id, error_class, granted }: Pick<Mailbox, 'application_id' | 'error_class' | 'granted'>,
  applicationId: string,
  wanted: readonly WantedScope[],
): ConsentState {
  if (application_id !== applicationId || granted === null) return 'signInAgain';
  const fault = error_class as ConnectorError['errorClass'] | null;
  if (fault === 'credentials') return 'signInAgain';
  if (fault === 'consent') return 'consentMissing';
  return missingScopes(wanted, granted).length > 0 ? 'scopesMissing' : 'good';
}

/** Those that the user signed in with. */
async function mailboxesOf(db: Executor, secrets: Secrets, userId: string): Promise<Mailbox[]> {
  const rows = await db
    .selectFrom('account')
    .select(['id', 'application_id', 'settings', 'secret', 'error_class', 'error_message'])
    .where('user_id', '=', userId)
    .where('kind', '=', mailboxKind)
    .where('origin', '=', 'user')
    .orderBy('created_at')
    .execute();
  return rows.map(({ settings, secret, ...row }) => ({
    ...row,
    mailbox: String(settings.mailbox ?? ''),
    granted: grantedScopes(secrets, row.id, secret),
  }));
}

/** Null where nothing lets us in. */
function grantedScopes(secrets: Secrets, accountId: string, sealed: string | null): readonly string[] | null {
  try {
    const grant = grantSchema.parse(JSON.parse(secrets.open(sealed ?? '', accountId)));
    return grant.kind === 'delegated' ? grant.scopes : null;
  } catch {
    return null;
  }
}

/**
 * Keeps what a sign-in brought: a new account, or a new grant of the one for the same mailbox, which goes on from where it
 * was. @returns the account's id. @throws WayFailed where the group has come to allow it no longer.
 */
export async function connectMailbox(
  context: Pick<Context, 'store' | 'secrets'>,
  userId: string,
  { application, grant, mailbox, returnTo }: Arrival,
): Promise<string> {
  return await retrying(context.store.db, async (transaction) => {
    // Two that come back at once make one account.
    await transaction.selectFrom('users').select('id').where('id', '=', userId).forUpdate().execute();
    const reason = restReasonOf(mailboxKind, (await synchronizationOf(transaction, userId)).settings);
    if (reason) throw new WayFailed('refused', refusals[reason], returnTo);
    const known = (await mailboxesOf(transaction, context.secrets, userId)).find(
      (each) => each.mailbox.toLowerCase() === mailbox.toLowerCase(),
    );
    if (!known)
      return createAccount(
        context,
        {
          ...{ userId, kind: mailboxKind, name: mailbox, settings: { mailbox }, secret: grant },
          applicationId: application.id,
        },
        transaction,
      );
    const renewed = { secret: grant, applicationId: application.id };
    await renewSecretIn(transaction, context.secrets, known.id, renewed);
    return known.id;
  });
}

import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { releaseReplies } from '../automatic-replies/release.ts';
import { checkSource } from '../calendars/check.ts';
import type { CalendarConnector } from '../calendars/connector.ts';
import { decodeCalendar } from '../calendars/icalendar/decode.ts';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { mailboxKind } from '../organization/graph-applications/consent.ts';
import { createAccount, removeAccount, syncNow, updateAccount } from '../sync/accounts.ts';
import { leaveFor, refuseKind, synchronizationOf, type UserSynchronization } from '../sync/leave.ts';
import { madeByGroups } from '../sync/rest.ts';
import { seesUser } from './access.ts';
import { accountsOf, ownerOfAccount } from './accounts.queries.ts';
import { checked } from './checked.ts';
import { ApiError } from './errors.ts';
import { type Route, route, type Viewer } from './route.ts';
import {
  Account,
  AccountChange,
  AccountCheck,
  AccountCheckResult,
  AccountFile,
  AccountList,
  NewAccount,
} from './schemas/accounts.ts';
import { Id } from './schemas/common.ts';

const tag = 'Accounts';
const params = z.object({ accountId: Id });
const ofAccount = { access: 'selfOrAdministrator', ownerOf: ownerOfAccount, tag, params } as const;
const checkTimeoutMs = 60_000;
const maxFileBytes = 20_000_000;

export function accountRoutes(context: Context, connectors: readonly CalendarConnector[]): Route[] {
  const { db } = context.store;
  const connectorOf = (kind: string): CalendarConnector => {
    const connector = connectors.find((candidate) => candidate.kind === kind);
    if (!connector) throw new ApiError('invalid', `There is no kind of calendar "${kind}".`, { field: 'kind' });
    return connector;
  };
  /** The connector's own schemas have the last word on what it is given. */
  const checkedConnection = ({ kind, settings, secret }: { kind: string; settings: unknown; secret?: unknown }) => {
    const connector = connectorOf(kind);
    return {
      connector,
      settings: checked(connector.settingsSchema, settings, 'settings') as Record<string, unknown>,
      secret: checked(connector.secretSchema, secret ?? null, 'secret'),
    };
  };
  /** Of a file, in a group that keeps only when its users are busy, just that is stored. */
  const storedSecret = (connector: CalendarConnector, secret: unknown, { email, settings }: UserSynchronization) =>
    settings.freeBusyOnly && connector.freeBusy?.secret && secret !== null
      ? connector.freeBusy.secret(secret, [email])
      : secret;
  async function read(accountId: string, viewer: Viewer) {
    const [account] = await accountsOf(db, { accountId }, viewer.userId);
    if (!account) throw new ApiError('notFound', 'There is no such account.');
    return account;
  }

  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/accounts',
      tag,
      operation: 'listAccounts',
      summary: 'Connected calendar sources with their health',
      query: z.object({ userId: Id.optional().openapi({ description: 'Of another user, for administrators.' }) }),
      answer: AccountList,
      async handle({ viewer, query: { userId = viewer.userId } }) {
        if (userId !== viewer.userId && !(await seesUser(db, viewer, userId)))
          throw new ApiError('forbidden', 'Only an administrator sees the accounts of others.', { field: 'userId' });
        const own = await synchronizationOf(db, userId);
        return {
          accounts: await accountsOf(db, { userId }, viewer.userId),
          kinds: leaveFor(
            own,
            connectors.map(({ kind }) => kind).filter((kind) => !madeByGroups.has(kind)),
          ),
        };
      },
    }),
    route({
      access: 'signedIn',
      method: 'post',
      path: '/accounts',
      tag,
      operation: 'createAccount',
      summary: 'Connect a calendar source',
      description: 'It is read at once; its health tells how that went. Secrets are stored sealed and never shown.',
      body: NewAccount,
      status: 201,
      answer: Account,
      async handle({ viewer, body }) {
        refuseKind(await synchronizationOf(db, viewer.userId), body.kind);
        const { settings, secret } = checkedConnection(body);
        const name = body.name ?? nameOf(settings) ?? body.kind;
        const calendars = 'calendars' in body ? body.calendars : undefined;
        const account = { userId: viewer.userId, kind: body.kind, name, settings, secret, calendars };
        return read(await createAccount(context, account), viewer);
      },
    }),
    route({
      access: 'signedIn',
      method: 'post',
      path: '/accounts/file',
      tag,
      operation: 'uploadCalendarFile',
      summary: 'Add an iCalendar file',
      description: 'At most 20 MB.',
      body: AccountFile,
      multipart: { maxBytes: maxFileBytes + 100_000 },
      status: 201,
      answer: Account,
      async handle({ viewer, body: { file, name } }) {
        if (file.size > maxFileBytes)
          throw new ApiError('tooLarge', 'The file is larger than 20 MB.', { field: 'file' });
        const kind = 'icalendar-file';
        const own = await synchronizationOf(db, viewer.userId);
        refuseKind(own, kind);
        const fileName = file.name.slice(0, 200) || 'calendar.ics';
        const { connector, settings, secret } = checkedConnection({
          kind,
          settings: { fileName },
          secret: { text: decodeCalendar(await file.bytes()) },
        });
        const account = { userId: viewer.userId, kind, name: name ?? fileName, settings };
        return read(await createAccount(context, { ...account, secret: storedSecret(connector, secret, own) }), viewer);
      },
    }),
    route({
      access: 'signedIn',
      method: 'post',
      path: '/accounts/check',
      tag,
      operation: 'checkAccount',
      summary: 'Try a connection without storing it',
      description: 'Says each step and the first failure in plain words, and which calendars there are.',
      body: AccountCheck,
      answer: AccountCheckResult,
      async handle({ viewer, body, http }) {
        refuseKind(await synchronizationOf(db, viewer.userId), body.kind);
        const { connector, settings, secret } = checkedConnection(body);
        return checkSource(connector, { id: randomUUID(), settings, secret }, http.req.raw.signal, checkTimeoutMs);
      },
    }),
    route({
      ...ofAccount,
      method: 'get',
      path: '/accounts/{accountId}',
      operation: 'readAccount',
      summary: 'An account and its health',
      answer: Account,
      handle: ({ viewer, params: { accountId } }) => read(accountId, viewer),
    }),
    route({
      ...ofAccount,
      method: 'patch',
      path: '/accounts/{accountId}',
      operation: 'changeAccount',
      summary: 'Rename an account or change its connection',
      body: AccountChange,
      answer: Account,
      async handle({ viewer, params: { accountId }, body: { name, settings, secret } }) {
        const { kind, userId, origin } = await read(accountId, viewer);
        // The service account of an Exchange server, or an application, would read whatever mailbox is named.
        if (origin === 'group' && (settings !== undefined || secret !== undefined))
          throw new ApiError('invalid', 'The settings of the user’s group say which mailbox this is.', {
            field: settings === undefined ? 'secret' : 'settings',
          });
        if (kind === mailboxKind && (settings !== undefined || secret !== undefined))
          throw new ApiError('invalid', 'A Microsoft 365 mailbox is connected by signing in at Microsoft.', {
            field: settings === undefined ? 'secret' : 'settings',
          });
        const connector = connectorOf(kind);
        const own = await synchronizationOf(db, userId);
        const change = {
          ...(name !== undefined && { name }),
          ...(settings !== undefined && {
            settings: checked(connector.settingsSchema, settings, 'settings') as Record<string, unknown>,
          }),
          ...(secret !== undefined && {
            secret: storedSecret(connector, checked(connector.secretSchema, secret, 'secret'), own),
          }),
        };
        await updateAccount(context, accountId, change, actorOf(viewer));
        return read(accountId, viewer);
      },
    }),
    route({
      ...ofAccount,
      method: 'delete',
      path: '/accounts/{accountId}',
      operation: 'removeAccount',
      summary: 'Disconnect a calendar source',
      description:
        'Its appointments go, and presence is computed without them. An automatic reply that was set there is taken back first; 422 where the mailbox can’t be reached for that.',
      answer: null,
      async handle({ viewer, params: { accountId } }) {
        if ((await read(accountId, viewer)).origin === 'group')
          throw new ApiError('conflict', 'The settings of the user’s group made this account: it goes with them.');
        await releaseReplies(context, accountId);
        await removeAccount(context, accountId, actorOf(viewer));
        return undefined;
      },
    }),
    route({
      ...ofAccount,
      method: 'post',
      path: '/accounts/{accountId}/sync',
      operation: 'syncNow',
      summary: 'Read an account now',
      status: 202,
      answer: Account,
      async handle({ viewer, params: { accountId } }) {
        await syncNow(db, accountId, { newCalendars: true });
        return read(accountId, viewer);
      },
    }),
  ];
}

/** The host of an address, or the mail domain: what a person recognises. */
function nameOf(settings: Record<string, unknown>): string | undefined {
  const address = String(settings.url ?? settings.address ?? '');
  return URL.parse(address)?.hostname || address.split('@').at(-1) || undefined;
}

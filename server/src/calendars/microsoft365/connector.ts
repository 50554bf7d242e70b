/**
 * Microsoft 365 as a calendar source, through Microsoft Graph v1.0: by a user's consent (/me), or by the application
 * itself (/users/{address}).
 *
 * There is no `revoke`: the identity platform has no endpoint at which an application gives a user's grant back (the
 * discovery document names no revocation_endpoint, and revokeSignInSessions would sign the user out everywhere). What
 * we keep is erased; the guide says where users and administrators take the consent back.
 */
import type { Outbound } from '../../outbound/outbound.ts';
import { type CalendarConnector, type CheckStep, ConnectorError, type RemoteCalendar } from '../connector.ts';
import { type Time, wallTime } from '../gate.ts';
import { expandKept, idOfOccurrence, withoutSubjects } from '../kept.ts';
import { readReplies, writeReplies } from './automatic-replies.ts';
import { addressesOf } from './clouds.ts';
import { ApplicationGate } from './gate.ts';
import { type Grant, grantSchema, type Microsoft365Settings, microsoft365Settings } from './grant.ts';
import { GraphClient, GraphRefusal, rootOfMailbox } from './graph-client.ts';
import { isPart, type Part, textOf } from './graph-event.ts';
import { ownersTime } from './mailbox-settings.ts';
import type { GraphApplication } from './oauth.ts';
import { pullCalendar } from './pull.ts';
import { keepSubscribed } from './subscriptions.ts';
import { AccessTokens, type Microsoft365Account } from './tokens.ts';

export interface Microsoft365Options {
  /** The registration by which an account is read, its credential opened. @throws ConnectorError where it can't be had. */
  application(id: string): Promise<GraphApplication>;
  time?: Time;
  random?: () => number;
}

export interface Microsoft365Connector extends CalendarConnector<Microsoft365Settings, Grant> {
  /** For what else is done at the account's mailbox: its settings, subscriptions. @throws ConnectorError */
  client(account: Microsoft365Account, signal: AbortSignal): Promise<GraphClient>;
}

export function microsoft365Connector(outbound: Outbound, options: Microsoft365Options): Microsoft365Connector {
  const { application, time = wallTime, random = Math.random } = options;
  const tokens = new AccessTokens(outbound, time);
  const gates = new Map<string, ApplicationGate>();

  async function open(account: Microsoft365Account, signal: AbortSignal) {
    if (!account.applicationId)
      throw new ConnectorError('refused', 'No Graph application is set for this account. Connect it anew.');
    const registered = await application(account.applicationId);
    const { graph, outlook } = addressesOf(registered);
    const key = `${graph} ${registered.clientId}`;
    let gate = gates.get(key);
    if (!gate) {
      gate = new ApplicationGate();
      gates.set(key, gate);
    }
    const { mailbox } = account.settings;
    const root = account.secret.kind === 'delegated' ? '/me' : rootOfMailbox(mailbox);
    const token = tokens.of(account, registered, signal);
    const client = new GraphClient({ outbound, address: graph, root, mailbox, gate, token, time, random, signal });
    return { client, outlook };
  }

  async function calendarsOf(client: GraphClient): Promise<RemoteCalendar[]> {
    const fields = 'id,name,color,hexColor,isDefaultCalendar,owner';
    const { values } = await client.list(`${client.root}/calendars?$select=${fields}&$top=100`, []);
    const calendars = values.filter(isPart);
    // Not the address that was signed in with: a mailbox has several.
    const own = ownerOf(calendars.find(({ isDefaultCalendar }) => isDefaultCalendar === true) ?? {});
    const found = calendars.flatMap((value) => remoteCalendar(value, own.address ?? client.mailbox) ?? []);
    // Where none is marked as the default one the first is it: a mailbox always has one.
    return found.some(({ selectedByDefault }) => selectedByDefault)
      ? found
      : found.map((calendar, index) => ({ ...calendar, selectedByDefault: index === 0 }));
  }

  return {
    kind: 'microsoft365',
    settingsSchema: microsoft365Settings,
    secretSchema: grantSchema,
    // Each costs a request of every mailbox; who waits for a new calendar asks for a look now.
    discoverEvery: Temporal.Duration.from({ hours: 48 }),
    // Only until a pull has shown how lively the mailbox is.
    defaultPoll: Temporal.Duration.from({ minutes: 5 }),

    client: async (account, signal) => (await open(account, signal)).client,

    ownersTime: async (account, signal) => ownersTime((await open(account, signal)).client),

    automaticReplies: {
      read: async (account, signal) => readReplies((await open(account, signal)).client),
      write: async (account, replies, signal) => writeReplies((await open(account, signal)).client, replies),
    },

    keepSubscribed: async (account, request, signal) => keepSubscribed((await open(account, signal)).client, request),

    async check(account, signal) {
      const steps: CheckStep[] = [];
      try {
        const { client } = await open(account, signal);
        const calendars = await calendarsOf(client);
        steps.push({ name: 'server', ok: true, message: `${client.host} answers.` });
        steps.push({ name: 'signIn', ok: true, message: `Microsoft 365 lets us read the mailbox ${client.mailbox}.` });
        const names = calendars.slice(0, 5).map(({ name }) => name);
        const more = calendars.length > names.length ? ` and ${calendars.length - names.length} more` : '';
        const count = calendars.length === 1 ? 'One calendar' : `${calendars.length} calendars`;
        const message =
          calendars.length > 0
            ? `${count} found: ${names.join(', ')}${more}.`
            : 'The sign-in works, but this mailbox has no calendar.';
        steps.push({ name: 'calendars', ok: calendars.length > 0, message });
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (error.errorClass === 'credentials' || error.errorClass === 'consent')
          if (steps.length === 0) steps.push({ name: 'server', ok: true, message: 'Microsoft 365 answers.' });
        const name = ['server', 'signIn', 'calendars'][steps.length] ?? 'calendars';
        steps.push({ name, ok: false, message: error.message, errorClass: error.errorClass });
      }
      return steps;
    },

    async discover(account, signal) {
      return calendarsOf((await open(account, signal)).client);
    },

    async *pull(account, request) {
      const { client } = await open(account, request.signal);
      try {
        yield* pullCalendar(client, request);
      } catch (error) {
        if (!(error instanceof GraphRefusal) || error.status !== 403) throw error;
        // Is it this calendar that is closed, or the mailbox? The others must go on being read if it is only this one.
        await client.request(`${client.root}/calendars?$select=id&$top=1`);
        const { secret } = account;
        const message =
          secret.kind === 'delegated' && !secret.scopes.some((scope) => scope.endsWith('.Shared'))
            ? 'To read calendars that others share Microsoft 365 wants the permission Calendars.Read.Shared. Sign in again to allow it.'
            : 'Microsoft 365 doesn’t let us read this calendar any more. Ask whoever shares it.';
        throw new ConnectorError('refused', message, { cause: error });
      }
    },

    expand: (source, window, timeZone) => expandKept(source, window, timeZone),
    freeBusy: { source: withoutSubjects },

    /** An immutable id opens nothing in Outlook on the web: the item is asked for its ordinary one. */
    async openLink(account, { calendar, source, occurrence }, signal) {
      const id = idOfOccurrence(source, occurrence);
      if (id === null) return null;
      const { client, outlook } = await open(account, signal);
      const inCalendar = `${client.root}/calendars/${encodeURIComponent(calendar.remoteId)}`;
      const event = await client.request(`${inCalendar}/events/${encodeURIComponent(id)}?$select=id,webLink`);
      const ordinary = textOf(event.id);
      if (outlook !== null && ordinary !== null && ordinary !== id)
        return `${outlook}/calendar/item/${encodeURIComponent(ordinary)}`;
      const link = textOf(event.webLink);
      return link && /^https?:\/\//i.test(link) ? link : null;
    },
  };
}

function ownerOf({ owner }: Part): { name: string | null; address: string | null } {
  const told = isPart(owner) ? owner : {};
  return { name: textOf(told.name) ?? textOf(told.address), address: textOf(told.address)?.toLowerCase() ?? null };
}

/** @param own address of the mailbox's owner. @returns null for what has no id. */
function remoteCalendar(value: Part, own: string): RemoteCalendar | null {
  const id = textOf(value.id);
  if (id === null) return null;
  const owner = ownerOf(value);
  const shared = owner.address !== null && owner.address !== own.toLowerCase();
  const name = textOf(value.name) ?? 'Calendar';
  const color = textOf(value.hexColor);
  return {
    remoteId: id,
    // Everybody's is called "Calendar": whose it is tells them apart.
    name: shared ? `${name} (${owner.name})` : name,
    color: color && /^#[0-9a-f]{6}$/i.test(color) ? color : null,
    selectedByDefault: value.isDefaultCalendar === true,
    told: !shared,
  };
}

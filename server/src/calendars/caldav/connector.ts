/** CalDAV (RFC 4791) as a calendar source. */
import { Resolver } from 'node:dns/promises';
import { z } from 'zod';
import type { Outbound } from '../../outbound/outbound.ts';
import {
  type CalendarConnector,
  type CheckStep,
  type ConnectorAccount,
  ConnectorError,
  type RemoteCalendar,
} from '../connector.ts';
import { expandSource } from '../icalendar/calendar-object.ts';
import { freeBusyText } from '../icalendar/free-busy.ts';
import { type CaldavSecret, davClient } from './dav-client.ts';
import { findContext, listCalendars, readPrincipal } from './discovery.ts';
import { addressesOf } from './owners.ts';
import { pullCollection } from './pull.ts';
import { parseTyped, type ServiceResolver, serviceAddress } from './service-address.ts';

export interface CaldavSettings {
  /** An https address, a server name, or an e-mail address. */
  address: string;
}

type Account = ConnectorAccount<CaldavSettings, CaldavSecret>;

const settingsSchema: z.ZodType<CaldavSettings> = z.object({
  address: z
    .string()
    .trim()
    .min(1, 'Enter the address of the calendar server.')
    .max(2000)
    .superRefine((address, context) => {
      try {
        parseTyped(address);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    }),
});

const secretSchema: z.ZodType<CaldavSecret> = z.discriminatedUnion(
  'kind',
  [
    z.object({
      kind: z.literal('basic'),
      // RFC 7617: a colon would end the user name early.
      username: z
        .string()
        .min(1, 'Enter the user name.')
        .regex(/^[^:]*$/, 'A user name has no colon.'),
      password: z.string(),
    }),
    z.object({ kind: z.literal('bearer'), token: z.string().regex(/^[\x21-\x7e]+$/, 'Enter the access token.') }),
  ],
  'Enter the user name and the password, or the access token, with which the calendar server is signed in to.',
);

/** Somebody waits for what is found. */
const discoveryTimeoutMs = 20_000;

const dnsResolver: ServiceResolver = new Resolver({ timeout: 3000, tries: 2 });

export function caldavConnector(
  outbound: Outbound,
  options: { resolver?: ServiceResolver } = {},
): CalendarConnector<CaldavSettings, CaldavSecret> {
  const resolver = options.resolver ?? dnsResolver;

  /** Finds everything; tells each step as it succeeds. @throws ConnectorError */
  async function explore(
    account: Account,
    signal: AbortSignal,
    tell: (step: string, found: string) => void,
  ): Promise<RemoteCalendar[]> {
    const { typed, candidates } = await serviceAddress(account.settings.address, resolver);
    const dav = davClient(outbound, typed, account.secret, signal, discoveryTimeoutMs);
    const context = await findContext(dav, candidates);
    const open =
      context.url.protocol === 'http:' ? ' The connection is not encrypted: others can read the password.' : '';
    tell('server', `${context.url.host} is a CalDAV server.${open}`);
    tell('signIn', `${context.url.host} accepted the sign-in.`);
    const principal = context.principal ? await readPrincipal(dav, context.principal) : null;
    const homes = principal?.homes.length ? principal.homes : context.homes;
    const calendars = await listCalendars(dav, homes.length > 0 ? homes : [context.url], context.principal);
    if (!context.isCalendar) return calendars;
    // One calendar was typed: that one is meant, the user's others are only offered.
    const own = calendars.some((calendar) => calendar.remoteId === context.url.href)
      ? []
      : await listCalendars(dav, [context.url], context.principal);
    return [...own, ...calendars].map((calendar) => ({
      ...calendar,
      selectedByDefault: calendar.remoteId === context.url.href,
    }));
  }

  return {
    kind: 'caldav',
    settingsSchema,
    secretSchema,
    // With sync-collection a look at an unchanged calendar is one small request.
    defaultPoll: Temporal.Duration.from({ minutes: 2 }),

    async check(account, signal) {
      const steps: CheckStep[] = [];
      try {
        const calendars = await explore(account, signal, (name, message) => steps.push({ name, ok: true, message }));
        const names = calendars.slice(0, 5).map((calendar) => calendar.name);
        const more = calendars.length > names.length ? ` and ${calendars.length - names.length} more` : '';
        const message =
          calendars.length > 0
            ? `${calendars.length === 1 ? 'One calendar' : `${calendars.length} calendars`} found: ${names.join(', ')}${more}.`
            : 'The sign-in works, but this user has no calendar there. Create one, or check the user name.';
        steps.push({ name: 'calendars', ok: calendars.length > 0, message });
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (error.errorClass === 'credentials' && steps.length === 0) {
          steps.push({ name: 'server', ok: true, message: 'The server answers.' });
        }
        const name = ['server', 'signIn', 'calendars'][steps.length] ?? 'calendars';
        steps.push({ name, ok: false, message: error.message, errorClass: error.errorClass });
      }
      return steps;
    },

    async discover(account, signal) {
      return await explore(account, signal, () => {});
    },

    async *pull(account, request) {
      const collection = new URL(request.calendar.remoteId);
      const dav = davClient(outbound, parseTyped(account.settings.address), account.secret, request.signal);
      yield* pullCollection(dav, collection, request, request.signal);
    },

    expand(source, window, timeZone, ownerAddresses) {
      return expandSource(source, { window, timeZone, ownerAddresses: addressesOf(source, ownerAddresses) });
    },

    freeBusy: { source: (source, ownerAddresses) => freeBusyText(source, addressesOf(source, ownerAddresses)) },
  };
}

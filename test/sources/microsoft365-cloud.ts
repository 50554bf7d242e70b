/**
 * The simulated Microsoft 365 without a socket: its answers come in the same process, cuts of connections included, so
 * that thousands of histories take seconds. And what it truly holds, taken from its world and not from its answers.
 */
import { setImmediate } from 'node:timers/promises';
import type { Interval } from '../../server/src/agenda/appointment.ts';
import { normalizedUid } from '../../server/src/agenda/meeting-key.ts';
import { ConnectorError } from '../../server/src/calendars/connector.ts';
import type { Time } from '../../server/src/calendars/gate.ts';
import type { DelegatedGrant } from '../../server/src/calendars/microsoft365/grant.ts';
import type { GraphApplication } from '../../server/src/calendars/microsoft365/oauth.ts';
import type { Outbound } from '../../server/src/outbound/outbound.ts';
import type { AppointmentRow } from '../../server/src/sync/rows.ts';
import type { Habits } from '../../simulators/microsoft365/habits.ts';
import type { Instance } from '../../simulators/microsoft365/mailbox/items.ts';
import type { Calendar, Mailbox } from '../../simulators/microsoft365/mailbox/mailbox.ts';
import { type Microsoft365Options, openMicrosoft365 } from '../../simulators/microsoft365/microsoft365.ts';
import type { Clock } from '../../simulators/microsoft365/world.ts';

export type Cloud = ReturnType<typeof inProcessCloud>;

export const graphScopes = ['User.Read', 'Calendars.Read', 'Calendars.Read.Shared', 'MailboxSettings.Read'];

/**
 * A cloud with one tenant and one registered application.
 * @param startAt epoch milliseconds of its clock.
 * @param more `after`: carries out what comes later by that clock (notices); without it nothing does.
 */
export function inProcessCloud(
  habits: Partial<Habits>,
  seed: number,
  startAt = Date.now(),
  { after = () => {}, ...more }: Pick<Microsoft365Options, 'send' | 'inspect'> & { after?: Clock['after'] } = {},
) {
  let now = startAt;
  const clock: Clock = { now: () => now, after };
  const address = 'http://graph.test';
  const simulated = openMicrosoft365({ ...more, habits: { ...habits, latency: [0, 0] }, seed, clock }, () => address);
  const { world } = simulated;
  const tenant = world.addTenant();
  const secrets = [{ value: 'right', expiresAt: startAt + 1e12 }];
  const adminConsent = { scopes: [], roles: ['Calendars.Read'] };
  const registered = world.addApplication({ tenantId: tenant.id, secrets, adminConsent });
  const application: GraphApplication = {
    ...{ id: 'app', name: 'Calendars', clientId: registered.clientId, tenantId: tenant.id },
    ...{ cloud: 'custom', loginAddress: address, graphAddress: address },
    credential: { kind: 'secret', secret: 'right' },
  };
  /** Waiting turns the clock. */
  const time: Time = {
    now: () => now,
    async sleep(milliseconds) {
      now += Math.ceil(milliseconds);
      await setImmediate();
    },
  };
  const outbound: Outbound = {
    async fetch(url, request) {
      request.signal?.throwIfAborted();
      const asked = new URL(url);
      const headers: Record<string, string> = { ...request.headers };
      const body = typeof request.body === 'string' ? request.body : '';
      const answer = await simulated.handle({ method: request.method ?? 'GET', url: asked, headers, body });
      const text =
        answer.body === null ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      if (asked.pathname.startsWith('/v1.0/') && text.length > 100 && world.chance(world.habits.cuts))
        throw new ConnectorError('unreachable', 'graph.test broke the connection off.');
      const bytes = Buffer.from(text);
      return {
        ...{ status: answer.status, headers: new Headers(answer.headers), url: asked.href, body: bytes },
        text: () => text,
      };
    },
    session: () => {
      throw new Error('Nothing here is reached by a session.');
    },
    connect: () => Promise.reject(new Error('Nothing here is reached by a socket.')),
    close: async () => {},
  };
  return {
    ...simulated,
    ...{ world, tenant, registered, application, outbound, time, address },
    turn(milliseconds: number) {
      now += Math.ceil(milliseconds);
    },
    grantOf(user: string, scopes: string[] = graphScopes): DelegatedGrant {
      const tokens = simulated.grant(registered.clientId, user, scopes);
      return {
        kind: 'delegated',
        refreshToken: tokens.refresh_token,
        accessToken: tokens.access_token,
        expiresAt: Temporal.Instant.fromEpochMilliseconds(now).add({ seconds: tokens.expires_in }).toString(),
        scopes,
      };
    },
  };
}

/** What a calendar of the mailbox holds in the window, one line an appointment, sorted. */
export function truthOf(mailbox: Mailbox, calendar: Calendar, window: Interval, timeZone: string): string[] {
  const source = calendar.shared ?? { mailbox, calendar: calendar.id };
  return source.mailbox
    .view(source.calendar, window.from.epochMilliseconds - 2 * 86_400_000, window.to.epochMilliseconds + 2 * 86_400_000)
    .flatMap((instance) => {
      const line = trueLine(instance, calendar.shared !== null, window, timeZone);
      return line ?? [];
    })
    .sort();
}

/** The rows that one item had at one moment: a version of a series. */
export const trueLine = (
  { item, fields, start, end }: Instance,
  shared: boolean,
  window: Interval,
  timeZone: string,
): string | null => {
  const day = (text: string) => Temporal.PlainDateTime.from(text).toPlainDate();
  const at = (local: string, milliseconds: number) =>
    fields.isAllDay
      ? day(local).toZonedDateTime(timeZone).toInstant()
      : Temporal.Instant.fromEpochMilliseconds(milliseconds);
  const [from, to] = [at(fields.start, start), at(fields.end, end)];
  if (!overlaps(from, to, window)) return null;
  const hidden = shared && fields.sensitivity !== 'normal';
  return lineOf({
    ...{ uid: normalizedUid(item.uid), series: item.recurrence !== null, from, to },
    ...{ allDay: fields.isAllDay ? fields.start.slice(0, 10) : null },
    ...{ title: hidden ? 'Private appointment' : fields.subject, showAs: fields.showAs },
    ...{ sensitivity: fields.sensitivity, response: fields.response, cancelled: fields.isCancelled },
  });
};

export const overlaps = (from: Temporal.Instant, to: Temporal.Instant, window: Interval): boolean =>
  Temporal.Instant.compare(from, window.to) < 0 &&
  (Temporal.Instant.compare(to, window.from) > 0 || (from.equals(to) && from.equals(window.from)));

/** The same line of what was stored. */
export const storedLine = (row: AppointmentRow): string =>
  lineOf({
    ...{ uid: row.uid, series: row.series, from: Temporal.Instant.from(row.starts_at) },
    ...{ to: Temporal.Instant.from(row.ends_at), allDay: row.start_date },
    ...{ title: row.title, showAs: row.show_as === 'outOfOffice' ? 'oof' : row.show_as },
    ...{ sensitivity: row.sensitivity, response: row.response, cancelled: row.cancelled },
  });

interface Line {
  uid: string;
  series: boolean;
  from: Temporal.Instant;
  to: Temporal.Instant;
  allDay: string | null;
  title: string;
  showAs: string;
  sensitivity: string;
  response: string;
  cancelled: boolean;
}

const lineOf = ({ uid, series, from, to, allDay, title, showAs, sensitivity, response, cancelled }: Line): string =>
  [uid, series, from, to, allDay, title, showAs, sensitivity, response, cancelled].join(' | ');

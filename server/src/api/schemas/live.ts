/** What travels on GET /api/v1/live, one type an event name. */
import { z } from '@hono/zod-openapi';
import { Id } from './common.ts';
import { ForwardingEntry, Presence } from './presence.ts';

/** event: presence. Of colleagues without reason and forwarding; of nobody with phones and mayAct. The id of the event resumes the stream. */
export const PresenceEvent = Presence.openapi('PresenceEvent');
export type PresenceEvent = z.infer<typeof PresenceEvent>;
/** event: agenda. The user's agenda changed: read it again. */
export const AgendaEvent = z.object({ userId: Id }).openapi('AgendaEvent');
export type AgendaEvent = z.infer<typeof AgendaEvent>;
/** event: account. An account's health or calendars changed: read it again. */
export const AccountEvent = z.object({ userId: Id, accountId: Id }).openapi('AccountEvent');
export type AccountEvent = z.infer<typeof AccountEvent>;
/** event: forwarding. A line of the forwarding log, for the user and administrators. */
export const ForwardingEvent = z.object({ userId: Id, entry: ForwardingEntry }).openapi('ForwardingEvent');
export type ForwardingEvent = z.infer<typeof ForwardingEvent>;
/** event: alert. There are news for administrators: read the alerts again. */
export const AlertEvent = z.object({}).openapi('AlertEvent');
/** event: reload. Too much was missed to be told one by one: read everything again. */
export const ReloadEvent = z.object({}).openapi('ReloadEvent');

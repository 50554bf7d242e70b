/** Every kind of calendar source there is, by the name accounts call it. */
import type { Outbound } from '../outbound/outbound.ts';
import { caldavConnector } from './caldav/connector.ts';
import type { CalendarConnector } from './connector.ts';
import { icalendarAddressConnector, icalendarFileConnector } from './icalendar/connector.ts';

/**
 * An account's settings and secret must have passed its connector's schemas: what a connector gets is what its own
 * schema lets through, so here the types of the kinds may meet as one.
 */
export function connectors(outbound: Outbound): Map<string, CalendarConnector> {
  const all = [caldavConnector(outbound), icalendarAddressConnector(outbound), icalendarFileConnector()];
  return new Map(all.map((connector) => [connector.kind, connector as CalendarConnector]));
}

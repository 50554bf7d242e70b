/** Every kind of calendar source there is, by the name accounts call it. */
import type { Outbound } from '../outbound/outbound.ts';
import { caldavConnector } from './caldav/connector.ts';
import { type CalendarConnector, ConnectorError } from './connector.ts';
import { exchangeConnector } from './exchange/connector.ts';
import type { ExchangeServer } from './exchange/exchange-server.ts';
import { icalendarAddressConnector, icalendarFileConnector } from './icalendar/connector.ts';
import { microsoft365Connector } from './microsoft365/connector.ts';
import type { GraphApplication } from './microsoft365/oauth.ts';

/**
 * An account's settings and secret must have passed its connector's schemas: what a connector gets is what its own
 * schema lets through, so here the types of the kinds may meet as one.
 * @param graphApplication registrations by which Microsoft 365 is read; left out where nothing is fetched.
 * @param exchangeServer servers by which Exchange is read, the same.
 */
export function connectors(
  outbound: Outbound,
  graphApplication: (id: string) => Promise<GraphApplication> = noApplications,
  exchangeServer: (id: string) => Promise<ExchangeServer> = noServers,
): Map<string, CalendarConnector> {
  const all = [
    ...[caldavConnector(outbound), icalendarAddressConnector(outbound), icalendarFileConnector()],
    microsoft365Connector(outbound, { application: graphApplication }),
    exchangeConnector(outbound, { server: exchangeServer }),
  ];
  return new Map(all.map((connector) => [connector.kind, connector as CalendarConnector]));
}

const noApplications = () => Promise.reject(new ConnectorError('internal', 'There are no Graph applications here.'));
const noServers = () => Promise.reject(new ConnectorError('internal', 'There are no Exchange servers here.'));

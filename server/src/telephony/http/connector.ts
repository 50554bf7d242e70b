/** Any phone system with an HTTP interface, by templates that the administrator writes (settings.ts). */
import type { Outbound } from '../../outbound/outbound.ts';
import type { PhoneSystemConnector } from '../connector.ts';
import { httpConnection } from './connection.ts';
import type { HttpSecret, HttpSettings } from './settings.ts';

export const httpConnector = (outbound: Outbound): PhoneSystemConnector<HttpSettings, HttpSecret> => ({
  kind: 'http',
  async connect({ settings, secret, tokens }) {
    return httpConnection({ outbound, settings, secret, tokens });
  },
});

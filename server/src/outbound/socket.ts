/** Connections for protocols that aren't HTTP (LDAP): the same address rules and the same trust, without the proxy. */
import type { LookupAddress } from 'node:dns';
import net, { type Socket } from 'node:net';
import type tls from 'node:tls';
import { ConnectorError } from '../calendars/connector.ts';
import { checkAddresses, type Route } from './connection.ts';
import { explain } from './failure.ts';
import type { OutboundSocket } from './outbound.ts';

/**
 * Connects to the first address that answers, of those that were checked.
 * @throws ConnectorError 'refused' (address rules) or 'unreachable'
 */
export async function connectSocket(
  host: string,
  port: number,
  route: Route,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<OutboundSocket> {
  const place = new URL(`tcp://${net.isIPv6(host) ? `[${host}]` : host}:${port}`);
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([deadline, signal]) : deadline;
  try {
    const addresses = net.isIP(host) ? [{ address: host, family: net.isIP(host) }] : await route.resolve(host);
    checkAddresses(host, addresses, route);
    const socket = await firstToAnswer(addresses, port, either);
    return { socket, tlsOptions: tlsOptions(host, route.secureContext) };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (!deadline.aborted) throw explain(error, place);
    const message = `${place.host} did not answer within ${timeoutMs / 1000} seconds.`;
    throw new ConnectorError('unreachable', message, { cause: error });
  }
}

/** RFC 6066 allows names only as the server's name; an address is compared with the certificate by `host`. */
const tlsOptions = (host: string, secureContext: tls.SecureContext): tls.ConnectionOptions => ({
  secureContext,
  host,
  ...(net.isIP(host) ? {} : { servername: host }),
});

async function firstToAnswer(addresses: readonly LookupAddress[], port: number, signal: AbortSignal): Promise<Socket> {
  let last: unknown = Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  for (const { address } of addresses) {
    try {
      return await opened(address, port, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      last = error;
    }
  }
  throw last;
}

function opened(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    const stop = () => socket.destroy(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

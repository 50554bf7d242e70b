/**
 * Opens the sockets: names are resolved here, every answer is checked, and the socket goes to the very addresses that
 * were checked. There is no second lookup in which a name could change its answer (DNS rebinding).
 */
import type { LookupAddress } from 'node:dns';
import dns from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import net, { type LookupFunction, type Socket } from 'node:net';
import tls from 'node:tls';
import { buildConnector } from 'undici';
import { ConnectorError } from '../calendars/connector.ts';
import { isInternal, type Network, whyRefused, whyRefusedToAdministrators } from './address-rules.ts';

export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export interface Route {
  typedBy: 'user' | 'administrator';
  allowedNetworks: readonly Network[];
  /** `http://proxy.example.com:3128`, credentials in it are sent to the proxy only; null: direct. */
  proxy: URL | null;
  /** Names are left to the proxy to resolve (where only it can); the address rules then see IP literals only. */
  proxyResolvesNames: boolean;
  secureContext: tls.SecureContext;
  resolve: Resolve;
  /** Hosts that turned out to lie inside the company. Packing their answers would cost more time than it saves. */
  near: Set<string>;
}

const connectTimeoutMs = 15_000;

export const systemResolve: Resolve = (hostname) => dns.lookup(hostname, { all: true, order: 'verbatim' });

/** Certificates of Node, of the operating system and of the company, read once. */
export function trust(companyCertificates: readonly string[]): tls.SecureContext {
  const certificates = new Set([
    ...tls.getCACertificates('default'),
    ...tls.getCACertificates('system'),
    ...companyCertificates,
  ]);
  return tls.createSecureContext({ ca: [...certificates] });
}

/**
 * Every target passes here before it is connected to.
 * @throws ConnectorError 'refused'
 */
export function checkAddresses(host: string, addresses: readonly LookupAddress[], route: Route): void {
  const why = route.typedBy === 'administrator' ? whyRefusedToAdministrators : whyRefused;
  for (const { address } of addresses) {
    const reason = why(address, route.allowedNetworks);
    if (reason === null) continue;
    const subject = net.isIP(host) ? host : `${host} leads to ${address}, which`;
    throw new ConnectorError(
      'refused',
      `${subject} is ${reason}. If it is meant, an administrator can allow that network in the network settings.`,
    );
  }
  if (isNear(addresses, route)) route.near.add(host);
}

const isNear = (addresses: readonly LookupAddress[], { allowedNetworks }: Route) =>
  addresses.length > 0 && addresses.every(({ address }) => isInternal(address, allowedNetworks));

/** What undici opens its connections with. */
export function connectorFor(route: Route): buildConnector.connector {
  const tlsOptions = { secureContext: route.secureContext, timeout: connectTimeoutMs, allowH2: false };
  const direct = buildConnector({ ...tlsOptions, lookup: checkedLookup(route) });
  const tunnelled = buildConnector(tlsOptions);
  const { proxy } = route;
  if (!proxy) return direct;
  return (options, callback) => {
    const host = bareHost(options.hostname);
    chooseTarget(host, route)
      .then(async (target) => {
        if (target === 'direct') return direct(options, callback);
        const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
        const socket = await openTunnel(proxy, target, port, route);
        if (options.protocol !== 'https:') return callback(null, socket);
        tunnelled({ ...options, httpSocket: socket }, callback);
      })
      .catch((error) => callback(error, null));
  };
}

/** Resolves and checks in the one lookup that the connection itself uses. */
function checkedLookup(route: Route): LookupFunction {
  return (hostname, options, callback) => {
    route
      .resolve(hostname)
      .then((addresses) => {
        checkAddresses(hostname, addresses, route);
        const family = options.family === 4 || options.family === 6 ? options.family : 0;
        const fitting = family ? addresses.filter((each) => each.family === family) : addresses;
        const first = fitting[0];
        if (!first) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
        if (options.all) callback(null, fitting);
        else callback(null, first.address, first.family);
      })
      .catch((error) => callback(error, '', 0));
  };
}

/** The name or checked address to ask the proxy for, or 'direct' for what lies inside the company. */
async function chooseTarget(host: string, route: Route): Promise<string> {
  if (!net.isIP(host) && route.proxyResolvesNames) return host;
  const addresses = net.isIP(host) ? [{ address: host, family: net.isIP(host) }] : await route.resolve(host);
  checkAddresses(host, addresses, route);
  const first = addresses[0];
  if (!first) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  if (isNear(addresses, route)) return 'direct';
  return first.address;
}

/** HTTP CONNECT (RFC 9110 section 9.3.6). */
function openTunnel(proxy: URL, target: string, port: number, route: Route): Promise<Socket> {
  const authority = net.isIPv6(target) ? `[${target}]:${port}` : `${target}:${port}`;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const headers: Record<string, string> = { host: authority };
  if (proxy.username) {
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    headers['proxy-authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  const fail = (reason: string, cause?: unknown) =>
    reject(new ConnectorError('unreachable', `The proxy ${proxy.host} ${reason}.`, { cause }));
  const request = (proxy.protocol === 'https:' ? https : http).request({
    host: bareHost(proxy.hostname),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: authority,
    headers,
    agent: false,
    timeout: connectTimeoutMs,
    ...(proxy.protocol === 'https:' ? { secureContext: route.secureContext } : {}),
  });
  request.on('connect', (response, socket, head) => {
    if (response.statusCode === 200 && head.length === 0) return resolve(socket);
    socket.destroy();
    const status = response.statusCode ?? 0;
    if (status === 407) return fail('wants other credentials. Check the proxy in the network settings');
    fail(`refused the way to ${target} (status ${status})`);
  });
  request.on('response', (response) => {
    response.destroy();
    fail(`answered ${response.statusCode} instead of opening the way to ${target}`);
  });
  request.on('timeout', () => request.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
  request.on('error', (error) => fail('can’t be reached. Check it in the network settings', error));
  request.end();
  return promise;
}

/** URL writes IPv6 literals in brackets; sockets want them without. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * Which address a request comes from. Behind a reverse proxy that is what the proxy says in X-Forwarded-For; from anybody
 * else that header means nothing, or whoever guesses passwords would be somebody else with each try. Pure.
 */
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Network } from '../outbound/address-rules.ts';

/**
 * Read from the right, where the nearest proxy writes: the first address that isn't a trusted proxy's own.
 * @param peer as the socket tells it.
 */
export function clientOf(peer: string, forwardedFor: string | undefined, trusted: readonly Network[]): string {
  let client = plain(peer);
  const hops = forwardedFor?.split(',').map((hop) => hop.trim()) ?? [];
  while (client !== null && isTrusted(client, trusted) && hops.length > 0) {
    const next = plain(hops.pop()!);
    if (next === null) break; // nonsense: what came before it is nobody's word
    client = next;
  }
  return client ?? peer;
}

const isTrusted = (address: string, trusted: readonly Network[]): boolean => {
  if (trusted.length === 0) return false;
  const parsed = ipaddr.process(address);
  return trusted.some(
    ({ address: network, prefix }) =>
      network.kind() === parsed.kind() && (parsed as ipaddr.IPv6).match(network as ipaddr.IPv6, prefix),
  );
};

/** Some proxies add a port, and brackets around IPv6. */
function plain(text: string): string | null {
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const address = bracketed ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1').replace(/%.*$/, '');
  if (isIPv4(address)) return address; // nearly always, and cheaper to tell
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : null;
}

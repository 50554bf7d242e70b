/**
 * Which addresses the server may be sent to by somebody who merely typed one. Pure. Everything that is not plainly a
 * host on the public internet is refused: a list of "bad" ranges would miss the next one IANA sets aside.
 * Sources: IANA special-purpose registries for IPv4 and IPv6 (RFC 6890), RFC 6052 (NAT64), RFC 4291.
 */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network an administrator allowed. */
export interface Network {
  address: Address;
  prefix: number;
}

const rangeWords: Record<string, string> = {
  unspecified: 'an unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address',
  loopback: 'a loopback address (the server itself)',
  carrierGradeNat: 'an address inside a provider (carrier-grade NAT)',
  private: 'a private address',
  uniqueLocal: 'a private address',
  '6to4': 'a 6to4 tunnel address',
  teredo: 'a Teredo tunnel address',
};

/** Answers only inside Azure's machines although the address is public (its metadata and agent service). */
const azurePlatform = '168.63.129.16';

/**
 * Reads `10.0.0.0/8`, `fd00::/8` or a single address.
 * @throws Error in plain words for anything else.
 */
export function parseNetwork(text: string): Network {
  const [address = '', prefix, ...rest] = text.trim().split('/');
  const parsed = parseAddress(address);
  const bits = parsed?.kind() === 'ipv4' ? 32 : 128;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!parsed || rest.length > 0 || !(length <= bits)) {
    throw new Error(`"${text}" is not a network. Write it like 10.0.0.0/8, fd00::/8 or 192.168.1.20.`);
  }
  return { address: parsed, prefix: length };
}

/**
 * Why a connection to this IP address is refused, in words that follow "is"; null when it is permitted.
 * IPv4 inside IPv6 (mapped, NAT64) is judged by the IPv4 address the packets end up at.
 */
export function whyRefused(address: string, allowed: readonly Network[]): string | null {
  const parsed = parseAddress(address);
  if (!parsed) return 'not an IP address that can be checked';
  const target = unwrap(parsed);
  if (isIn(parsed, allowed) || isIn(target, allowed)) return null;
  const range = target.range();
  if (range === 'rfc6052') return 'a local NAT64 address';
  if (range !== 'unicast') return rangeWords[range] ?? 'a reserved address';
  if (target.kind() === 'ipv4') {
    return target.toString() === azurePlatform ? 'a cloud platform’s internal address' : null;
  }
  return whyNotGlobal(target as ipaddr.IPv6);
}

/** Of cloud platforms, in ranges that are private or a provider's elsewhere: AWS by IPv6, Alibaba. */
const metadataServices = new Set(['fd00:ec2::254', '100.100.100.200']);

/**
 * What even an administrator's address may not lead to unless the network is allowed: link-local addresses and metadata
 * services, which hand a cloud machine's credentials to whoever asks from it. Words as whyRefused; null: permitted.
 */
export function whyRefusedToAdministrators(address: string, allowed: readonly Network[]): string | null {
  const reason = whyRefused(address, allowed);
  const parsed = parseAddress(address);
  if (reason === null || parsed === null) return reason;
  const target = unwrap(parsed);
  const text = target.toString();
  if (target.range() === 'linkLocal') return reason;
  return text === azurePlatform || metadataServices.has(text) ? 'a cloud platform’s internal address' : null;
}

/** Whether this address lies inside the company as far as its number tells (such targets never go through a proxy). */
export function isInternal(address: string, allowed: readonly Network[]): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && (isIn(parsed, allowed) || whyRefused(address, []) !== null);
}

function whyNotGlobal(address: ipaddr.IPv6): string | null {
  // Global unicast is 2000::/3 only; ipaddr.js calls everything without a name "unicast", site-local fec0::/10 too.
  if (((address.parts[0] ?? 0) & 0xe000) !== 0x2000) return 'a reserved address';
  // ISATAP (RFC 5214) hides an IPv4 address behind the interface identifier [02]00:5efe.
  if (((address.parts[4] ?? 0) & 0xfdff) === 0 && address.parts[5] === 0x5efe) return 'an ISATAP tunnel address';
  return null;
}

function unwrap(address: Address): Address {
  if (address.kind() === 'ipv4') return address;
  const v6 = address as ipaddr.IPv6;
  const [a, b, c, d, e, f] = v6.parts as [number, number, number, number, number, number];
  const isMapped = !a && !b && !c && !d && ((!e && f === 0xffff) || (e === 0xffff && !f)); // ::ffff:0:0/96, ::ffff:0:0:0/96
  // 64:ff9b::/96 only: in the local-use 64:ff9b:1::/48 nobody knows where the IPv4 address stands.
  const isNat64 = a === 0x64 && b === 0xff9b && !c && !d && !e && !f;
  return isMapped || isNat64 ? new ipaddr.IPv4(v6.toByteArray().slice(12)) : address;
}

function isIn(address: Address, networks: readonly Network[]): boolean {
  return networks.some((network) => {
    if (network.address.kind() !== address.kind()) return false;
    return (address as ipaddr.IPv6).match(network.address as ipaddr.IPv6, network.prefix);
  });
}

/** Strict: no octal, hexadecimal or short forms, and no zone (`%eth0`), which would name an interface of the server. */
function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':') || text.includes('%')) return null;
  // ipaddr.js reads ::1.2.3.4 as the mapped ::ffff:1.2.3.4, which is another address: hand it hexadecimal only.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const plain = dotted ? `${dotted[1]}${asHexadecimal(dotted[2]!)}` : text;
  return ipaddr.IPv6.isValid(plain) ? ipaddr.IPv6.parse(plain) : null;
}

function asHexadecimal(ipv4: string): string {
  if (!ipaddr.IPv4.isValidFourPartDecimal(ipv4)) return ipv4;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(ipv4).octets;
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

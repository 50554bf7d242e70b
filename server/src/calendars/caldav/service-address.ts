/**
 * From what a person typed to the addresses where a CalDAV server may answer (RFC 6764): an https address, a bare
 * server name, or an e-mail address whose domain names its server in DNS.
 */
import { ConnectorError } from '../connector.ts';

export interface ServiceResolver {
  resolveSrv(name: string): Promise<{ name: string; port: number; priority: number; weight: number }[]>;
  resolveTxt(name: string): Promise<string[][]>;
}

export interface ServiceAddress {
  /** Whom the credentials are meant for. */
  typed: URL;
  /** To be tried in this order. */
  candidates: URL[];
}

const wellKnown = '/.well-known/caldav';

/** @throws ConnectorError 'refused' when it is no address at all */
export async function serviceAddress(text: string, resolver: ServiceResolver): Promise<ServiceAddress> {
  const typed = parseTyped(text);
  if (typed.pathname !== '/' || typed.search) {
    return { typed, candidates: [typed, new URL(wellKnown, typed), new URL('/', typed)] };
  }
  const named = typed.port === '' && !/^https?:/i.test(text.trim()) ? await namedInDns(typed.hostname, resolver) : [];
  return { typed, candidates: [...named, new URL(wellKnown, typed), typed] };
}

/** The address as a URL, without asking anybody. @throws ConnectorError 'refused' */
export function parseTyped(text: string): URL {
  const trimmed = text.trim();
  const withoutMailbox = trimmed.startsWith('mailto:') ? trimmed.slice(7) : trimmed;
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(withoutMailbox);
  // Everything before the last @ of an e-mail address is the mailbox.
  const url = URL.parse(hasScheme ? withoutMailbox : `https://${withoutMailbox.replace(/^.*@/, '')}`);
  if (!url?.hostname || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    const example = 'Write an https address, a server name or an e-mail address.';
    throw new ConnectorError(
      'refused',
      `“${trimmed.slice(0, 100)}” is not the address of a calendar server. ${example}`,
    );
  }
  if (url.username || url.password) {
    throw new ConnectorError(
      'refused',
      'Write the user name and password into their own fields, not into the address.',
    );
  }
  url.hash = '';
  return url;
}

/** SRV records in order of priority; a TXT record may name the path. No record, no DNS: nothing is named. */
async function namedInDns(domain: string, resolver: ServiceResolver): Promise<URL[]> {
  const service = `_caldavs._tcp.${domain}`;
  const records = await resolver.resolveSrv(service).catch(() => []);
  const usable = records.filter((record) => record.name !== '' && record.name !== '.');
  if (usable.length === 0) return [];
  const texts = await resolver.resolveTxt(service).catch(() => []);
  const path = texts
    .map((parts) => parts.join(''))
    .find((text) => text.startsWith('path='))
    ?.slice(5);
  return usable
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
    .flatMap(
      (record) => URL.parse(path?.startsWith('/') ? path : wellKnown, `https://${record.name}:${record.port}`) ?? [],
    );
}

/** What follows a redirect. Pure. RFC 9110 section 15.4, and the rule that credentials stay with their origin. */

export interface Hop {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

/** Headers that say nothing about who asks: they may follow to another origin. Everything else may be a credential. */
const harmless = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'brief',
  'content-type',
  'depth',
  'if-modified-since',
  'if-none-match',
  'prefer',
  'user-agent',
]);

/** Methods that only ask: repeating their body elsewhere gives nothing away. */
const asking = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** The next request, or why it isn't made (in plain words that follow "The redirect was refused: "). */
export function followRedirect(hop: Hop, status: number, location: string): Hop | { refused: string } {
  const url = URL.parse(location, hop.url);
  if (!url) return { refused: 'its target is not an address' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { refused: `${url.protocol} is not http(s)` };
  if (url.username || url.password) return { refused: 'its target contains a user name or password' };
  const sameOrigin = url.origin === hop.url.origin;
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(([name]) => sameOrigin || harmless.has(name.toLowerCase())),
  );
  const carriesCredentials = Object.keys(headers).length < Object.keys(hop.headers).length;
  if (hop.url.protocol === 'https:' && url.protocol === 'http:' && carriesCredentials) {
    return { refused: `it leads from https to unencrypted http (${url.host})` };
  }
  // 303 always becomes GET; 301 and 302 only for POST, as every browser does. PROPFIND and REPORT stay what they are.
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status !== 307 && status !== 308 && hop.method === 'POST';
  if (becomesGet) {
    delete headers['content-type'];
    return { url, method: 'GET', headers, body: undefined };
  }
  if (!sameOrigin && hop.body !== undefined && !asking.has(hop.method)) {
    return { refused: `a ${hop.method} body is not sent on to another server (${url.host})` };
  }
  return { url, method: hop.method, headers, body: hop.body };
}

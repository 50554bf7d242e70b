/**
 * Finds where EWS is from a mail domain, in Microsoft's order: without credentials where that is enough (version 2), then
 * plain XML at the domain's own hosts, then where an unencrypted answer or DNS points to.
 *
 * The password goes over valid TLS only, and only to hosts of the mail domain or such as they name: plain HTTP and DNS
 * can be forged by anybody in between, so what they say of other domains is told to the administrator and not followed.
 * Source: MS-OXDISCO 3.1.5, "Generate a list of Autodiscover endpoints" (Microsoft).
 */
import dns from 'node:dns/promises';
import { ConnectorError } from '../../connector.ts';
import { type AutodiscoverAnswer, plainXmlRequest, readJson, readPlainXml } from './answers.ts';
import { type AskingParts, askSignedIn } from './signed-in.ts';

export interface Discovered {
  /** Of EWS. */
  address: URL;
  /** Of Outlook on the web; null where it isn't told. */
  webMail: URL | null;
  /** Mailboxes with the same may share a stream; null where it isn't told. */
  grouping: string | null;
  /** Who told it, for people. */
  foundAt: string;
}

export type ResolveSrv = (name: string) => Promise<{ name: string; port: number; priority: number }[]>;

export interface DiscoveryParts extends AskingParts {
  /** Whose server is looked for; its domain counts unless the server has one of its own. */
  mailbox: string;
  /** DNS, for tests. */
  resolveSrv?: ResolveSrv;
}

const mostAsked = 12;
const timeoutMs = 10_000;

/** @throws ConnectorError 'notFound' with each place that was asked; 'credentials' where only the sign-in failed. */
export async function discoverExchange(parts: DiscoveryParts): Promise<Discovered> {
  const domain = (parts.server.mailDomain ?? parts.mailbox.split('@').at(-1) ?? '').toLowerCase();
  if (!/^[a-z0-9.-]+$/.test(domain))
    throw new ConnectorError('refused', 'Autodiscover needs a mail domain, such as example.com.');
  return new Search(parts, domain).run();
}

class Search {
  readonly #parts: DiscoveryParts;
  readonly #domain: string;
  readonly #asked = new Set<string>();
  readonly #failures: string[] = [];
  readonly #strangers: string[] = [];
  #signInFailed: ConnectorError | null = null;
  #mailbox: string;

  constructor(parts: DiscoveryParts, domain: string) {
    this.#parts = parts;
    this.#domain = domain;
    this.#mailbox = parts.mailbox;
  }

  async run(): Promise<Discovered> {
    const hosts = [this.#domain, `autodiscover.${this.#domain}`];
    for (const host of hosts) {
      const found = await this.#json(`https://${host}`);
      if (found) return found;
    }
    for (const host of hosts) {
      const found = await this.#plainXml(`https://${host}/autodiscover/autodiscover.xml`);
      if (found) return found;
    }
    for (const url of [await this.#unencryptedRedirect(), ...(await this.#serviceRecords())]) {
      if (url === null || !this.#isOurs(url)) continue;
      const found = (await this.#json(url.origin)) ?? (await this.#plainXml(url.href));
      if (found) return found;
    }
    throw this.#failure();
  }

  /** Told of by DNS or without TLS: only within the mail domain. */
  #isOurs(url: URL): boolean {
    const host = url.hostname.toLowerCase();
    const ours = host === this.#domain || host.endsWith(`.${this.#domain}`);
    if (!ours) this.#strangers.push(url.host);
    return ours && url.protocol === 'https:';
  }

  async #json(origin: string): Promise<Discovered | null> {
    const url = new URL('/autodiscover/autodiscover.json', origin);
    url.searchParams.set('Email', this.#mailbox);
    url.searchParams.set('Protocol', 'EWS');
    return this.#jsonAt(url);
  }

  async #jsonAt(url: URL): Promise<Discovered | null> {
    const answer = await this.#tried(url, async () => {
      const headers = { accept: 'application/json' };
      const response = await this.#parts.outbound.fetch(url, { ...this.#request(), headers });
      const elsewhere = redirectOf(response, url);
      if (elsewhere) return { kind: 'elsewhere', url: elsewhere.href };
      if (response.status !== 200) throw new ConnectorError('notFound', `HTTP ${response.status}`);
      return readJson(response.text());
    });
    const next = answer?.kind === 'elsewhere' ? URL.parse(answer.url) : null;
    if (next?.protocol === 'https:') return await this.#jsonAt(next);
    return answer?.kind === 'found' ? this.#found(answer, url) : null;
  }

  async #plainXml(href: string): Promise<Discovered | null> {
    const url = URL.parse(href);
    if (url?.protocol !== 'https:') return null;
    const answer = await this.#tried(url, () => this.#askPlainXml(url));
    switch (answer?.kind) {
      case 'found':
        return this.#found(answer, url);
      case 'elsewhere':
        return await this.#plainXml(answer.url);
      case 'otherAddress': {
        this.#mailbox = answer.address;
        const domain = answer.address.split('@').at(-1);
        return await this.#plainXml(`https://autodiscover.${domain}/autodiscover/autodiscover.xml`);
      }
      default:
        return null;
    }
  }

  async #askPlainXml(url: URL): Promise<AutodiscoverAnswer> {
    const answer = await askSignedIn(this.#parts, url, plainXmlRequest(this.#mailbox));
    const elsewhere = redirectOf(answer, url);
    if (elsewhere) return { kind: 'elsewhere', url: elsewhere.href };
    if (answer.status !== 200) throw new ConnectorError('notFound', `HTTP ${answer.status}`);
    return readPlainXml(answer.text, url.host);
  }

  async #unencryptedRedirect(): Promise<URL | null> {
    const url = new URL(`http://autodiscover.${this.#domain}/autodiscover/autodiscover.xml`);
    try {
      return redirectOf(await this.#parts.outbound.fetch(url, this.#request()), url);
    } catch {
      this.#parts.signal?.throwIfAborted();
      return null;
    }
  }

  async #serviceRecords(): Promise<URL[]> {
    const resolve: ResolveSrv = this.#parts.resolveSrv ?? dns.resolveSrv;
    const records = await resolve(`_autodiscover._tcp.${this.#domain}`).catch(() => []);
    return records
      .toSorted((a, b) => a.priority - b.priority)
      .map(({ name, port }) => URL.parse(`https://${name}:${port}/autodiscover/autodiscover.xml`))
      .filter((url) => url !== null);
  }

  #request() {
    const { server, signal } = this.#parts;
    return {
      typedBy: 'administrator' as const,
      authority: server.authority,
      maxRedirects: 0,
      maxBytes: 1_000_000,
      timeoutMs,
      ...(signal && { signal }),
    };
  }

  /** Each place once; what goes wrong there is kept for the message. */
  async #tried(url: URL, ask: () => Promise<AutodiscoverAnswer>): Promise<AutodiscoverAnswer | null> {
    if (this.#asked.has(url.href) || this.#asked.size >= mostAsked) return null;
    this.#asked.add(url.href);
    try {
      const answer = await ask();
      if (answer.kind === 'nothing') this.#failures.push(`${url.host}: ${answer.reason.slice(0, 100)}`);
      return answer;
    } catch (error) {
      this.#parts.signal?.throwIfAborted();
      if (!(error instanceof ConnectorError)) throw error;
      if (error.errorClass === 'credentials') this.#signInFailed ??= error;
      const { message } = error;
      this.#failures.push(message.includes(url.host) ? message.replace(/\.$/, '') : `${url.host}: ${message}`);
      return null;
    }
  }

  /** The first that is https: passwords go there. */
  #found(answer: Extract<AutodiscoverAnswer, { kind: 'found' }>, url: URL): Discovered | null {
    const address = answer.ews.map((text) => URL.parse(text)).find((each) => each?.protocol === 'https:');
    if (!address) {
      this.#failures.push(`${url.host}: its address of Exchange Web Services isn’t https`);
      return null;
    }
    const webMail = answer.webMail === null ? null : URL.parse(answer.webMail);
    return { address, webMail, grouping: answer.grouping, foundAt: url.host };
  }

  #failure(): ConnectorError {
    if (this.#signInFailed) return this.#signInFailed;
    const [stranger] = this.#strangers;
    if (stranger)
      return new ConnectorError(
        'refused',
        `Autodiscover of ${this.#domain} leads to ${stranger}, outside of the domain, in a way that can be forged. If that is your server, enter its address.`,
      );
    return new ConnectorError(
      'notFound',
      `No Exchange server was found for ${this.#domain}. Enter its address. (${[...new Set(this.#failures)].join('; ')})`,
    );
  }
}

function redirectOf({ status, headers }: { status: number; headers: Headers }, url: URL): URL | null {
  const location = headers.get('location');
  return status >= 300 && status < 400 && location !== null ? URL.parse(location, url) : null;
}

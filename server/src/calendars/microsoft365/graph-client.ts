/**
 * Requests to Graph for one mailbox: signed in, few at a time, patient with 429 and 5xx within bounds, and nowhere but
 * to the configured host. Source: "Microsoft Graph throttling guidance", "Microsoft Graph error responses".
 */
import type { Outbound } from '../../outbound/outbound.ts';
import { parseRetryAfter } from '../../outbound/retry-after.ts';
import { ConnectorError } from '../connector.ts';
import { longestWaitMs, pause, type Time, waitUntil } from '../gate.ts';
import { type ApplicationGate, throttled } from './gate.ts';
import { isPart, type Part, textOf } from './graph-event.ts';

/** Times are told in UTC, and an item keeps its id when it is moved. */
export const preferUtc = 'outlook.timezone="UTC"';
export const preferImmutable = 'IdType="ImmutableId"';
export const preferEvents = [preferUtc, preferImmutable];

export interface GraphAnswer {
  status: number;
  /** Null where there is no body. */
  body: Part | null;
  /** Of Retry-After. */
  retryAt: Temporal.Instant | null;
}

export interface GraphRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `Prefer`, one after the other. */
  prefer?: readonly string[];
  body?: object;
}

/** Gives the token that lets us in. @param spoilt one that Graph has just refused. @throws ConnectorError */
export type AccessToken = (spoilt: string | null) => Promise<string>;

export interface GraphClientParts {
  outbound: Outbound;
  /** Origin of Graph. */
  address: string;
  /** "/me", or "/users/{address}" for the application itself. */
  root: string;
  /** For messages and for what is kept of it. */
  mailbox: string;
  gate: ApplicationGate;
  token: AccessToken;
  time: Time;
  random: () => number;
  signal: AbortSignal;
}

/** A good answer, or an error with what Graph said. */
export class GraphRefusal extends ConnectorError {
  readonly status: number;
  /** Graph's codes, such as ErrorItemNotFound, the inner ones last. */
  readonly codes: readonly string[];
  constructor(status: number, codes: readonly string[], ...rest: ConstructorParameters<typeof ConnectorError>) {
    super(...rest);
    this.name = 'GraphRefusal';
    this.status = status;
    this.codes = codes;
  }
}

const version = '/v1.0';

/** "@" is written as it is (RFC 3986 section 3.3), as Microsoft's examples do: not every reader of a `resource` decodes. */
export const rootOfMailbox = (mailbox: string): string =>
  `/users/${encodeURIComponent(mailbox).replaceAll('%40', '@')}`;
const mostTries = 4;
const firstPauseMs = 250;
const maxBytes = 60_000_000;

export class GraphClient {
  readonly root: string;
  readonly mailbox: string;
  readonly host: string;
  readonly #parts: GraphClientParts;

  constructor(parts: GraphClientParts) {
    this.#parts = parts;
    this.root = parts.root;
    this.mailbox = parts.mailbox;
    this.host = new URL(parts.address).host;
  }

  /** @param path after /v1.0, or a whole address that Graph gave. @throws ConnectorError for every other status. */
  async request(path: string, request: GraphRequest = {}): Promise<Part> {
    const { status, body, retryAt } = await this.answer(path, request);
    if (status < 200 || status > 299) throw this.refusal(status, body, retryAt);
    if (body === null && status !== 202 && status !== 204)
      throw new ConnectorError('malformed', `${this.host} answered with something that isn’t JSON.`);
    return body ?? {};
  }

  /** Every answer that isn't to be waited for: what it means is for the caller. @throws ConnectorError */
  async answer(path: string, { method = 'GET', prefer = [], body }: GraphRequest = {}): Promise<GraphAnswer> {
    const { outbound, gate, time, random, signal } = this.#parts;
    const url = this.#urlOf(path);
    const mailbox = gate.mailbox(this.mailbox);
    let spoilt: string | null = null;
    for (let tries = 1; ; tries++) {
      const last = tries >= mostTries;
      const leave = await mailbox.enter();
      try {
        const closedUntil = Math.max(mailbox.closedUntil, gate.closedUntil);
        await waitUntil(time, closedUntil, (until) => throttled(this.host, until), signal);
        const token = await this.#parts.token(spoilt);
        let answer: GraphAnswer;
        try {
          const response = await outbound.fetch(url, {
            method,
            headers: {
              authorization: `Bearer ${token}`,
              accept: 'application/json',
              ...(prefer.length > 0 && { prefer: prefer.join(', ') }),
              ...(body && { 'content-type': 'application/json' }),
            },
            ...(body && { body: JSON.stringify(body) }),
            typedBy: 'administrator',
            maxRedirects: 0,
            maxBytes,
            timeoutMs: 60_000,
            signal,
          });
          const retryAt = this.retryAfter(response.headers.get('retry-after'));
          answer = { status: response.status, body: jsonOf(response.text()), retryAt };
        } catch (error) {
          if (!(error instanceof ConnectorError) || error.errorClass !== 'unreachable' || last) throw error;
          await pause(time, firstPauseMs * 2 ** (tries - 1) * (0.5 + random()), signal);
          continue;
        }
        const { status, retryAt } = answer;
        if (status === 401 && spoilt === null) {
          spoilt = token;
          continue;
        }
        if (status === 429 || status === 509 || ((status === 503 || status === 504) && retryAt !== null)) {
          const until = retryAt?.epochMilliseconds ?? time.now() + 1_000 * 2 ** (tries - 1);
          mailbox.refused(until);
          if (status === 429) gate.refused(this.mailbox, time.now(), until);
          if (last || until - time.now() > longestWaitMs) throw throttled(this.host, until);
          continue;
        }
        if ((status >= 500 || status === 408) && !last) {
          await pause(time, firstPauseMs * 2 ** (tries - 1) * (0.5 + random()), signal);
          continue;
        }
        mailbox.succeeded();
        gate.succeeded(time.now());
        return answer;
      } finally {
        leave();
      }
    }
  }

  /** @param value of Retry-After. */
  retryAfter(value: string | null): Temporal.Instant | null {
    return parseRetryAfter(value, Temporal.Instant.fromEpochMilliseconds(Math.floor(this.#parts.time.now())));
  }

  /** What a part of a batch was told: none goes to this mailbox before. */
  putOff(until: Temporal.Instant): void {
    this.#parts.gate.mailbox(this.mailbox).refused(until.epochMilliseconds);
  }

  /** A collection, page by page. @throws ConnectorError */
  async list(path: string, prefer: readonly string[]): Promise<{ values: unknown[]; pages: number }> {
    const values: unknown[] = [];
    const seen = new Set<string>();
    let pages = 0;
    for (let next: string | null = path; next !== null; ) {
      if (seen.has(next))
        throw new ConnectorError('malformed', `${this.host} leads from a page back to the same page.`);
      seen.add(next);
      const page: Part = await this.request(next, { prefer });
      pages++;
      values.push(...valuesOf(page, this.host));
      next = textOf(page['@odata.nextLink']);
    }
    return { values, pages };
  }

  /**
   * Links are followed on the configured host only: the token must not go anywhere else. Graph's are whole addresses;
   * others are taken from the root of the service (OData 4.01 JSON, section 4.3).
   */
  #urlOf(path: string): string {
    const { address } = this.#parts;
    if (path.startsWith('/') && !path.startsWith(`${version}/`)) return `${address}${version}${path}`;
    const url = URL.parse(path, `${address}${version}/`);
    if (!url) throw new ConnectorError('malformed', `${this.host} gave a link that can’t be read.`);
    if (url.origin !== new URL(address).origin)
      throw new ConnectorError('malformed', `${this.host} leads to another server, ${url.host}, which isn’t followed.`);
    return url.href;
  }

  refusal(status: number, body: Part | null, retryAt: Temporal.Instant | null): GraphRefusal {
    const codes = codesIn(body?.error);
    const [errorClass, message] = meaning(status, codes, this.host, this.mailbox, this.root === '/me');
    return new GraphRefusal(status, codes, errorClass, message, { retryAt });
  }
}

/** @throws ConnectorError 'malformed' for a page without a list. */
export function valuesOf(page: Part, host: string): unknown[] {
  if (!Array.isArray(page.value))
    throw new ConnectorError('malformed', `${host} answered with a page that has no list.`);
  return page.value;
}

function jsonOf(text: string): Part | null {
  try {
    const value: unknown = JSON.parse(text);
    return isPart(value) ? value : null;
  } catch {
    return null;
  }
}

/** Of an error and of those within it, which say more. Source: "Microsoft Graph error responses and resource types". */
function codesIn(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error, depth = 0; isPart(at) && depth < 10; at = at.innererror ?? at.innerError, depth++) {
    const code = textOf(at.code);
    if (code !== null) codes.push(code);
  }
  return codes;
}

const noMailbox = new Set([
  'MailboxNotEnabledForRESTAPI',
  'MailboxNotSupportedForRESTAPI',
  'ErrorInvalidUser',
  'ErrorNonExistentMailbox',
  'Request_ResourceNotFound',
  'ResourceNotFound',
]);

/** What is told, and what mends it. */
function meaning(
  status: number,
  codes: readonly string[],
  host: string,
  mailbox: string,
  own: boolean,
): [ConnectorError['errorClass'], string] {
  if (status === 401)
    return own
      ? ['credentials', 'Microsoft 365 no longer accepts the sign-in. Sign in again.']
      : ['refused', `${host} doesn’t accept the sign-in of the Graph application. The administrator checks it there.`];
  if (status === 403)
    return [
      'consent',
      own
        ? `Microsoft 365 doesn’t let us read this of ${mailbox}. Sign in again and consent; if that doesn’t help, your administrator must approve it.`
        : `The Graph application may not read the mailbox ${mailbox}: either the permission is missing, or the mailbox lies outside of the scope that Exchange gives the application.`,
    ];
  const code = codes[0] ?? '';
  if (status === 404 && codes.some((each) => noMailbox.has(each)))
    return [
      'notFound',
      `Microsoft 365 has no mailbox ${mailbox} that could be read. It may have been removed, or lie on a server of the company’s own.`,
    ];
  if (status === 404 || status === 410)
    return ['notFound', `What was asked for isn’t there at ${host} any more (${code || status}).`];
  if (status === 429) return ['throttled', `${host} asks for fewer requests to this mailbox.`];
  if (status >= 500 || status === 408) return ['unreachable', `${host} can’t answer at the moment (HTTP ${status}).`];
  return ['refused', `${host} refuses the request (${code || `HTTP ${status}`}).`];
}

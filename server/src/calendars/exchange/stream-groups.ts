/**
 * Which mailboxes may share a stream, as the server's Autodiscover says; where it says nothing, all of a server do. Only
 * the host of EWS itself is asked, which has the service account's credentials anyway. What it said is kept for a day by
 * whoever holds the streams, and asked anew of mailboxes whose streams make trouble: they may have been moved.
 */
import type { Outbound } from '../../outbound/outbound.ts';
import { ConnectorError } from '../connector.ts';
import { type Time, waitUntil } from '../gate.ts';
import { askSignedIn } from './autodiscover/signed-in.ts';
import { InvalidRequest, readGroups, userSettingsRequest } from './autodiscover/user-settings.ts';
import type { ExchangeServer } from './exchange-server.ts';
import { httpRefusal } from './refusal.ts';

export interface StreamGroups {
  /** By address; '' for those of which nothing is known. @throws never */
  of(addresses: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What was said of them may no longer be so. */
  doubt(addresses: Iterable<string>): void;
  /** They live elsewhere than others of their group, though nothing says so: a stream didn't know them. */
  setApart(addresses: Iterable<string>): void;
}

export interface StreamGroupsParts {
  outbound: Outbound;
  /** @throws ConnectorError */
  server(): Promise<ExchangeServer>;
  /** Of EWS. @throws ConnectorError */
  address(mailbox: string): Promise<URL>;
  /** Epoch milliseconds until which the server wants to be left alone. @throws ConnectorError */
  closedUntil(): Promise<number>;
  time: Time;
  signal: AbortSignal;
}

/** Exchange takes a hundred unless its web.config says otherwise, and looks each up in Active Directory. */
const mostAtOnce = 50;
const timeoutMs = 30_000;
const keptMs = 24 * 3_600_000;
/** After a failure that may pass, and between two looks at a mailbox whose stream makes trouble. */
const againMs = 600_000;

interface Known {
  group: string;
  /** How often it had to leave others of the group. */
  apart: number;
  askedAt: number;
  /** Epoch milliseconds. */
  until: number;
}

export function streamGroups(parts: StreamGroupsParts): StreamGroups {
  const { time, signal } = parts;
  const known = new Map<string, Known>();
  /** Epoch milliseconds before which nobody is asked for, newcomers neither: passwords that were refused lock accounts. */
  let silentUntil = 0;
  /** It has answered for somebody; then a request for one that it doesn't like is that one's fault. */
  let hasAnswered = false;

  /** A server that takes fewer at once is asked for fewer. */
  async function ask(server: ExchangeServer, url: URL, mailboxes: readonly string[]): Promise<string[]> {
    const answer = await askSignedIn({ ...parts, server }, url, userSettingsRequest(mailboxes, url), timeoutMs);
    if (answer.status !== 200) throw httpRefusal(answer.status, url.host);
    try {
      const groups = readGroups(answer.text, url.host, mailboxes.length);
      hasAnswered = true;
      return groups;
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      if (mailboxes.length === 1 && hasAnswered) return [''];
      if (mailboxes.length < 2) throw error;
      const half = mailboxes.length >> 1;
      return [
        ...(await ask(server, url, mailboxes.slice(0, half))),
        ...(await ask(server, url, mailboxes.slice(half))),
      ];
    }
  }

  async function lookUp(addresses: readonly string[]): Promise<void> {
    const keep = (some: readonly string[], forMs: number, groups?: readonly string[]) => {
      const now = time.now();
      for (const [index, address] of some.entries()) {
        const before = known.get(address);
        const group = groups?.[index] ?? before?.group ?? '';
        const apart = before?.group === group ? before.apart : 0;
        known.set(address, { group, apart, askedAt: now, until: now + forMs });
      }
    };
    for (let at = 0; at < addresses.length && !signal.aborted; ) {
      const some = addresses.slice(at, at + mostAtOnce);
      if (time.now() < silentUntil) return keep(addresses.slice(at), silentUntil - time.now());
      try {
        const url = new URL('/autodiscover/autodiscover.svc', await parts.address(some[0]!));
        await waitUntil(time, await parts.closedUntil(), (until) => busyUntil(url.host, until), signal);
        keep(some, keptMs, await ask(await parts.server(), url, some));
        at += some.length;
      } catch (error) {
        // Where the service isn't there, or lets nobody in, it won't in ten minutes either.
        silentUntil = time.now() + (mayPass(error) ? againMs : keptMs);
      }
    }
  }

  return {
    async of(addresses) {
      const now = time.now();
      const wanted = new Set(addresses);
      for (const address of known.keys()) if (!wanted.has(address)) known.delete(address);
      const due = [...wanted].filter((address) => (known.get(address)?.until ?? 0) <= now);
      if (due.length > 0) await lookUp(due);
      return new Map(
        [...known].map(([address, { group, apart }]) => [address, apart ? `${group} apart ${apart}` : group]),
      );
    },
    doubt(addresses) {
      for (const address of addresses) {
        const one = known.get(address);
        // Of whom nothing was said, no more will be said now.
        if (one && one.group !== '') one.until = Math.min(one.until, one.askedAt + againMs);
      }
    },
    setApart(addresses) {
      for (const address of addresses) {
        const one = known.get(address);
        if (one) one.apart++;
      }
    },
  };
}

const busyUntil = (host: string, until: number): ConnectorError =>
  new ConnectorError('throttled', `${host} is busy and asks for a pause.`, {
    retryAt: Temporal.Instant.fromEpochMilliseconds(Math.ceil(until)),
  });

const mayPass = (error: unknown): boolean =>
  !(error instanceof ConnectorError) || ['unreachable', 'throttled', 'malformed'].includes(error.errorClass);

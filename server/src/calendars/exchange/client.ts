/**
 * Requests to one Exchange server: signed in, acting for a mailbox, few at a time, and none while the server wants to be
 * left alone.
 * Source: "EWS throttling in Exchange", "EWS schema versions in Exchange", "Impersonation and EWS" (Microsoft).
 */
import type { Outbound, OutboundAnswer } from '../../outbound/outbound.ts';
import { parseRetryAfter } from '../../outbound/retry-after.ts';
import { ConnectorError } from '../connector.ts';
import { Gate, longestWaitMs, pause, type Time, waitUntil } from '../gate.ts';
import type { XmlElement } from '../xml.ts';
import { type Affinity, anchoredAt } from './affinity.ts';
import { Connections } from './connections.ts';
import type { ExchangeServer } from './exchange-server.ts';
import {
  ExchangeRefusal,
  type Fault,
  faultIn,
  faultOf,
  httpRefusal,
  isBusy,
  isOfMailbox,
  isUnknownName,
  isUnknownVersion,
  refusal,
  responseMessages,
} from './refusal.ts';
import { careful } from './sign-in/careful.ts';
import { signInOf } from './sign-in/kinds.ts';
import { discard, type SignIn } from './sign-in/sign-in.ts';
import { type Envelope, envelopesOf, noticeLimits, onlyEnvelope } from './soap/envelopes.ts';
import { connectingKinds, requestEnvelope, type ServerVersion, serverVersions } from './soap/request.ts';
import type { XmlNode } from './soap/writer.ts';

/** Below EWSMaxConcurrency, 27 where nobody changed it, which a server's other programs share with us. */
const mostAtATime = 10;
const mostTries = 3;
const firstPauseMs = 250;
const longestBackOffMs = 24 * 3_600_000;

/** What is asked; the older schema doesn't know everything. */
export type Operation = XmlNode | ((version: ServerVersion) => XmlNode);

/** A mailbox that is acted for. */
export interface ExchangeMailbox {
  /** SMTP address. */
  readonly address: string;
  /** Of the server, for messages. */
  readonly host: string;
  /**
   * @returns the answer's element. Of several parts some may be refused (`faultOf`).
   * @param options.partly all of them may be, each for a reason of its own.
   * @throws ConnectorError, an ExchangeRefusal where Exchange said why: when it refuses all of it
   */
  call(operation: Operation, options?: { partly?: boolean }): Promise<XmlElement>;
  /**
   * An answer that goes on: each part as it arrives.
   * @param silenceMs the longest pause between two parts. @throws ConnectorError as `call`
   */
  stream(operation: Operation, silenceMs: number): AsyncGenerator<XmlElement>;
}

export interface ExchangeClientParts {
  outbound: Outbound;
  server: ExchangeServer;
  time: Time;
  random: () => number;
  /** Where EWS is. @param mailbox asks for it. @throws ConnectorError */
  address(mailbox: string): Promise<URL>;
}

/** What an answer is judged by. */
interface SentTo {
  mailbox: string;
  partly: boolean;
  host: string;
  version: ServerVersion;
}

interface Sent {
  mailbox: string;
  operation: Operation;
  partly: boolean;
  affinity: Affinity | null;
  signal: AbortSignal;
}

export class ExchangeClient {
  readonly #parts: ExchangeClientParts;
  readonly #gate = new Gate(mostAtATime);
  readonly #signIn: SignIn;
  readonly #connections: Connections;
  #version: ServerVersion = serverVersions[0];
  #busyInARow = 0;
  /** Which of `connectingKinds` a mailbox is known by, where it isn't the first. */
  readonly #knownBy = new Map<string, number>();
  /** Of the software, such as "15.2.1544"; null until it has told. */
  serverVersion: string | null = null;

  constructor(parts: ExchangeClientParts) {
    this.#parts = parts;
    this.#signIn = careful(signInOf(parts.server, parts.outbound, parts.time), parts.time);
    this.#connections = new Connections(parts.outbound, parts.server.authority);
  }

  /** @param affinity of the group that a subscription belongs to. */
  mailbox(address: string, signal: AbortSignal, affinity: Affinity | null = null): ExchangeMailbox {
    const sent = (operation: Operation, partly = false): Sent => ({
      mailbox: address,
      operation,
      partly,
      affinity,
      signal,
    });
    return {
      address,
      host: this.host,
      call: (operation, { partly } = {}) => this.#patiently(sent(operation, partly)),
      stream: (operation, silenceMs) => this.#stream(sent(operation), silenceMs),
    };
  }

  get host(): string {
    const { address, mailDomain, name } = this.#parts.server;
    return (address && URL.parse(address)?.host) || mailDomain || name;
  }

  /** Where EWS is. @throws ConnectorError */
  address(mailbox: string): Promise<URL> {
    return this.#parts.address(mailbox);
  }

  /** When the server may be asked again; epoch milliseconds, in the past where it may be now. */
  get closedUntil(): number {
    return this.#gate.closedUntil;
  }

  close(): void {
    this.#connections.close();
  }

  async #patiently(sent: Sent): Promise<XmlElement> {
    const { time, random } = this.#parts;
    for (let tries = 1; ; tries++) {
      const leave = await this.#gate.enter();
      try {
        const answer = await this.#named(sent, (name) => this.#once(sent, name));
        this.#gate.succeeded();
        this.#busyInARow = 0;
        return answer;
      } catch (error) {
        if (!(error instanceof ConnectorError) || tries >= mostTries) throw error;
        const waited =
          error.errorClass === 'throttled' && (error.retryAt?.epochMilliseconds ?? 0) - time.now() <= longestWaitMs;
        if (!waited && error.errorClass !== 'unreachable') throw error;
      } finally {
        leave();
      }
      await pause(time, firstPauseMs * 2 ** (tries - 1) * (0.5 + random()), sent.signal);
    }
  }

  /** Addresses that aren't the primary one, and sign-in names, are told in other ways: they are tried in turn. */
  async #named<T>(sent: Sent, send: (kind: number) => Promise<T>): Promise<T> {
    const known = this.#knownBy.get(sent.mailbox) ?? 0;
    let first: unknown = null;
    for (const kind of [known, ...connectingKinds.keys().filter((each) => each !== known)]) {
      try {
        const answer = await send(kind);
        if (kind !== known) this.#remember(sent.mailbox, kind);
        return answer;
      } catch (error) {
        if (!(error instanceof ExchangeRefusal) || !isUnknownName(error.code)) throw error;
        first ??= error;
      }
    }
    throw first;
  }

  #remember(mailbox: string, kind: number): void {
    if (this.#knownBy.size >= 20_000) this.#knownBy.clear();
    if (kind === 0) this.#knownBy.delete(mailbox);
    else this.#knownBy.set(mailbox, kind);
  }

  async #once(sent: Sent, kind: number): Promise<XmlElement> {
    const session = this.#connections.take();
    try {
      const { answer, to } = await this.#send(sent, kind, session, 30_000);
      return this.#judged(await this.#envelope(answer, to.host), to);
    } finally {
      this.#connections.giveBack(session);
    }
  }

  async #send(sent: Sent, kind: number, session: ReturnType<Connections['take']>, silenceMs: number) {
    const { time, address } = this.#parts;
    const { mailbox, operation, affinity, signal } = sent;
    await waitUntil(time, this.#gate.closedUntil, (until) => this.#throttled(until), signal);
    const url = await address(mailbox);
    signal.throwIfAborted();
    const version = this.#version;
    const node = typeof operation === 'function' ? operation(version) : operation;
    const answer = await this.#signIn.send(session, url, {
      method: 'POST',
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        accept: 'text/xml',
        // The front end finds the mailbox's server without looking into the body.
        ...(affinity ? affinity.headers() : anchoredAt(mailbox)),
      },
      body: requestEnvelope(node, version, { kind: connectingKinds[kind]!, value: mailbox }),
      timeoutMs: 60_000,
      silenceMs,
      signal,
    });
    affinity?.keep(answer.headers);
    return { answer, to: { mailbox, partly: sent.partly, host: url.host, version } };
  }

  /** @throws ConnectorError where the answer isn't one of EWS. */
  async #envelope(answer: OutboundAnswer, host: string): Promise<Envelope> {
    const { status, headers } = answer;
    const type = headers.get('content-type') ?? '';
    const mayBe = status === 200 || (status >= 400 && /xml/i.test(type));
    if (!mayBe) throw await this.#httpRefusal(answer, host);
    try {
      const envelope = await onlyEnvelope(answer.body, host, charsetOf(type));
      this.serverVersion = envelope.serverVersion ?? this.serverVersion;
      return envelope;
    } catch (error) {
      if (status === 200 || !(error instanceof ConnectorError) || error.errorClass !== 'malformed') throw error;
      throw await this.#httpRefusal(answer, host);
    }
  }

  /** @throws ExchangeRefusal */
  #judged(envelope: Envelope, to: SentTo): XmlElement {
    if (envelope.isFault) throw this.#refused(faultIn(envelope), to);
    const messages = responseMessages(envelope.body);
    const faults = messages.map(faultOf);
    const busy = faults.find((fault) => fault !== null && isBusy(fault.code));
    if (busy) throw this.#refused(busy, to);
    const [first] = faults;
    const all = faults.every((fault) => fault !== null && (!to.partly || isOfMailbox(fault.code)));
    if (first && all) throw this.#refused(first, to);
    return envelope.body;
  }

  #refused(fault: Fault, { host, mailbox, version }: SentTo): ConnectorError {
    if (isBusy(fault.code)) return this.#busy(fault.backOffMs);
    const older = serverVersions[serverVersions.indexOf(version) + 1];
    if (older && isUnknownVersion(fault.code)) {
      this.#version = older;
      return new ConnectorError(
        'unreachable',
        `${host} doesn’t know the schema of Exchange 2013; it is asked by an older one.`,
      );
    }
    return refusal(fault, host, mailbox);
  }

  /** Nothing goes to the server for as long as it asks. */
  #busy(backOffMs: number | null): ConnectorError {
    const untold = Math.min(300_000, 2_000 * 2 ** Math.min(this.#busyInARow++, 10));
    const until = this.#parts.time.now() + Math.min(backOffMs ?? untold, longestBackOffMs);
    this.#gate.refused(until);
    return this.#throttled(until);
  }

  #throttled(until: number): ConnectorError {
    const retryAt = Temporal.Instant.fromEpochMilliseconds(Math.ceil(until));
    return new ConnectorError('throttled', `${this.host} is busy and asks for a pause.`, { retryAt });
  }

  async #httpRefusal(answer: OutboundAnswer, host: string): Promise<ConnectorError> {
    const { status, headers } = answer;
    await discard(answer).catch(() => {});
    if (status === 503 || status === 429) {
      const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(this.#parts.time.now()));
      const retryAt = parseRetryAfter(headers.get('retry-after'), now);
      return this.#busy(retryAt ? retryAt.epochMilliseconds - now.epochMilliseconds : null);
    }
    return httpRefusal(status, host);
  }

  async *#stream(sent: Sent, silenceMs: number): AsyncGenerator<XmlElement> {
    const session = this.#connections.take();
    try {
      const { answer, to } = await this.#send(sent, this.#knownBy.get(sent.mailbox) ?? 0, session, silenceMs);
      // Of streams alone: what is asked otherwise is answered as before.
      const { host } = to;
      const refused = (fault: Fault) =>
        fault.code === 'ErrorExceededConnectionCount' ? refusal(fault, host, sent.mailbox) : this.#refused(fault, to);
      if (answer.status !== 200) {
        const envelope = await this.#envelope(answer, host);
        if (envelope.isFault) throw refused(faultIn(envelope));
        throw new ConnectorError('malformed', `${host} answered with HTTP ${answer.status}.`);
      }
      const charset = charsetOf(answer.headers.get('content-type') ?? '');
      for await (const envelope of envelopesOf(answer.body, host, noticeLimits, charset)) {
        if (envelope.isFault) throw refused(faultIn(envelope));
        const busy = responseMessages(envelope.body)
          .map(faultOf)
          .find((fault) => fault !== null && isBusy(fault.code));
        if (busy) throw refused(busy);
        yield envelope.body;
      }
    } finally {
      this.#connections.giveBack(session);
    }
  }
}

const charsetOf = (contentType: string) => /charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1];

/**
 * Notices of many mailboxes over few connections. Mailboxes that live together share a stream, at most 200; as many
 * streams are held as the server allows, and the mailboxes that find no place are polled. A server on which a stream hears
 * of one mailbox alone is met by a stream each, as far as connections reach.
 *
 * A stream takes nobody in while it is open, so one that has room is opened anew every minute: who comes is told of
 * within it, for one request a minute, and nothing that is under way gets lost as it would by breaking it off.
 * Source: "Notification subscriptions, mailbox events, and EWS" and "How to: Maintain affinity between a group of
 * subscriptions and the Mailbox server" (Microsoft); HangingConnectionLimit in "EWS throttling in Exchange".
 */
import { ConnectorError, type Hint } from '../connector.ts';
import type { Time } from '../gate.ts';
import { ExchangeRefusal } from './refusal.ts';
import type { StreamGroups } from './stream-groups.ts';
import { type StreamedMailbox, StreamMember } from './stream-member.ts';

/** What a stream says; see operations/stream-events.ts. */
export type Heard =
  | { kind: 'events'; subscriptionId: string }
  | { kind: 'alive' }
  | { kind: 'lost'; subscriptionIds: readonly string[] };

/** One server of several, for the mailboxes of one stream. All throw ConnectorError. */
export interface StreamServer {
  subscribe(mailbox: StreamedMailbox): Promise<string>;
  /** As the mailbox of the address. Ends when the server closes the stream, after so many minutes at the latest. */
  listen(address: string, subscriptionIds: readonly string[], minutes: number): AsyncIterable<Heard>;
}

export interface StreamsParts {
  /** @param anchor the alphabetically first address of those that share the stream. */
  server(anchor: string, signal: AbortSignal): StreamServer;
  groups: StreamGroups;
  tell(hint: Hint): void;
  time: Time;
  signal: AbortSignal;
}

const mostOnStream = 200;
/** HangingConnectionLimit of Exchange 2016 and 2019; what a server refuses is learnt. */
const mostStreams = 10;
/** Subscriptions made at the same time: the other places are for who reads. */
const subscribedAtOnce = 4;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** The pause after which the server of the subscriptions is given up: once in a row, because subscriptions are counted. */
const looksElsewhereAt = 8 * firstPauseMs;
/** Of 1 to 30: a stream to which nobody can come. */
const minutesOfFull = 10;
/** A stream that lasted so long was well, whatever ended it. */
const steadyMs = 30_000;
/** Refused in a row for reasons of their own, they have one in common: their server is in trouble. */
const mostRefusedInARow = 3;
/** A server that allowed few streams, or one mailbox each, is tried again after it. */
const tryAgainMs = 3_600_000;

interface Stream {
  group: string;
  members: Map<string, StreamMember>;
  /** Where its subscriptions live. */
  server: StreamServer | null;
  /** As whom it was listened to last. */
  speaker: StreamMember | null;
  /** Times in a row that subscriptions made a moment ago weren't known to the stream. */
  strange: number;
  /** Some of its mailboxes may belong elsewhere. */
  isUnsettled: boolean;
}

export class Streams {
  readonly #parts: StreamsParts;
  readonly #streams = new Map<Stream, Promise<void>>();
  #wanted = new Map<string, StreamedMailbox>();
  #limit = mostStreams;
  #perStream = mostOnStream;
  /** Null: nothing was learnt, or it is tried anew. */
  #learntAt: number | null = null;
  #placing: Promise<void> = Promise.resolve();

  constructor(parts: StreamsParts) {
    this.#parts = parts;
  }

  keep(mailboxes: readonly StreamedMailbox[]): void {
    this.#wanted = new Map(mailboxes.map((mailbox) => [mailbox.accountId, mailbox]));
    this.#placing = this.#placing.then(() => this.#place());
  }

  async closed(): Promise<void> {
    await this.#placing;
    await Promise.all(this.#streams.values());
  }

  /** Takes out of the streams what isn't wanted any more and finds places for what is new. */
  async #place(): Promise<void> {
    const { time, signal } = this.#parts;
    if (signal.aborted) return;
    if (this.#learntAt !== null && time.now() - this.#learntAt > tryAgainMs) this.#unlearn();
    // Whoever is wanted meanwhile has a placing of their own.
    const wanted = this.#wanted;
    const groups = await this.#parts.groups.of([...wanted.values()].map(({ address }) => address));
    if (signal.aborted) return;
    const placed = new Set<string>();
    for (const { group, members } of this.#streams.keys())
      for (const [id, { mailbox }] of members)
        if (same(wanted.get(id), mailbox) && groups.get(mailbox.address) === group) placed.add(id);
        else this.#takeOff(members, id);
    for (const [id, mailbox] of wanted)
      if (!placed.has(id))
        this.#streamFor(groups.get(mailbox.address) ?? '')?.members.set(
          id,
          new StreamMember(mailbox, this.#parts.tell),
        );
  }

  /** As at the beginning; mailboxes that had to have streams of their own meet again. */
  #unlearn(): void {
    [this.#limit, this.#perStream, this.#learntAt] = [mostStreams, mostOnStream, null];
    const sizes = new Map<string, number>();
    for (const { group, members } of this.#streams.keys()) {
      const size = (sizes.get(group) ?? 0) + members.size;
      const meets = sizes.has(group) && size <= mostOnStream;
      if (meets) for (const id of members.keys()) this.#takeOff(members, id);
      if (!sizes.has(group) || meets) sizes.set(group, size);
    }
  }

  #takeOff(members: Map<string, StreamMember>, id: string): void {
    // Until it has another place nobody tells of it: one that isn't wanted any more may be back before a stream hears it.
    members.get(id)?.untold();
    members.delete(id);
  }

  /** Null: all places are taken. */
  #streamFor(group: string): Stream | null {
    for (const stream of this.#streams.keys())
      if (stream.group === group && stream.members.size < this.#perStream) return stream;
    if (this.#streams.size >= this.#limit) return null;
    const stream: Stream = { group, members: new Map(), server: null, speaker: null, strange: 0, isUnsettled: false };
    // The others of its group are to be on it when it begins.
    const running = Promise.resolve().then(async () => {
      await this.#placing;
      await this.#run(stream);
    });
    this.#streams.set(stream, running);
    return stream;
  }

  async #run(stream: Stream): Promise<void> {
    const { time, signal } = this.#parts;
    let pause = firstPauseMs;
    while (!signal.aborted && stream.members.size > 0) {
      // Those that weren't known may have found other places by now.
      if (stream.isUnsettled) await this.#placing;
      stream.isUnsettled = false;
      const began = time.now();
      try {
        const heard = await this.#once(stream);
        const lived = time.now() - began;
        pause = lived >= steadyMs ? firstPauseMs : Math.min(pause * 2, longestPauseMs);
        // A server that closes streams as soon as they are open isn't asked without end.
        if (!heard || lived < firstPauseMs) await time.sleep(pause, signal);
      } catch (error) {
        if (signal.aborted) break;
        if (time.now() - began >= steadyMs) pause = firstPauseMs;
        if (isTooMany(error)) return this.#dissolve(stream, Math.max(1, this.#streams.size - 1), this.#perStream);
        if (stream.speaker && isOfMailbox(error)) {
          // The others needn't suffer by it: another one speaks for them.
          stream.speaker.setAside(time.now());
          continue;
        }
        // The same where only its own mailbox may be in trouble, and the server may as well.
        if (error instanceof ExchangeRefusal) stream.speaker?.spokeInVain(time.now());
        this.#parts.groups.doubt(addressesOf(stream.members.values()));
        // What was on its way is lost with the connection; whoever is told again looks for it.
        for (const member of stream.members.values())
          if (pause === firstPauseMs) member.doubt();
          else member.untold();
        // Its Mailbox server may be gone for good: then the cookie leads nowhere, and all begins anew at another.
        if (pause === looksElsewhereAt) for (const member of stream.members.values()) member.subscription = null;
        const until = error instanceof ConnectorError ? (error.retryAt?.epochMilliseconds ?? 0) : 0;
        await time.sleep(Math.max(pause, until - time.now()), signal);
        pause = Math.min(pause * 2, longestPauseMs);
      }
    }
    this.#streams.delete(stream);
  }

  /** Subscribes who isn't, and listens until the server closes the stream. @returns whether anything was heard. */
  async #once(stream: Stream): Promise<boolean> {
    const { signal } = this.#parts;
    const able = this.#able(stream);
    stream.speaker = able.find(({ silentUntil }) => silentUntil <= this.#parts.time.now()) ?? able[0] ?? null;
    if (!stream.speaker) return false;
    const { address: first } = stream.speaker.mailbox;
    // Where nothing is left of the subscriptions, any server of theirs will do.
    const isLeft = [...stream.members.values()].some(({ subscription }) => subscription !== null);
    stream.server = (isLeft ? stream.server : null) ?? this.#parts.server(first, signal);
    const { server } = stream;
    await this.#subscribe(stream, server);
    const members = new Map<string, StreamMember>();
    for (const member of stream.members.values()) if (member.subscription) members.set(member.subscription, member);
    if (members.size === 0) return false;
    let well = false;
    const minutes = members.size < this.#perStream ? 1 : minutesOfFull;
    for await (const heard of server.listen(first, [...members.keys()], minutes)) {
      if (signal.aborted) return well;
      if (heard.kind === 'lost') {
        if (!this.#lose(stream, members, heard.subscriptionIds, well)) return false;
        continue;
      }
      if (!well) {
        well = true;
        stream.strange = 0;
        for (const member of members.values()) if (isOn(stream, member)) member.heard();
      }
      const member = heard.kind === 'events' ? members.get(heard.subscriptionId) : undefined;
      if (member && isOn(stream, member)) member.changed();
    }
    return well;
  }

  /** Those that may be asked for, in order of their addresses. */
  #able({ members }: Stream): StreamMember[] {
    const able = [...members.values()].filter(({ notBefore }) => notBefore <= this.#parts.time.now());
    return able.sort((a, b) => (a.mailbox.address < b.mailbox.address ? -1 : 1));
  }

  async #subscribe(stream: Stream, server: StreamServer): Promise<void> {
    const { time, signal } = this.#parts;
    const left = this.#able(stream).filter(({ subscription }) => subscription === null);
    let refusedInARow = 0;
    const worker = async (most: number) => {
      for (let done = 0; done < most && left.length > 0 && !signal.aborted; done++) {
        const member = left.shift()!;
        try {
          member.subscription = await server.subscribe(member.mailbox);
          refusedInARow = 0;
        } catch (error) {
          // What concerns the server concerns all of them.
          if (!(error instanceof ConnectorError) || concernsAll(error)) throw error;
          // A mailbox that is being moved, or whose database isn't mounted, is no fault of the others.
          const passes = error.errorClass === 'unreachable';
          member.setAside(time.now(), passes);
          if (!passes || ++refusedInARow < mostRefusedInARow) continue;
          if (![...stream.members.values()].some(isSubscribed)) throw error;
          // Those who are on it are listened to; the others come when it is opened anew.
          left.length = 0;
        }
      }
    };
    // The first one's answer says which server the others have to go to.
    while (left.length > 0 && !signal.aborted && ![...stream.members.values()].some(isSubscribed)) await worker(1);
    const all = Array.from({ length: subscribedAtOnce }, () => worker(Number.POSITIVE_INFINITY));
    const ended = await Promise.allSettled(all);
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  /** @returns false when the stream is given up: on this server each mailbox needs one of its own. */
  #lose(stream: Stream, members: ReadonlyMap<string, StreamMember>, ids: readonly string[], well: boolean): boolean {
    const lost = ids.flatMap((id) => members.get(id) ?? []);
    for (const member of lost) {
      member.untold();
      member.subscription = null;
    }
    // Made a moment ago and not known: once may happen, twice is how the server is.
    if (well || members.size < 2) return true;
    stream.strange++;
    // Where mailboxes are told apart by where they live, a server holds streams of several.
    if (stream.strange > 1 && members.size - lost.length < 2 && stream.group === '') {
      void this.#dissolve(stream, this.#limit, 1);
      return false;
    }
    const { groups } = this.#parts;
    if (stream.strange > 1) {
      groups.setApart(addressesOf(lost));
      // Who is lost next is another one, and may be it by chance.
      stream.strange = 0;
    } else groups.doubt(addressesOf(lost));
    stream.isUnsettled = true;
    this.keep([...this.#wanted.values()]);
    return true;
  }

  /** Its mailboxes find other places, or are polled. */
  async #dissolve(stream: Stream, limit: number, perStream: number): Promise<void> {
    for (const member of stream.members.values()) member.untold();
    stream.members.clear();
    this.#streams.delete(stream);
    [this.#limit, this.#perStream, this.#learntAt] = [limit, perStream, this.#parts.time.now()];
    this.keep([...this.#wanted.values()]);
  }
}

const addressesOf = (members: Iterable<StreamMember>): string[] => [...members].map(({ mailbox }) => mailbox.address);

const isSubscribed = ({ subscription }: StreamMember): boolean => subscription !== null;

/** Who has left it is spoken of no more. */
const isOn = (stream: Stream, member: StreamMember): boolean => stream.members.get(member.mailbox.accountId) === member;

const same = (a: StreamedMailbox | undefined, b: StreamedMailbox): boolean =>
  a !== undefined && a.address === b.address && a.folders.join('\n') === b.folders.join('\n');

/** Exchange says "unreachable" of a mailbox; of the server whoever couldn't reach it. */
const concernsAll = (error: ConnectorError): boolean =>
  ['unreachable', 'throttled', 'credentials'].includes(error.errorClass) &&
  !(error instanceof ExchangeRefusal && error.errorClass === 'unreachable') &&
  codeOf(error) !== 'ErrorExceededSubscriptionCount';

const isOfMailbox = (error: unknown): boolean =>
  error instanceof ConnectorError && ['notFound', 'consent'].includes(error.errorClass);

const codeOf = (error: unknown): unknown => (error instanceof ExchangeRefusal ? error.code : null);

/** More streams than the server holds for an account (ErrorExceededConnectionCount). */
const isTooMany = (error: unknown): boolean => codeOf(error) === 'ErrorExceededConnectionCount';

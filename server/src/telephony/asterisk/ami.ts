/**
 * The Asterisk Manager Interface: blocks of "Name: value" lines over TCP, each ended by an empty line
 * (docs.asterisk.org, Configuration > Interfaces > Asterisk Manager Interface). One connection; the connector makes a
 * new one when it breaks.
 */
import net from 'node:net';
import tls from 'node:tls';
import { ConnectorError } from '../../calendars/connector.ts';

export type AmiAction = Record<string, string>;

/** Names in lower case; of names that repeat the last one counts. */
export type AmiMessage = Record<string, string>;

export interface AmiAnswer {
  response: AmiMessage;
  /** What a list action brought between its answer and its end. */
  events: AmiMessage[];
}

export interface Ami {
  /** Resolves for "Response: Error" too: only the caller knows whether that is one. @throws ConnectorError 'unreachable' when the
   *  connection breaks or the answer takes too long, 'refused' for a line break in a value. */
  action(fields: AmiAction, signal?: AbortSignal): Promise<AmiAnswer>;
  /** Many, sent in one go. Asterisk does what comes on one connection in order. Resolves and throws as `action` does, for all of them. */
  actions(actions: readonly AmiAction[], signal?: AbortSignal): Promise<AmiAnswer[]>;
  onEvent(listener: (event: AmiMessage) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

export interface AmiOptions {
  host: string;
  port: number;
  tls: boolean;
  username: string;
  password: string;
  /** For connecting, and for each answer, counted from the one before it. Milliseconds. */
  timeoutMs?: number;
}

/** What was asked in one go. */
interface Asked {
  /** The id of its first action; the others follow. */
  first: number;
  answers: AmiAnswer[];
  left: number;
  /** When the next answer has to be there; by performance.now(). */
  until: number;
  giveUp(): void;
  resolve(): void;
  reject(error: Error): void;
}

const lineBreak = /[\r\n\0]/;

/** A manager that sends more than this without an empty line isn't one. */
const maxBuffered = 1_000_000;

/** Connects and logs in. @throws ConnectorError 'unreachable', 'credentials' or 'malformed' (no Asterisk there). */
export async function openAmi(options: AmiOptions, signal?: AbortSignal): Promise<Ami> {
  const { host, port, timeoutMs = 5_000 } = options;
  const place = `${host}:${port}`;
  const socket = await connect(options, timeoutMs, signal);
  /** By the id of each action, the oldest first. */
  const waiting = new Map<number, Asked>();
  const eventListeners = new Set<(event: AmiMessage) => void>();
  const closeListeners = new Set<() => void>();
  let buffered = '';
  let banner: string | null = null;
  let lastId = 0;
  let failure: ConnectorError | null = null;

  function fail(error: ConnectorError): void {
    if (failure) return;
    failure = error;
    socket.destroy();
    if (timer) clearTimeout(timer);
    for (const asked of new Set(waiting.values())) asked.reject(error);
    waiting.clear();
    for (const listener of closeListeners) listener();
  }
  function receive(message: AmiMessage): void {
    const id = Number(message.actionid);
    const asked = waiting.get(id);
    if (!asked) {
      if (message.event) for (const listener of eventListeners) listener(message);
      return;
    }
    const place = id - asked.first;
    asked.until = performance.now() + timeoutMs;
    if (message.response) {
      asked.answers[place] = { response: message, events: [] };
      if (message.eventlist?.toLowerCase() === 'start') return;
    } else {
      const answer = asked.answers[place];
      if (message.eventlist?.toLowerCase() !== 'complete') answer?.events.push(message);
      if (!answer || message.eventlist?.toLowerCase() !== 'complete') return;
    }
    waiting.delete(id);
    if (--asked.left === 0) asked.resolve();
  }
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    buffered += chunk;
    if (banner === null) {
      const end = buffered.indexOf('\n');
      if (end < 0 && buffered.length < 200) return;
      banner = buffered.slice(0, Math.max(end, 0)).trim();
      if (!banner.includes('Call Manager'))
        return fail(new ConnectorError('malformed', `${place} answers, but it isn't an Asterisk manager (AMI) port.`));
      buffered = buffered.slice(end + 1);
    }
    const blocks = buffered.split('\r\n\r\n');
    buffered = blocks.pop()!;
    if (buffered.length > maxBuffered)
      return fail(new ConnectorError('malformed', `${place} sent a message without an end.`));
    for (const block of blocks) receive(parse(block));
  });
  socket.on('error', (error: NodeJS.ErrnoException) =>
    fail(new ConnectorError('unreachable', `The connection to ${place} broke (${error.code ?? error.message}).`)),
  );
  socket.on('close', () => fail(new ConnectorError('unreachable', `${place} closed the connection.`)));

  /** One timer for all: the oldest is the first that can be late. */
  let timer: NodeJS.Timeout | null = null;
  function lookAtOldest(): void {
    timer = null;
    const [oldest] = waiting.values();
    if (!oldest) return;
    const left = oldest.until - performance.now();
    if (left <= 0) oldest.giveUp();
    else timer = setTimeout(lookAtOldest, left);
  }
  /** What is asked at the same time is sent in one go, too: a thousand phones are then a few packets. */
  let unsent = '';
  function write(text: string): void {
    if (unsent === '')
      queueMicrotask(() => {
        socket.write(unsent);
        unsent = '';
      });
    unsent += text;
  }
  /** One listener for each signal, whose list of listeners is walked with each that is added. */
  const waitingUnder = new WeakMap<AbortSignal, Set<() => void>>();
  function underSignal(signal: AbortSignal): Set<() => void> {
    let actions = waitingUnder.get(signal);
    if (!actions) {
      const under = new Set<() => void>();
      signal.addEventListener('abort', () => [...under].forEach((giveUp) => void giveUp()), { once: true });
      waitingUnder.set(signal, under);
      actions = under;
    }
    return actions;
  }

  function ask(actions: readonly AmiAction[], actionSignal?: AbortSignal): Promise<AmiAnswer[]> {
    if (failure) return Promise.reject(failure);
    if (actions.length === 0) return Promise.resolve([]);
    const first = lastId + 1;
    let id = first;
    let text = '';
    for (const fields of actions) {
      for (const name in fields) {
        // A line break would start another action with our rights.
        if (lineBreak.test(name) || lineBreak.test(fields[name]!))
          return Promise.reject(new ConnectorError('refused', `${name} for ${place} contains a line break.`));
        text += `${name}: ${fields[name]}\r\n`;
      }
      text += `ActionID: ${id++}\r\n\r\n`;
    }
    return new Promise((resolve, reject) => {
      const settled = () => {
        if (actionSignal) waitingUnder.get(actionSignal)?.delete(giveUp);
      };
      const giveUp = () => {
        const unanswered = actions.find((_, at) => waiting.has(first + at)) ?? actions[0]!;
        // Whether it was done is unknown, and later answers would come late: a new connection is cleaner.
        const error = new ConnectorError('unreachable', `${place} did not answer ${unanswered.Action} in time.`);
        asked.reject(error);
        fail(error);
      };
      const asked: Asked = {
        ...{ first, answers: [], left: actions.length, until: performance.now() + timeoutMs, giveUp },
        resolve() {
          settled();
          resolve(asked.answers);
        },
        reject(error) {
          settled();
          reject(error);
        },
      };
      if (actionSignal?.aborted) return giveUp();
      if (actionSignal) underSignal(actionSignal).add(giveUp);
      lastId += actions.length;
      for (let id = first; id <= lastId; id++) waiting.set(id, asked);
      write(text);
      timer ??= setTimeout(lookAtOldest, timeoutMs);
    });
  }

  const ami: Ami = {
    actions: ask,
    action: async (fields, actionSignal) => (await ask([fields], actionSignal))[0]!,
    onEvent: (listener) => void eventListeners.add(listener),
    onClose: (listener) => void (failure ? listener() : closeListeners.add(listener)),
    close: () => fail(new ConnectorError('unreachable', `The connection to ${place} was closed.`)),
  };

  const login = { Action: 'Login', Username: options.username, Secret: options.password, Events: 'call' };
  const { response } = await ami.action(login, signal);
  if (response.response === 'Success') return ami;
  ami.close();
  throw new ConnectorError(
    'credentials',
    `${place} refuses the manager user "${options.username}". Check its name and secret in manager.conf, and that its "permit" lines allow this server.`,
  );
}

function connect(options: AmiOptions, timeoutMs: number, signal?: AbortSignal): Promise<net.Socket> {
  const { host, port } = options;
  return new Promise((resolve, reject) => {
    const socket = options.tls
      ? tls.connect({ host, port, servername: net.isIP(host) ? '' : host })
      : net.connect({ host, port });
    const stop = (reason: string) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      socket.destroy();
      reject(new ConnectorError('unreachable', `Cannot reach Asterisk at ${host}:${port} (${reason}).`));
    };
    const aborted = () => stop('no answer in time');
    const timer = setTimeout(aborted, timeoutMs);
    signal?.addEventListener('abort', aborted, { once: true });
    const failed = (error: NodeJS.ErrnoException) => stop(error.code ?? error.message);
    socket.once('error', failed);
    socket.once(options.tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      socket.off('error', failed);
      socket.setKeepAlive(true, 15_000);
      resolve(socket);
    });
  });
}

function parse(block: string): AmiMessage {
  const message: AmiMessage = {};
  for (let at = 0; at < block.length; ) {
    let end = block.indexOf('\r\n', at);
    if (end < 0) end = block.length;
    const colon = block.indexOf(':', at);
    if (colon > at && colon < end) {
      const value = block[colon + 1] === ' ' ? colon + 2 : colon + 1;
      message[block.slice(at, colon).toLowerCase()] = block.slice(value, end);
    }
    at = end + 2;
  }
  return message;
}

/** Any phone system with an HTTP interface, by templates that the administrator writes (settings.ts). */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError } from '../../calendars/connector.ts';
import type { Outbound, OutboundResponse } from '../../outbound/outbound.ts';
import { parseRetryAfter } from '../../outbound/retry-after.ts';
import { type ForwardingMode, forwardingModes, type SlotForwarding, slotOff } from '../../presence/presence.ts';
import type {
  ApplyContext,
  Capabilities,
  PhoneForwarding,
  PhoneSystemConnection,
  PhoneSystemConnector,
} from '../connector.ts';
import type { HttpRequestTemplate, HttpSecret, HttpSettings } from './settings.ts';
import { atPointer, fillAddress, fillBody, fillHeader, type Values } from './templates.ts';

export const httpConnector = (outbound: Outbound): PhoneSystemConnector<HttpSettings, HttpSecret> => ({
  kind: 'http',
  async connect({ settings, secret }) {
    return connection(outbound, settings, secret);
  },
});

const maxAnswer = 1_000_000;
const concurrentReads = 4;
const noSlot = 'The settings of this phone system describe one forwarding, that of all calls.';
const phone = (always: SlotForwarding): PhoneForwarding => ({ always, busy: slotOff, unanswered: slotOff });
const noContext: ApplyContext = { status: '', note: null, until: null };

function connection(outbound: Outbound, settings: HttpSettings, secret: HttpSecret): PhoneSystemConnection {
  const budget = requestBudget(settings.requestsPerSecond);
  async function send(template: Partial<HttpRequestTemplate>, values: Values, signal: AbortSignal): Promise<Answer> {
    const url = fillAddress(template.address!, values);
    const headers: Record<string, string> = { accept: 'application/json', ...authorization(secret) };
    for (const [name, value] of Object.entries(template.headers ?? {}))
      headers[name.toLowerCase()] = fillHeader(value, values);
    if (template.body) headers['content-type'] ??= 'application/json';
    const request = {
      method: template.method ?? 'GET',
      headers,
      typedBy: 'administrator' as const,
      timeoutMs: settings.timeoutMs,
      maxBytes: maxAnswer,
      maxRedirects: 0,
      signal,
      ...(template.body ? { body: fillBody(template.body, headers['content-type']!, values) } : {}),
    };
    // Every request here may be repeated: it says what is to be, not what is to change.
    for (let attempt = 1; ; attempt++) {
      await budget(signal);
      let error: ConnectorError;
      try {
        const answer = parse(await outbound.fetch(url, request));
        const problem = failure(answer, new URL(url).host);
        if (!problem) return answer;
        error = problem;
      } catch (thrown) {
        // An aborted request ends with the reason of its signal, not with a ConnectorError.
        if (!(thrown instanceof ConnectorError) && !signal.aborted) throw thrown;
        error =
          thrown instanceof ConnectorError
            ? thrown
            : new ConnectorError('unreachable', `${new URL(url).host} did not answer in time.`, { cause: thrown });
      }
      const again =
        error.errorClass === 'throttled' || error.errorClass === 'unreachable' || error.errorClass === 'internal';
      const pause = retryPause(error, attempt);
      if (!again || attempt >= settings.attempts || signal.aborted || pause > settings.timeoutMs) throw error;
      await delay(pause, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }

  /** Null when the answer is good. */
  function failure({ status, json, retryAt }: Answer, host: string): ConnectorError | null {
    const said = settings.errorMessage ? atPointer(json, settings.errorMessage) : undefined;
    const reason = typeof said === 'string' && said ? `: ${said.slice(0, 200).replace(/\.$/, '')}` : '';
    if (status === 401 || status === 403)
      return new ConnectorError('credentials', `${host} refuses the credentials (HTTP ${status})${reason}.`);
    if (status === 429 || status === 503)
      return new ConnectorError('throttled', `${host} asks to come back later (HTTP ${status})${reason}.`, { retryAt });
    if (status >= 500) return new ConnectorError('internal', `${host} failed (HTTP ${status})${reason}.`);
    if (status === 404) return new ConnectorError('notFound', `${host} doesn't know it (HTTP 404)${reason}.`);
    if (status < 200 || status > 299)
      return new ConnectorError('refused', `${host} refused it (HTTP ${status})${reason}.`);
    if (settings.success && atPointer(json, settings.success.at) !== settings.success.is)
      return new ConnectorError('refused', `${host} answered, but not with success${reason || ' (see "success")'}.`);
    return null;
  }

  async function read(extension: string, signal: AbortSignal): Promise<SlotForwarding> {
    let answer: Answer;
    try {
      answer = await send(
        { ...settings.read, body: null },
        valuesFor(extension, { mode: 'off', target: null }, noContext),
        signal,
      );
    } catch (error) {
      if (error instanceof ConnectorError && error.errorClass === 'notFound') {
        if (settings.read.notFoundIsOff) return { mode: 'off', target: null };
        throw new ConnectorError('notFound', `The phone system doesn't know extension ${extension}.`);
      }
      throw error;
    }
    if (answer.json === undefined)
      throw new ConnectorError('malformed', `The state of extension ${extension} isn't JSON.`);
    return meaning(extension, answer.json);
  }

  function meaning(extension: string, json: unknown): SlotForwarding {
    const found = atPointer(json, settings.read.target);
    const text = found === null || found === undefined ? '' : String(found);
    const voicemail = settings.voicemail && voicemailOf(extension);
    const target = voicemail && text === voicemail ? 'voicemail' : text || null;
    if (settings.read.mode === null) return target ? { mode: 'all', target } : { mode: 'off', target: null };
    const word = atPointer(json, settings.read.mode);
    const said = word === null || word === undefined ? (settings.modes.off ?? '') : String(word);
    const mode = forwardingModes.find((each) => settings.modes[each] === said);
    if (!mode)
      throw new ConnectorError(
        'malformed',
        `The phone system says "${said.slice(0, 40)}" for the mode of ${extension}; no word in "modes" is that.`,
      );
    return { mode, target: mode === 'off' ? null : target };
  }

  function valuesFor(extension: string, forwarding: SlotForwarding, context: ApplyContext): Values {
    const { mode, target } = forwarding;
    return {
      extension,
      target: target === 'voicemail' ? voicemailOf(extension) : (target ?? ''),
      mode: settings.modes[mode] ?? mode,
      status: context.status,
      until: context.until?.toString() ?? '',
      note: context.note ?? '',
    };
  }
  const voicemailOf = (extension: string) => (settings.voicemail ?? '').replace(/\{\{\s*extension\s*\}\}/g, extension);

  return {
    capabilities: {
      modes: capabilities(settings),
      slots: { busy: noSlot, unanswered: noSlot },
      voicemail: settings.voicemail !== null,
      readAll: false,
      watch: false,
    },
    async bootId(signal) {
      const { boot } = settings;
      if (!boot) return '';
      const answer = await send(
        { method: 'GET', ...boot },
        valuesFor('', { mode: 'off', target: null }, noContext),
        signal,
      );
      const value = atPointer(answer.json, boot.value);
      if (value === undefined || value === null)
        throw new ConnectorError(
          'malformed',
          `There is nothing at ${boot.value} in the answer that tells the start of the phone system.`,
        );
      return String(value);
    },
    read: async (extension, signal) => phone(await read(extension, signal)),
    async readAll(extensions, signal) {
      const values = new Map<string, PhoneForwarding>();
      const errors: unknown[] = [];
      const queue = [...extensions];
      const worker = async () => {
        for (let extension = queue.shift(); extension !== undefined; extension = queue.shift())
          try {
            values.set(extension, phone(await read(extension, signal)));
          } catch (error) {
            errors.push(error);
          }
      };
      await Promise.all(Array.from({ length: concurrentReads }, worker));
      // One extension that can't be read is its own trouble; the caller asks for it alone to learn the reason. When
      // none can, it is the system's.
      const [first] = errors;
      const dead = first instanceof ConnectorError && first.errorClass === 'unreachable';
      if (values.size === 0 && extensions.length > 1 && dead) throw first;
      return values;
    },
    async apply(extension, slot, forwarding, context, signal) {
      if (slot !== 'always') throw new ConnectorError('refused', noSlot);
      const unable = capabilities(settings)[forwarding.mode];
      if (unable !== true) throw new ConnectorError('refused', unable);
      if (forwarding.target === 'voicemail' && !settings.voicemail)
        throw new ConnectorError('refused', 'No voicemail number is set for this phone system.');
      const template = forwarding.mode === 'off' ? settings.clear : settings.set;
      await send(template, valuesFor(extension, forwarding, context), signal);
    },
    async close() {},
  };
}

function capabilities({ modes }: HttpSettings): Capabilities['modes'] {
  const able = (mode: ForwardingMode): true | string =>
    mode === 'off' || modes[mode] !== undefined
      ? true
      : `The settings of this phone system have no word for "${mode}".`;
  return Object.fromEntries(forwardingModes.map((mode) => [mode, able(mode)])) as Capabilities['modes'];
}

/** Rule 10: lets through `perSecond` requests a second, up to one second's worth at once. */
function requestBudget(perSecond: number): (signal: AbortSignal) => Promise<void> {
  const step = 1_000 / perSecond;
  let next = 0;
  return async (signal) => {
    const now = Date.now();
    next = Math.max(next, now - 1_000) + step;
    if (next > now)
      await delay(next - now, undefined, { signal }).catch(() => {
        throw new ConnectorError('throttled', 'The request budget of this phone system is used up for now.');
      });
  };
}

interface Answer {
  status: number;
  /** Undefined when the body isn't JSON. */
  json: unknown;
  retryAt: Temporal.Instant | null;
}

function parse(response: OutboundResponse): Answer {
  let json: unknown;
  try {
    json = JSON.parse(response.text());
  } catch {
    json = undefined;
  }
  return {
    status: response.status,
    json,
    retryAt: parseRetryAfter(response.headers.get('retry-after'), Temporal.Now.instant()),
  };
}

/** Milliseconds: what the server asked for, else 200, 400, 800 … with jitter. */
function retryPause({ retryAt }: ConnectorError, attempt: number): number {
  if (retryAt) return Math.max(0, retryAt.epochMilliseconds - Date.now());
  return 200 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

function authorization(secret: HttpSecret): Record<string, string> {
  if (secret.kind === 'basic')
    return { authorization: `Basic ${Buffer.from(`${secret.username}:${secret.password}`).toString('base64')}` };
  if (secret.kind === 'bearer') return { authorization: `Bearer ${secret.token}` };
  return secret.kind === 'header' ? { [secret.name.toLowerCase()]: secret.value } : {};
}

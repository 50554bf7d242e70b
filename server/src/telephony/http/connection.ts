/** A phone system behind HTTP requests, as the reconciler sees it: reading, setting slot by slot, what it can do. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError } from '../../calendars/connector.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { type Slot, type SlotForwarding, slotOff } from '../../presence/presence.ts';
import { requestBudget } from '../budget.ts';
import type { ApplyContext, PhoneForwarding, PhoneSystemConnection } from '../connector.ts';
import { asConnectorError } from '../outcomes.ts';
import { type TokenStore, tokensInMemory } from '../token-store.ts';
import { callsInProgress } from './calls.ts';
import { type Exchange, httpClient, type SignIn, type Template } from './client.ts';
import { directory } from './directory.ts';
import { readList as readPages } from './pages.ts';
import { allAtPointer, atPointer, textOf } from './places.ts';
import { presenceTeller } from './presence.ts';
import { requestsOf } from './request-settings.ts';
import type { HttpSecret, HttpSettings } from './settings.ts';
import { modesOf, phoneState, slotsOf, voicemailAble, voicemailOf } from './state.ts';
import type { Values } from './templates.ts';
import { secretProblem } from './token-settings.ts';
import { tokenSignIn } from './tokens.ts';

export interface HttpConnectionOptions {
  outbound: Outbound;
  settings: HttpSettings;
  secret: HttpSecret;
  tokens?: TokenStore | undefined;
  onExchange?: ((exchange: Exchange) => void) | undefined;
}

const concurrentReads = 4;
const allOff: PhoneForwarding = { always: slotOff, busy: slotOff, unanswered: slotOff };

export interface HttpConnection extends PhoneSystemConnection {
  /** All that stands in the whole list (`readAll`) and can be understood. @throws ConnectorError */
  readList(signal: AbortSignal): Promise<Map<string, PhoneForwarding>>;
}

export function httpConnection(options: HttpConnectionOptions): HttpConnection {
  const { settings, secret, outbound, onExchange } = options;
  const problem = secretProblem(settings.token, secret);
  if (problem) throw new ConnectorError('credentials', problem);
  const budget = requestBudget(settings.requestsPerSecond);
  const parts = { outbound, settings, budget, onExchange };
  const signIn = settings.token
    ? tokenSignIn(
        httpClient({ ...parts, signIn: unsigned, purpose: 'token' }),
        settings.token,
        secret,
        options.tokens ?? tokensInMemory(),
      )
    : signedWith(secret);
  const client = httpClient({ ...parts, signIn });
  const ids = settings.lookup && directory(client, settings.lookup);
  const modes = modesOf(settings);
  const slots = slotsOf(settings);
  /** How many requests the whole list took, to tell when asking one by one is less. */
  let pages = 1;

  async function valuesFor(extension: string, signal: AbortSignal): Promise<Values> {
    const values = { extension, target: '', mode: settings.modes.off ?? 'off', status: '', until: '', note: '' };
    return ids ? { ...values, id: await ids.idOf(extension, signal) } : values;
  }
  function phone(answers: ReadonlyMap<string, unknown>, values: Values): PhoneForwarding {
    const { always, busy, unanswered } = phoneState(settings, answers, values);
    return { always, busy: busy ?? slotOff, unanswered: unanswered ?? slotOff };
  }

  async function read(extension: string, signal: AbortSignal): Promise<PhoneForwarding> {
    let known = false;
    try {
      const values = await valuesFor(extension, signal);
      known = true;
      const answers = new Map<string, unknown>();
      answers.set('', (await client.send(settings.read, values, signal)).json);
      for (const [name, more] of Object.entries(settings.read.more))
        answers.set(name, (await client.send(more, values, signal)).json);
      return phone(answers, values);
    } catch (error) {
      if (!(error instanceof ConnectorError && error.errorClass === 'notFound')) throw error;
      if (known && settings.read.notFoundIsOff) return allOff;
      ids?.forget(extension);
      throw new ConnectorError('notFound', `The phone system doesn't know extension ${extension}.`);
    }
  }

  async function readOneByOne(
    extensions: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<string, PhoneForwarding>> {
    const values = new Map<string, PhoneForwarding>();
    const errors: unknown[] = [];
    const queue = [...extensions];
    const worker = async () => {
      for (let extension = queue.shift(); extension !== undefined; extension = queue.shift())
        try {
          values.set(extension, await read(extension, signal));
        } catch (error) {
          errors.push(error);
        }
    };
    await Promise.all(Array.from({ length: concurrentReads }, worker));
    // One extension that can't be read is its own trouble; the caller asks for it alone to learn the reason. When
    // none can, it is the system's.
    const [first] = errors;
    const dead =
      first instanceof ConnectorError && ['unreachable', 'credentials', 'throttled'].includes(first.errorClass);
    if (values.size === 0 && extensions.length > 1 && dead) throw first;
    return values;
  }

  /** An element that can't be understood is left out: its extension is asked for alone to learn the reason. */
  async function readList(signal: AbortSignal): Promise<{ values: Map<string, PhoneForwarding>; bad: Set<string> }> {
    const list = settings.readAll!;
    const whole = await readPages(client, list, {}, signal);
    pages = whole.pages;
    const values = new Map<string, PhoneForwarding>();
    const bad = new Set<string>();
    for (const element of whole.elements)
      for (const found of allAtPointer(element, list.extension)) {
        const extension = textOf(found);
        if (extension === null) continue;
        try {
          const found = phone(new Map([['', atPointer(element, list.item)]]), { extension });
          // Of two users with one extension nobody can tell whose counts.
          if (values.has(extension) && !same(values.get(extension)!, found)) bad.add(extension);
          values.set(extension, found);
        } catch {
          bad.add(extension);
        }
      }
    for (const extension of bad) values.delete(extension);
    return { values, bad };
  }
  async function readWhole(extensions: readonly string[], signal: AbortSignal): Promise<Map<string, PhoneForwarding>> {
    const { values: all, bad } = await readList(signal);
    const values = new Map<string, PhoneForwarding>();
    const missing: string[] = [];
    for (const extension of extensions) {
      const value = all.get(extension) ?? (settings.readAll!.missingIsOff && !bad.has(extension) ? allOff : null);
      if (value) values.set(extension, value);
      else if (!bad.has(extension)) missing.push(extension);
    }
    // An element that changed its page meanwhile is in none.
    if (missing.length > 0)
      for (const [extension, value] of await readOneByOne(missing, signal)) values.set(extension, value);
    return values;
  }

  /** All requests that make a slot so. */
  function requestsFor(slot: Slot, { mode, target }: SlotForwarding): Template[] {
    const own = slot === 'always' ? settings : settings[slot];
    const apart = slot === 'always' ? settings.doNotDisturb : null;
    const able = slot === 'always' ? modes[mode] : (slots[slot] as true | string);
    if (able !== true || !own) throw new ConnectorError('refused', able === true ? '' : able);
    if (slot !== 'always' && mode !== 'off' && mode !== 'all')
      throw new ConnectorError(
        'refused',
        'Calls that find the user busy or that nobody answers are forwarded or not: there is no other mode.',
      );
    if (target === 'voicemail' && !own.setVoicemail && settings.voicemail === null) {
      const why = voicemailAble(settings);
      throw new ConnectorError('refused', why === true ? 'No voicemail number is set for this phone system.' : why);
    }
    const forwards = mode !== 'off' && (mode !== 'doNotDisturb' || !apart || target !== null);
    const set = target === 'voicemail' && own.setVoicemail ? own.setVoicemail : own.set;
    const forwarding = requestsOf(forwards ? set : own.clear);
    if (!apart) return forwarding;
    // Do not disturb last when it begins and first when it ends would matter to nobody: calls meet one or the other.
    return [...forwarding, ...requestsOf(mode === 'doNotDisturb' ? apart.set : apart.clear)];
  }

  const tell = settings.presence && presenceTeller(client, settings.presence, valuesFor);
  let watching: NodeJS.Timeout | null = null;

  return {
    capabilities: {
      modes,
      slots,
      voicemail: voicemailAble(settings) === true,
      readAll: settings.readAll !== null,
      watch: false,
      cost: {
        perSecond: settings.requestsPerSecond,
        perPhone: settings.readAll ? 0 : 1 + Object.keys(settings.read.more).length,
      },
    },
    async bootId(signal) {
      const { boot } = settings;
      if (!boot) return '';
      const value = atPointer((await client.send(boot, {}, signal)).json, boot.value);
      if (textOf(value) === null)
        throw new ConnectorError(
          'malformed',
          `There is nothing at ${boot.value} in the answer that tells the start of the phone system.`,
        );
      return String(value);
    },
    read,
    readList: async (signal) => (await readList(signal)).values,
    async readAll(extensions, signal) {
      return settings.readAll && extensions.length > pages
        ? readWhole(extensions, signal)
        : readOneByOne(extensions, signal);
    },
    async apply(extension, slot, forwarding, context, signal) {
      const requests = requestsFor(slot, forwarding);
      const { mode, target } = forwarding;
      try {
        const values = {
          ...(await valuesFor(extension, signal)),
          target: target === 'voicemail' ? voicemailOf(settings, extension) : (target ?? ''),
          mode: settings.modes[mode] ?? mode,
          ...contextValues(context),
        };
        await client.sendAll(requests, values, signal);
      } catch (error) {
        if (error instanceof ConnectorError && error.errorClass === 'notFound') ids?.forget(extension);
        throw error;
      }
      if (settings.settleMs > 0) await delay(settings.settleMs, undefined, { signal }).catch(() => {});
    },
    ...(settings.calls && {
      calls: (signal) => callsInProgress(client, settings.calls!, ids, signal),
      // Nothing is sent to us: calls are asked for every few seconds.
      watch(onHint) {
        watching ??= setInterval(() => onHint({ what: 'calls', extension: null }), settings.calls!.seconds * 1_000);
        watching.unref();
      },
    }),
    ...(tell && { showPresence: tell }),
    // Proves the way there even where no extension is known yet.
    async check(signal) {
      if (!settings.readAll) return [];
      try {
        const { values, bad } = await readList(signal);
        const unread = bad.size > 0 ? ` ${bad.size} of them can’t be understood, ${[...bad][0]} for one.` : '';
        const message = `The phone system lists ${values.size + bad.size} extensions.${unread}`;
        return [{ name: 'list', ok: bad.size === 0, message }];
      } catch (error) {
        const { message, errorClass } = asConnectorError(error);
        return [{ name: 'list', ok: false, message, errorClass }];
      }
    },
    async close() {
      if (watching) clearInterval(watching);
    },
  };
}

export function contextValues({ status, until, note }: ApplyContext): Values {
  return { status, until: until?.toString() ?? '', note: note ?? '' };
}

const same = (a: PhoneForwarding, b: PhoneForwarding) => JSON.stringify(a) === JSON.stringify(b);

const unsigned: SignIn = { headers: async () => ({}), refused: () => false };

function signedWith(secret: HttpSecret): SignIn {
  const headers: Record<string, string> = {};
  if (secret.kind === 'basic')
    headers.authorization = `Basic ${Buffer.from(`${secret.username}:${secret.password}`).toString('base64')}`;
  else if (secret.kind === 'bearer') headers.authorization = `Bearer ${secret.token}`;
  else if (secret.kind === 'header') headers[secret.name.toLowerCase()] = secret.value;
  return { headers: async () => headers, refused: () => false };
}

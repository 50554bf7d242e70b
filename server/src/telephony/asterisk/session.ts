/** One AMI connection at a time, made anew by whoever needs it, and AstDB through it. */
import { ConnectorError } from '../../calendars/connector.ts';
import { requestBudget } from '../budget.ts';
import { type Ami, type AmiAction, type AmiAnswer, type AmiMessage, type AmiOptions, openAmi } from './ami.ts';

export interface AmiSession {
  /** Resolves for "Response: Error" too. @throws ConnectorError see ami.ts */
  run(fields: AmiAction, signal: AbortSignal): Promise<AmiAnswer>;
  /** As many `run`s, in one go where requests aren't limited. */
  runAll(actions: readonly AmiAction[], signal: AbortSignal): Promise<AmiAnswer[]>;
  /** @throws ConnectorError also when Asterisk answers with an error: 'credentials' where a right is missing. */
  must(fields: AmiAction, signal: AbortSignal): Promise<AmiAnswer>;
  /** Events of whichever connection is in use. Nothing is heard while there is none. */
  onEvent(listener: (event: AmiMessage) => void): void;
  /** The connection broke: whatever happens until the next one is made stays unheard. */
  onLost(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * @param wanted which events: a busy exchange tells of every step of every call. Regular expressions (POSIX) on the text of
 *   an event, as the AMI action Filter takes them.
 */
export function openSession(
  options: AmiOptions & { requestsPerSecond?: number | undefined },
  wanted: readonly string[],
): AmiSession {
  const listeners = new Set<(event: AmiMessage) => void>();
  const lostListeners = new Set<() => void>();
  let current: Promise<Ami> | null = null;
  let closed = false;

  /** Made when it is needed, so a dead server is asked at the pace of whoever works with it. */
  function ami(signal: AbortSignal): Promise<Ami> {
    if (closed) return Promise.reject(new ConnectorError('unreachable', 'The connection to Asterisk was closed.'));
    current ??= openAmi(options, signal).then(
      (opened) => {
        if (closed) opened.close();
        opened.onClose(() => {
          current = null;
          if (!closed) for (const lost of lostListeners) lost();
        });
        // Where filters aren't allowed to us we sift ourselves.
        for (const pattern of wanted)
          void opened.action({ Action: 'Filter', Operation: 'Add', Filter: pattern }).catch(() => {});
        opened.onEvent((event) => {
          for (const listener of listeners) listener(event);
        });
        return opened;
      },
      (error) => {
        current = null;
        throw error;
      },
    );
    return current;
  }
  const budget = options.requestsPerSecond ? requestBudget(options.requestsPerSecond) : null;
  const run: AmiSession['run'] = async (fields, signal) => {
    await budget?.(signal);
    return (await ami(signal)).action(fields, signal);
  };
  return {
    run,
    runAll: async (actions, signal) =>
      budget ? Promise.all(actions.map((fields) => run(fields, signal))) : (await ami(signal)).actions(actions, signal),
    async must(fields, signal) {
      const answer = await run(fields, signal);
      if (answer.response.response === 'Success') return answer;
      throw refusal(fields, answer);
    },
    onEvent: (listener) => void listeners.add(listener),
    onLost: (listener) => void lostListeners.add(listener),
    async close() {
      closed = true;
      const opened = await current?.catch(() => null);
      opened?.close();
    },
  };
}

export interface AstDb {
  /** '' where there is no such key. */
  get(family: string, key: string, signal: AbortSignal): Promise<string>;
  getAll(entries: readonly AstDbKey[], signal: AbortSignal): Promise<string[]>;
  /** An empty value deletes the key. */
  put(family: string, key: string, value: string, signal: AbortSignal): Promise<void>;
  /** A whole family, or null where this Asterisk can't list one (DBGetTree came with 18.22, 20.7 and 21.2). */
  tree(family: string, signal: AbortSignal): Promise<Map<string, string> | null>;
}

export interface AstDbKey {
  family: string;
  key: string;
}

export const astDb = ({ run, runAll }: AmiSession): AstDb => ({
  get: async (family, key, signal) => storedValue(await run(getting({ family, key }), signal)),
  getAll: async (entries, signal) => (await runAll(entries.map(getting), signal)).map(storedValue),
  async put(family, key, value, signal) {
    const action = putting(family, key, value);
    const refused = notPut(action, await run(action, signal));
    if (refused) throw refused;
  },
  async tree(family, signal) {
    const answer = await run({ Action: 'DBGetTree', Family: family }, signal);
    if (isMissing(answer)) return new Map();
    if (answer.response.response !== 'Success') return null;
    const values = new Map<string, string>();
    for (const { key, val } of answer.events) if (key) values.set(key.slice(family.length + 2), val?.trim() ?? '');
    return values;
  },
});

const getting = ({ family, key }: AstDbKey): AmiAction => ({ Action: 'DBGet', Family: family, Key: key });

function storedValue(answer: AmiAnswer): string {
  if (answer.response.response === 'Success') return answer.events[0]?.val?.trim() ?? '';
  if (isMissing(answer)) return '';
  throw refusal({ Action: 'DBGet' }, answer);
}

/** The action that puts a value; an empty one deletes the key. */
export const putting = (family: string, key: string, value: string): AmiAction =>
  value ? { Action: 'DBPut', Family: family, Key: key, Val: value } : { Action: 'DBDel', Family: family, Key: key };

/** Why it wasn't put; null when it was. */
export function notPut(action: AmiAction, answer: AmiAnswer): ConnectorError | null {
  if (action.Action === 'DBPut') return answer.response.response === 'Success' ? null : refusal(action, answer);
  // Asterisk answers Error for a key that isn't there: then it is done. A missing right reads otherwise.
  return /permission/i.test(answer.response.message ?? '') ? refusal(action, answer) : null;
}

const isMissing = ({ response }: AmiAnswer) =>
  response.response === 'Error' && /entry not found/i.test(response.message ?? '');

function refusal(fields: AmiAction, { response }: AmiAnswer): ConnectorError {
  const message = response.message ?? 'no reason given';
  if (/permission/i.test(message))
    return new ConnectorError(
      'credentials',
      `The manager user may not do ${fields.Action}: give it read and write for system, call and reporting in manager.conf.`,
    );
  return new ConnectorError('internal', `Asterisk refused ${fields.Action}: ${message}`);
}

/** Settings of an HTTP phone system while they are edited: fields for what is simple, JSON for what is not. */

export const methods = ['PUT', 'POST', 'PATCH', 'DELETE', 'GET'] as const;
export interface Request {
  method?: (typeof methods)[number];
  address: string;
  headers?: Record<string, string>;
  body?: string | null;
}
export interface Read {
  address: string;
  target: string;
  notFoundIsOff?: boolean;
}

/** Parts that are JSON, in the order of the form. Those that may be missing have an example to begin with. */
export const partNames = [
  ...['set', 'clear', 'read', 'busy', 'unanswered', 'doNotDisturb', 'setVoicemail', 'readAll', 'lookup', 'token'],
  ...['presence', 'calls', 'boot', 'modes', 'errors', 'limits'],
] as const;
export type PartName = (typeof partNames)[number];

const pbx = 'https://pbx.example.com';
const perExtension = `${pbx}/extensions/{{extension}}/forwarding`;
export const examples: Partial<Record<string, unknown>> = {
  busy: {
    set: { method: 'PUT', address: `${perExtension}/busy`, body: { target: '{{target}}' } },
    clear: { method: 'DELETE', address: `${perExtension}/busy` },
    read: { target: '/busy/target' },
  },
  unanswered: {
    set: { method: 'PUT', address: `${perExtension}/unanswered`, body: { target: '{{target}}' } },
    clear: { method: 'DELETE', address: `${perExtension}/unanswered` },
    read: { target: '/unanswered/target' },
  },
  doNotDisturb: {
    set: { method: 'PUT', address: `${pbx}/extensions/{{extension}}/dnd`, body: { enabled: true } },
    clear: { method: 'PUT', address: `${pbx}/extensions/{{extension}}/dnd`, body: { enabled: false } },
    on: { at: '/dnd/enabled', is: true },
  },
  setVoicemail: { method: 'PUT', address: perExtension, body: { target: 'mailbox' } },
  readAll: {
    address: `${pbx}/forwardings?limit=100`,
    list: '/items',
    extension: '/extension',
    paging: { by: 'offset', parameter: 'offset', size: 100 },
  },
  lookup: { address: `${pbx}/users?extension={{extension}}`, list: '/items', extension: '/extension', id: '/id' },
  token: { by: 'clientCredentials', address: `${pbx}/oauth/token`, scope: '' },
  presence: {
    set: {
      method: 'PUT',
      address: `${pbx}/extensions/{{extension}}/presence`,
      body: { status: '{{presence}}', note: '{{note}}' },
    },
    words: { available: 'available', appointment: 'busy' },
  },
  calls: { address: `${pbx}/calls`, list: '/items', id: '/id', extension: '/extension', since: '/since' },
  boot: { address: `${pbx}/system`, value: '/startedAt' },
};

/** A small REST interface, to be changed to the real one. */
const empty = {
  set: {
    method: 'PUT',
    address: perExtension,
    headers: { 'Content-Type': 'application/json' },
    body: '{"target": "{{target}}"}',
  },
  clear: { method: 'DELETE', address: perExtension },
  read: { address: perExtension, target: '/target', notFoundIsOff: true },
};
const limits = ['requestsPerSecond', 'timeoutMs', 'attempts', 'settleMs'] as const;

export interface Draft {
  /** Whatever there is, the parts below left out. */
  settings: Record<string, unknown>;
  /** The text of parts that are edited as JSON; null: the system hasn't got it. */
  parts: Partial<Record<PartName, string | null>>;
  /** The text of somebody who writes everything as JSON. */
  json: string | null;
}

export const textOf = (value: unknown) => JSON.stringify(tidy(value), null, 2);

const saysNothing = (name: string, value: unknown) =>
  value === null || (['keep', 'headers', 'more'].includes(name) && Object.keys(value as object).length === 0);

/** Without what says nothing, as a person would write it: method and address first. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const { method, address, ...rest } = value as Record<string, unknown>;
  const first = { ...(method !== undefined && { method }), ...(address !== undefined && { address }) };
  const said = Object.entries(rest).filter(([name, inner]) => !saysNothing(name, inner));
  return {
    ...first,
    ...Object.fromEntries(said.map(([name, inner]) => [name, name === 'body' ? inner : tidy(inner)])),
  };
}

export function draftOf(known: Record<string, unknown> | null): Draft {
  const settings: Record<string, unknown> = structuredClone(known ?? empty);
  const parts: Draft['parts'] = {};
  for (const name of partNames) {
    if (name === 'limits') {
      const kept = Object.fromEntries(limits.flatMap((limit) => (limit in settings ? [[limit, settings[limit]]] : [])));
      for (const limit of limits) delete settings[limit];
      parts.limits = Object.keys(kept).length > 0 ? textOf(kept) : null;
      continue;
    }
    if (isSimple(name, settings[name])) continue;
    const value = settings[name];
    const missing =
      value === null || value === undefined || (Array.isArray(value) && value.length === 0 && name === 'errors');
    parts[name] = missing ? null : textOf(value);
    delete settings[name];
  }
  return { settings, parts, json: null };
}

/** Whether fields can show all of it. */
function isSimple(name: PartName, value: unknown): boolean {
  const { body, target, on, more, proof, toVoicemail } = (value ?? {}) as Record<string, unknown>;
  if (name === 'set' || name === 'clear')
    return !Array.isArray(value) && (body === undefined || body === null || typeof body === 'string');
  if (name !== 'read') return false;
  return (
    typeof target === 'string' && !on && !proof && !toVoicemail && Object.keys((more ?? {}) as object).length === 0
  );
}

/** @throws SyntaxError naming the part whose text is no JSON. */
export function settingsFrom({ settings, parts, json }: Draft): Record<string, unknown> {
  if (json !== null) return JSON.parse(json);
  const whole = { ...settings };
  for (const [name, text] of Object.entries(parts)) {
    if (text === null) {
      if (name === 'modes' || name === 'limits') continue;
      whole[name] = name === 'errors' ? [] : null;
      continue;
    }
    try {
      const value: unknown = JSON.parse(text);
      if (name === 'limits') Object.assign(whole, value);
      else whole[name] = value;
    } catch (error) {
      throw new SyntaxError(`${name}: ${(error as Error).message}`);
    }
  }
  return whole;
}

/** Settings tried out on one extension before they are saved: what is asked, what comes back, what is understood. */
import { ConnectorError, type ErrorClass } from '../../calendars/connector.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import type { Capabilities, PhoneForwarding } from '../connector.ts';
import { asConnectorError } from '../outcomes.ts';
import type { TokenStore } from '../token-store.ts';
import type { Exchange } from './client.ts';
import { type HttpConnection, httpConnection } from './connection.ts';
import type { HttpSecret, HttpSettings } from './settings.ts';

/** One request as it went out, nothing secret in it. */
export interface ShownExchange {
  purpose: Exchange['purpose'];
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
  /** HTTP; null: no answer. */
  status: number | null;
  /** JSON, cut off after some lines' worth; null: none, or not shown. */
  answer: string | null;
}

export interface Trial {
  exchanges: ShownExchange[];
  /** How the extension's forwarding was understood; null where it couldn't be. */
  found: PhoneForwarding | null;
  /** Where settings say how all are read at once: whether the extension was among them, and understood the same. */
  list: 'same' | 'different' | 'missing' | null;
  /** When the system was started, or as what; null where nothing tells. */
  bootId: string | null;
  capabilities: Pick<Capabilities, 'modes' | 'slots' | 'voicemail'>;
  problem: { errorClass: ErrorClass; message: string } | null;
}

const maxExchanges = 40;
const maxAnswer = 4_000;
const hidden = '•••';

/** Reads only, never writes to a phone; a token is got where one is needed. @throws ConnectorError where the settings don't fit the secret. */
export async function tryHttp(
  outbound: Outbound,
  system: { settings: HttpSettings; secret: HttpSecret; tokens?: TokenStore | undefined },
  extension: string,
  signal: AbortSignal = AbortSignal.timeout(20_000),
): Promise<Trial> {
  const exchanges: Exchange[] = [];
  const connection = httpConnection({
    ...{ outbound, ...system },
    onExchange(exchange) {
      if (exchanges.length < maxExchanges) exchanges.push(exchange);
    },
  });
  const { modes, slots, voicemail } = connection.capabilities;
  const trial: Trial = {
    ...{ exchanges: [], found: null, list: null, bootId: null, problem: null },
    capabilities: { modes, slots, voicemail },
  };
  try {
    trial.bootId = (await connection.bootId(signal)) || null;
    trial.found = await connection.read(extension, signal);
    if (connection.capabilities.readAll) trial.list = await inList(connection, extension, trial.found, signal);
  } catch (error) {
    const { errorClass, message } = asConnectorError(error);
    trial.problem = { errorClass, message };
  } finally {
    await connection.close();
  }
  const mask = masking(system.secret, system.settings);
  return { ...trial, exchanges: exchanges.map(mask) };
}

async function inList(
  connection: HttpConnection,
  extension: string,
  alone: PhoneForwarding,
  signal: AbortSignal,
): Promise<Trial['list']> {
  const found = (await connection.readList(signal)).get(extension);
  if (!found) return 'missing';
  return JSON.stringify(found) === JSON.stringify(alone) ? 'same' : 'different';
}

/** Sign-in headers and everything about tokens are hidden whole; what a secret holds is hidden wherever it stands. */
function masking(secret: HttpSecret, settings: HttpSettings): (exchange: Exchange) => ShownExchange {
  const open = new Set(['kind', 'username', 'clientId', 'name']);
  const words = Object.entries(secret)
    .filter(([name, value]) => !open.has(name) && typeof value === 'string' && value.length > 3)
    .flatMap(([, value]) => [value as string, encodeURIComponent(value as string), JSON.stringify(value).slice(1, -1)]);
  const headers = new Set(['authorization', 'cookie', 'proxy-authorization']);
  if (secret.kind === 'header') headers.add(secret.name.toLowerCase());
  if (settings.token) headers.add(settings.token.send.header.toLowerCase());
  const clean = (text: string) => words.reduce((left, word) => left.replaceAll(word, hidden), text);
  return ({ purpose, method, url, headers: sent, body, status, answer }) => {
    const shownHeaders = Object.entries(sent).map(([name, value]) => [name, headers.has(name) ? hidden : clean(value)]);
    const text = answer === undefined || answer === null ? null : JSON.stringify(answer, null, 1);
    const cut = text !== null && text.length > maxAnswer ? `${text.slice(0, maxAnswer)} …` : text;
    const isToken = purpose === 'token';
    return {
      ...{ purpose, method, url: clean(url), headers: Object.fromEntries(shownHeaders), status },
      body: body === null ? null : isToken ? hidden : clean(body),
      answer: cut === null ? null : isToken ? hidden : clean(cut),
    };
  };
}

/** Servers that the settings lead to: a secret that was entered for some isn't sent to others. */
export function originsOf(settings: unknown): Set<string> {
  const origins = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const origin =
        name === 'address' && typeof inner === 'string' ? /^https?:\/\/[^/?#]+/i.exec(inner)?.[0] : undefined;
      if (origin) origins.add(origin.toLowerCase());
      visit(inner);
    }
  };
  visit(settings);
  return origins;
}

/** @throws ConnectorError 'credentials' */
export function refuseOtherServers(stored: unknown, settings: unknown): void {
  const known = originsOf(stored);
  const others = [...originsOf(settings)].filter((origin) => !known.has(origin));
  if (others.length > 0)
    throw new ConnectorError(
      'credentials',
      `The stored sign-in was entered for another server than ${others[0]}: enter it again to try it there.`,
    );
}

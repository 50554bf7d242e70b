/** Tokens: got before they are needed, renewed before they end, shared by everything that waits for one. */
import { createHash } from 'node:crypto';
import { ConnectorError } from '../../calendars/connector.ts';
import type { TokenState, TokenStore } from '../token-store.ts';
import type { Answer } from './answers.ts';
import type { Client, SignIn, Template } from './client.ts';
import { atPlace, textOf } from './places.ts';
import { requestsOf } from './request-settings.ts';
import { fillText, type Values } from './templates.ts';
import type { HttpSecret, TokenSettings } from './token-settings.ts';

/** @param client sends without signing in. */
export function tokenSignIn(client: Client, settings: TokenSettings, secret: HttpSecret, store: TokenStore): SignIn {
  const { header, prefix } = settings.send;
  const name = header.toLowerCase();
  const mark = createHash('sha256').update(JSON.stringify(secret)).digest('base64url');
  let state: TokenState | null = null;
  let loaded = false;
  let refused: string | null = null;
  let getting: Promise<TokenState> | null = null;

  const isGood = (each: TokenState | null) =>
    each !== null && each.token !== refused && Temporal.Instant.compare(renewalOf(each), Temporal.Now.instant()) > 0;

  async function stored(): Promise<TokenState | null> {
    const found = await store.load();
    loaded = true;
    return found?.secret === mark ? found : null;
  }
  async function another(signal: AbortSignal): Promise<TokenState> {
    // Another process may have got one meanwhile.
    const known = await stored();
    if (known && isGood(known)) return known;
    const refreshToken = known?.refreshToken ?? (secret.kind === 'refresh' ? secret.refreshToken : undefined);
    const got = await get(refreshToken, signal);
    const next: TokenState = { ...got, secret: mark, refreshToken: got.refreshToken ?? refreshToken };
    // Before it is used: a refresh token that is given once is nowhere else.
    await store.save(next);
    return next;
  }
  async function get(refreshToken: string | undefined, signal: AbortSignal): Promise<Omit<TokenState, 'secret'>> {
    const now = Temporal.Now.instant();
    try {
      return settings.by === 'login'
        ? loggedIn(await logIn(client, settings, secret, signal), settings, now)
        : granted((await client.send(...grant(settings, secret, refreshToken), signal)).json, now);
    } catch (error) {
      // What a token request is refused for is what it was made with (RFC 6749 section 5.2: HTTP 400).
      if (error instanceof ConnectorError && error.errorClass === 'refused')
        throw new ConnectorError('credentials', `No token was given: ${error.message}`, { cause: error });
      throw error;
    }
  }

  return {
    async headers(signal) {
      if (!loaded) state = await stored();
      if (!state || !isGood(state)) {
        // With a limit of its own: whoever waits for it may give up without taking it from the others.
        getting ??= another(AbortSignal.timeout(logInLimit)).finally(() => {
          getting = null;
        });
        state = await unlessAborted(getting, signal);
      }
      return { [name]: prefix + state.token };
    },
    refused(headers) {
      refused = headers[name]?.slice(prefix.length) ?? null;
      return true;
    },
  };
}

const logInLimit = 10_000;

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const late = () => reject(new ConnectorError('unreachable', 'The phone system did not give a token in time.'));
  if (signal.aborted) late();
  signal.addEventListener('abort', late, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', late);
    aborted.catch(() => {});
    work.catch(() => {});
  }
}

/** A minute before it ends, or a tenth of its life where that is less. */
function renewalOf({ expiresAt, gotAt }: TokenState): Temporal.Instant {
  const end = Temporal.Instant.from(expiresAt);
  const life = Math.max(0, end.epochMilliseconds - Temporal.Instant.from(gotAt).epochMilliseconds);
  return end.subtract({ milliseconds: Math.min(60_000, Math.round(life / 10)) });
}

type OAuth = Exclude<TokenSettings, { by: 'login' }>;

function grant(settings: OAuth, secret: HttpSecret, refreshToken: string | undefined): [Template, Values] {
  const grants = { clientCredentials: 'client_credentials', password: 'password', refreshToken: 'refresh_token' };
  const body = new URLSearchParams({ ...settings.parameters, grant_type: grants[settings.by] });
  if (settings.scope) body.set('scope', settings.scope);
  if (settings.by === 'password' && (secret.kind === 'basic' || secret.kind === 'password')) {
    body.set('username', secret.username);
    body.set('password', secret.password);
  }
  if (settings.by === 'refreshToken') body.set('refresh_token', refreshToken ?? '');
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  const { id, secret: clientSecret } = clientOf(secret);
  if (id && settings.client === 'header')
    headers.authorization = `Basic ${base64(`${encodeURIComponent(id)}:${encodeURIComponent(clientSecret)}`)}`;
  else if (id) {
    body.set('client_id', id);
    if (clientSecret) body.set('client_secret', clientSecret);
  }
  // Braces are encoded, so nothing in it is a template any more.
  return [{ method: 'POST', address: settings.address, headers, body: body.toString() }, {}];
}

function clientOf(secret: HttpSecret): { id: string; secret: string } {
  if (secret.kind === 'client' || secret.kind === 'password' || secret.kind === 'refresh')
    return { id: secret.clientId, secret: secret.clientSecret };
  return { id: '', secret: '' };
}

/** RFC 6749 section 5.1; without `expires_in` a token is taken to last an hour. */
function granted(json: unknown, now: Temporal.Instant): Omit<TokenState, 'secret'> {
  const {
    access_token: token,
    expires_in: seconds,
    refresh_token: refreshToken,
  } = (json ?? {}) as Record<string, unknown>;
  if (typeof token !== 'string' || !token)
    throw new ConnectorError('malformed', 'The answer to the token request has no "access_token".');
  const life = Number(seconds);
  return {
    token,
    gotAt: now.toString(),
    expiresAt: now.add({ seconds: life > 0 && life < 1e9 ? Math.round(life) : 3_600 }).toString(),
    refreshToken: typeof refreshToken === 'string' && refreshToken ? refreshToken : undefined,
  };
}

type Login = Extract<TokenSettings, { by: 'login' }>;

function logIn(client: Client, settings: Login, secret: HttpSecret, signal: AbortSignal) {
  const { username, password } =
    secret.kind === 'basic' || secret.kind === 'password' ? secret : { username: '', password: '' };
  const { id: clientId, secret: clientSecret } = clientOf(secret);
  const values = { username, password, clientId, clientSecret, basic: base64(`${username}:${password}`) };
  return client.sendAll(requestsOf(settings.requests) as Template[], values, signal, (known) => {
    const hashed: Record<string, unknown> = { ...known };
    for (const { name, with: kind, of } of settings.hashes) {
      const text = fillText(of, hashed);
      hashed[`hash.${name}`] = kind === 'base64' ? base64(text) : createHash(kind).update(text).digest('hex');
    }
    return hashed;
  });
}

function loggedIn({ answer }: { answer: Answer }, settings: Login, now: Temporal.Instant): Omit<TokenState, 'secret'> {
  const answers = new Map([['', answer.json]]);
  const at = (place: Login['token']) => textOf(atPlace(answers, place, (text) => text));
  const token = at(settings.token);
  if (!token) throw new ConnectorError('malformed', 'The answer to the log-in has no token where the settings say.');
  if (/[\r\n\0]/.test(token)) throw new ConnectorError('malformed', 'The token contains a line break.');
  const seconds = settings.expiresIn === null ? Number.NaN : Number(at(settings.expiresIn) ?? Number.NaN);
  const until = settings.expiresAt === null ? null : instantOf(at(settings.expiresAt) ?? '');
  const expiresAt =
    until ?? now.add({ seconds: seconds > 0 && seconds < 1e9 ? Math.round(seconds) : settings.lifetimeSeconds });
  return { token, gotAt: now.toString(), expiresAt: expiresAt.toString() };
}

/** ISO 8601 with or without a zone (UTC then); null for anything else. */
function instantOf(text: string): Temporal.Instant | null {
  for (const each of [text, `${text}Z`])
    try {
      return Temporal.Instant.from(each);
    } catch {}
  return null;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

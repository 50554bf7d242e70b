/**
 * The OpenID Connect client (openid-client 6) of one provider: discovery at the first use, every request through the one
 * way out, signatures always checked. Nothing here runs at the start of the server, and the library is loaded when
 * somebody first signs in through a provider: one that is down or wrong is nobody's trouble but its own.
 */
import { createHash } from 'node:crypto';
import type { Configuration, CustomFetch, ServerMetadata } from 'openid-client';
import { ConnectorError } from '../../calendars/connector.ts';
import type { Context } from '../../context.ts';
import type { Secrets } from '../../store/secrets.ts';
import { mayBeInsecure, type Provider } from './providers.ts';

export type OpenIdClient = typeof import('openid-client');
export const openIdClient = (): Promise<OpenIdClient> => import('openid-client');

/** Endpoints and algorithms change seldom; keys are looked after by themselves. */
const metadataKept = Temporal.Duration.from({ hours: 1 }).total('milliseconds');
/** Keys are fetched again after so long, so that a key taken back is not trusted for ever. */
const keysKept = 5 * 60_000;
/** A key that isn't among them has them fetched again at once, but not more often than this. */
const keysLeastApart = 10_000;
const timeoutSeconds = 10;
/** Clocks of provider and server may differ by so much. */
const clockToleranceSeconds = 60;

type Keys = Parameters<OpenIdClient['setJwksCache']>[1];

interface Known {
  fingerprint: string;
  metadata: ServerMetadata;
  discoveredAt: number;
  keys: { jwks: Keys['jwks']; fetchedAt: number } | null;
  fetchingKeys: Promise<{ text: string; status: number; headers: Headers }> | null;
}

export interface ProviderClients {
  /**
   * Runs `work` with the provider's configuration.
   * @throws ConnectorError when the provider can't be reached or isn't what it should be.
   */
  use<T>(provider: Provider, work: (client: OpenIdClient, configuration: Configuration) => Promise<T>): Promise<T>;
  /** Asks the provider anew: what is remembered of it is dropped. */
  forget(providerId: string): void;
}

export function providerClients(
  { secrets, outbound }: Pick<Context, 'secrets' | 'outbound'>,
  clock: () => number = Date.now,
): ProviderClients {
  const known = new Map<string, Known>();
  const discovering = new Map<string, Promise<Known>>();

  const request: CustomFetch = async (url, { method, headers, body, signal }) => {
    const sent = body === undefined || body === null ? {} : { body: body instanceof Uint8Array ? body : String(body) };
    const answer = await outbound.fetch(url, {
      method,
      headers,
      ...sent,
      typedBy: 'administrator',
      timeoutMs: timeoutSeconds * 1000,
      maxBytes: 1_000_000,
      maxRedirects: 0, // OpenID Connect has none here, and credentials follow nowhere
      ...(signal && { signal }),
    });
    const bodiless = answer.status === 204 || answer.status === 304;
    // The body is unpacked already; what packed it and its packed length would be wrong.
    const plain = new Headers(answer.headers);
    plain.delete('content-encoding');
    plain.delete('content-length');
    return new Response(bodiless ? null : Buffer.from(answer.body), { status: answer.status, headers: plain });
  };

  /** Keys come from here or, at most every ten seconds and once for all who wait, from the provider. */
  async function keysOf(found: Known, ...parameters: Parameters<CustomFetch>): Promise<Response> {
    if (!found.fetchingKeys && found.keys && clock() - found.keys.fetchedAt < keysLeastApart)
      return Response.json(found.keys.jwks);
    found.fetchingKeys ??= request(...parameters)
      .then(async (answer) => {
        const { status, headers } = answer;
        const text = await answer.text();
        const jwks = answer.ok ? readKeys(text) : null;
        if (jwks) found.keys = { jwks, fetchedAt: clock() };
        return { text, status, headers };
      })
      .finally(() => {
        found.fetchingKeys = null;
      });
    const { text, ...init } = await found.fetchingKeys;
    return new Response(text, init);
  }

  async function discover(client: OpenIdClient, provider: Provider, fingerprint: string): Promise<Known> {
    const issuer = new URL(provider.issuer);
    const configuration = await client.discovery(issuer, provider.clientId, undefined, undefined, {
      [client.customFetch]: request,
      timeout: timeoutSeconds,
      execute: mayBeInsecure(issuer) ? [client.allowInsecureRequests] : [],
    });
    const metadata = { ...configuration.serverMetadata() } as ServerMetadata;
    const keys = known.get(provider.id)?.keys ?? null;
    return { fingerprint, metadata, discoveredAt: clock(), keys, fetchingKeys: null };
  }

  /** Asked once for all who come at the same time, then kept for an hour. */
  async function knownOf(client: OpenIdClient, provider: Provider): Promise<Known> {
    const fingerprint = fingerprintOf(provider);
    const before = known.get(provider.id);
    if (before && before.fingerprint !== fingerprint) known.delete(provider.id);
    else if (before && clock() - before.discoveredAt < metadataKept) return before;
    const key = `${provider.id} ${fingerprint}`;
    let underWay = discovering.get(key);
    if (!underWay) {
      underWay = discover(client, provider, fingerprint).finally(() => discovering.delete(key));
      discovering.set(key, underWay);
    }
    try {
      const found = await underWay;
      known.set(provider.id, found);
      return found;
    } catch (error) {
      throw inWords(error, provider);
    }
  }

  return {
    forget: (providerId) => void known.delete(providerId),
    async use(provider, work) {
      const client = await openIdClient();
      const found = await knownOf(client, provider);
      const secret = openSecret(secrets, provider);
      const configuration = new client.Configuration(
        found.metadata,
        provider.clientId,
        { [client.clockTolerance]: clockToleranceSeconds },
        authentication(client, found.metadata, secret),
      );
      configuration[client.customFetch] = (url, options) =>
        url === found.metadata.jwks_uri ? keysOf(found, url, options) : request(url, options);
      configuration.timeout = timeoutSeconds;
      if (mayBeInsecure(new URL(provider.issuer))) client.allowInsecureRequests(configuration);
      // Without this the library trusts the connection and leaves the ID token's signature unread.
      client.enableNonRepudiationChecks(configuration);
      // Told to be a minute old: the library asks again for a key that isn't among them only if they are.
      if (found.keys && clock() - found.keys.fetchedAt < keysKept)
        client.setJwksCache(configuration, { jwks: found.keys.jwks, uat: Math.floor(Date.now() / 1000) - 60 });
      return work(client, configuration);
    },
  };
}

function openSecret(secrets: Secrets, { name, id, secret }: Provider): string | null {
  try {
    return secret === null ? null : secrets.open(secret, id);
  } catch {
    throw new ConnectorError('internal', `The stored client secret of ${name} does not open: enter it again.`);
  }
}

function readKeys(text: string): Keys['jwks'] | null {
  try {
    const jwks = JSON.parse(text) as { keys?: unknown } | null;
    return Array.isArray(jwks?.keys) ? (jwks as Keys['jwks']) : null;
  } catch {
    return null;
  }
}

/** The provider says which ways it takes; without a word it is "basic" (OpenID Connect Discovery section 3). */
function authentication(client: OpenIdClient, metadata: ServerMetadata, secret: string | null) {
  if (secret === null) return client.None();
  const ways = metadata.token_endpoint_auth_methods_supported;
  return ways?.includes('client_secret_post') && !ways.includes('client_secret_basic')
    ? client.ClientSecretPost(secret)
    : client.ClientSecretBasic(secret);
}

const fingerprintOf = ({ issuer, clientId, secret }: Provider): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, clientId, secret]))
    .digest('hex');

/** What went wrong at the provider in words for administrators; never a token, a code or a secret. */
export function inWords(error: unknown, provider: Pick<Provider, 'issuer' | 'name'>): ConnectorError {
  const cause = causeOf(error);
  if (cause instanceof ConnectorError) return cause;
  const { code, error: oauth, status, message } = cause as Record<string, unknown>;
  const host = new URL(provider.issuer).host;
  if (oauth === 'invalid_client' || (status === 401 && code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE'))
    return new ConnectorError('credentials', `${host} does not accept the client id or the client secret.`);
  if (typeof oauth === 'string') return new ConnectorError('refused', `${host} answered "${plainWord(oauth)}".`);
  if (code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED')
    return new ConnectorError(
      'malformed',
      `${host} names itself otherwise: the issuer has to be written letter by letter as the provider writes it.`,
    );
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || code === 'OAUTH_RESPONSE_IS_NOT_JSON')
    return new ConnectorError(
      'malformed',
      `${host} has no OpenID Connect under this address (no /.well-known/openid-configuration there).`,
    );
  const detail = typeof message === 'string' ? message.slice(0, 200) : 'unknown';
  return new ConnectorError('malformed', `${host} sent what can’t be trusted: ${detail}.`);
}

/** Codes of OAuth are ASCII words (RFC 6749 section 5.2); anything else isn't repeated. */
const plainWord = (text: string): string => (/^[\w.-]{1,60}$/.test(text) ? text : 'an unreadable error');

function causeOf(error: unknown): object {
  for (let each = error; typeof each === 'object' && each !== null; each = (each as { cause?: unknown }).cause)
    if (each instanceof ConnectorError) return each;
  return typeof error === 'object' && error !== null ? error : new Error(String(error));
}

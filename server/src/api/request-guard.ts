/**
 * What every request passes before its route: no state is changed on another site's behalf, and every answer tells the
 * browser how little it may do with it.
 */
import type { MiddlewareHandler } from 'hono';
import { ApiError } from './errors.ts';
import { bearerToken } from './tokens.ts';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses state-changing requests that a browser sends from another site (cross-site request forgery). Browsers tell by
 * Sec-Fetch-Site (W3C Fetch Metadata), older ones by Origin; programs send neither and bring no ambient cookie. With an
 * API token nothing is ambient: no browser adds one by itself, and cookies don't count beside it (app.ts).
 * @param publicOrigin where the proxy in front of us is reached, if one is set.
 */
export function refuseForeignSites(publicOrigin: string | null): MiddlewareHandler {
  return async (http, next) => {
    if (!reading.has(http.req.method) && bearerToken(http.req.header('authorization')) === null) {
      const site = http.req.header('sec-fetch-site');
      const origin = http.req.header('origin');
      // Origin decides where it is sent: behind a TLS proxy both headers are there and agree.
      const own =
        origin !== undefined
          ? isOwnOrigin(origin, http.req.header('host'), publicOrigin)
          : site === undefined || site === 'same-origin' || site === 'none';
      if (!own || site === 'cross-site')
        throw new ApiError(
          'forbidden',
          `This request came from another site (${origin ?? site}). If Whenabouts is reached by that address, set PUBLIC_URL to it.`,
        );
    }
    await next();
  };
}

function isOwnOrigin(origin: string, host: string | undefined, publicOrigin: string | null): boolean {
  if (publicOrigin !== null && origin === publicOrigin) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** The web client loads nothing from elsewhere; styles are set inline by its component library. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** @param https whether people reach us by https: only then may the browser be told to insist on it. */
export function securityHeaders(https: boolean): MiddlewareHandler {
  return async (http, next) => {
    await next();
    const { headers } = http.res;
    headers.set('content-security-policy', contentSecurityPolicy);
    headers.set('x-content-type-options', 'nosniff');
    headers.set('referrer-policy', 'no-referrer'); // links may carry a one-time token
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('cross-origin-resource-policy', 'same-origin');
    headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()');
    if (https) headers.set('strict-transport-security', 'max-age=31536000');
    if (http.req.path.startsWith('/api/') && !headers.has('cache-control')) headers.set('cache-control', 'no-store');
  };
}

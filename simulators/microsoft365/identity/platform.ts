/**
 * The identity platform: authorize (auth code, PKCE), token (authorization_code, refresh_token, client_credentials,
 * device_code), admin consent, discovery. Microsoft identity platform v2.0; RFC 6749, 7636, 8628.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Answer, type Asked, formOf, html, redirect } from '../http.ts';
import type { Application, Tenant, User, World } from '../world.ts';
import { faults, type TokenFault } from './errors.ts';
import { assertionFault, jwks, signed } from './keys.ts';
import { approvalNeeded, askConsent, page, pickAccount, refused } from './pages.ts';
import { harmless, needConsent, scopesIn } from './scopes.ts';
import type { Tokens } from './tokens.ts';

interface Device {
  application: Application;
  scopes: string[];
  userCode: string;
  user: User | null;
  declined: boolean;
  expiresAt: number;
}

export function identityPlatform(world: World, tokens: Tokens, origin: () => string) {
  const devices = new Map<string, Device>();
  /** The address that an application gets by itself with the platform "Mobile and desktop applications". */
  const nativeClient = () => `${origin()}/common/oauth2/nativeclient`;

  function answer(asked: Asked): Answer | null {
    const { method, url } = asked;
    if (url.pathname === '/common/oauth2/nativeclient')
      return html(page('You may close this page', '<p>The application reads the address of this page.</p>'));
    const [, tenantName = '', rest = ''] = /^\/([^/]+)\/(.*)$/.exec(url.pathname) ?? [];
    const tenant = world.tenant(decodeURIComponent(tenantName));
    if (rest === 'v2.0/.well-known/openid-configuration' && method === 'GET')
      return tenant ? { status: 200, body: configuration(tenantName) } : tokenFault(faults.noTenant(tenantName));
    if (rest === 'discovery/v2.0/keys') return { status: 200, body: jwks };
    if (rest === 'oauth2/v2.0/token' && method === 'POST')
      return tenant ? token(tenant, tenantName, formOf(asked), asked.headers) : tokenFault(faults.noTenant(tenantName));
    if (rest === 'oauth2/v2.0/devicecode' && method === 'POST') return deviceCode(tenant, formOf(asked));
    if (rest === 'oauth2/v2.0/authorize')
      return tenant
        ? authorize(tenant, method === 'POST' ? formOf(asked) : Object.fromEntries(url.searchParams))
        : html(refused(90002, `Tenant '${tenantName}' not found.`), 400);
    if (rest === 'adminconsent' || rest === 'v2.0/adminconsent')
      return tenant ? adminConsent(tenant, asked) : html(refused(90002, `Tenant '${tenantName}' not found.`), 400);
    if (rest === 'oauth2/v2.0/logout') return html(page('You signed out', ''));
    return null;
  }

  const configuration = (tenant: string) => ({
    issuer: `${origin()}/${tenant}/v2.0`,
    authorization_endpoint: `${origin()}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin()}/${tenant}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${origin()}/${tenant}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${origin()}/${tenant}/oauth2/v2.0/logout`,
    jwks_uri: `${origin()}/${tenant}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'id_token', 'code id_token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  });

  const applicationOf = (tenant: Tenant, clientId: string | undefined) =>
    world.applications.find((each) => each.clientId === clientId && each.tenantId === tenant.id);

  /** Localhost counts with any port (RFC 8252, 7.3). */
  function allows(application: Application, address: string): boolean {
    if (application.redirectUris.includes(address)) return true;
    if (address === nativeClient()) return application.kind === 'public';
    const withoutPort = (text: string) => text.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1)):\d+/, '$1');
    return application.redirectUris.some(
      (each) => /^http:\/\/(localhost|127\.0\.0\.1)/.test(each) && withoutPort(each) === withoutPort(address),
    );
  }

  function authorize(tenant: Tenant, fields: Record<string, string>): Answer {
    const application = applicationOf(tenant, fields.client_id);
    if (!application)
      return html(
        refused(
          700016,
          `Application with identifier '${fields.client_id}' was not found in the directory '${tenant.name}'.`,
        ),
        400,
      );
    const target = fields.redirect_uri ?? '';
    if (!allows(application, target))
      return html(
        refused(
          50011,
          `The redirect URI '${target}' specified in the request does not match the redirect URIs configured for the application.`,
        ),
        400,
      );
    const back = (parameters: Record<string, string>) => {
      const to = new URL(target);
      for (const [name, value] of Object.entries({
        ...parameters,
        ...(fields.state !== undefined && { state: fields.state }),
      }))
        to.searchParams.set(name, value);
      to.searchParams.set('session_state', randomBytes(16).toString('hex'));
      return redirect(to.href);
    };
    if (fields.response_type !== 'code')
      return back({
        error: 'unsupported_response_type',
        error_description: 'AADSTS70005: Only code is supported here.',
      });
    if (fields.code_challenge && fields.code_challenge_method !== 'S256')
      return back({ error: 'invalid_request', error_description: 'AADSTS501491: Only S256 is supported here.' });
    if (application.kind === 'public' && !fields.code_challenge)
      return back({
        error: 'invalid_request',
        error_description: 'AADSTS9002325: Proof Key for Code Exchange is required.',
      });

    const people = world.users.filter((each) => each.tenantId === tenant.id);
    const user =
      people.find((each) => each.id === fields.user) ?? people.find((each) => each.address === fields.login_hint);
    if (!user) {
      if (fields.prompt === 'none')
        return back({
          error: 'login_required',
          error_description: 'AADSTS50058: Session information is not sufficient for single sign-on.',
        });
      return html(pickAccount(people, fields));
    }
    const scopes = scopesIn(fields.scope ?? '');
    const given = new Set([...(user.consents.get(application.clientId) ?? []), ...application.adminConsent.scopes]);
    const missing = needConsent(scopes, given);
    if (missing.length > 0 || fields.prompt === 'consent') {
      if (fields.prompt === 'none')
        return back({
          error: 'interaction_required',
          error_description: 'AADSTS65001: The user or administrator has not consented to use the application.',
        });
      if (fields.answer === 'cancel')
        return back({
          error: 'access_denied',
          error_subcode: 'cancel',
          error_description: 'AADSTS65004: User declined to consent to access the app.',
        });
      if (tenant.userConsent === 'administratorsOnly' && !missing.every(harmless))
        return html(approvalNeeded(application, user, fields));
      if (fields.answer !== 'accept') return html(askConsent(application, user, missing, fields));
      user.consents.set(application.clientId, new Set([...given, ...missing]));
    }
    user.demands = 'nothing';
    const code = tokens.code({
      ...{ application, user, redirectUri: target, scopes },
      challenge: fields.code_challenge ?? null,
      nonce: fields.nonce ?? null,
    });
    return back({ code });
  }

  function adminConsent(tenant: Tenant, asked: Asked): Answer {
    const fields = asked.method === 'POST' ? formOf(asked) : Object.fromEntries(asked.url.searchParams);
    const application = applicationOf(tenant, fields.client_id);
    if (!application) return html(refused(700016, 'The application was not found in the directory.'), 400);
    const target = fields.redirect_uri ?? '';
    if (!allows(application, target)) return html(refused(50011, 'The redirect URI does not match.'), 400);
    const scopes = scopesIn(fields.scope ?? '');
    if (fields.answer === undefined)
      return html(
        askConsent(
          application,
          { id: '', address: `for everybody in ${tenant.name}` } as User,
          [...scopes, ...application.requestedRoles],
          fields,
        ),
      );
    const to = new URL(target);
    if (fields.state !== undefined) to.searchParams.set('state', fields.state);
    to.searchParams.set('tenant', tenant.id);
    if (fields.answer === 'accept') {
      application.adminConsent.scopes = [...new Set([...application.adminConsent.scopes, ...scopes])];
      application.adminConsent.roles = [...application.requestedRoles];
      to.searchParams.set('admin_consent', 'True');
    } else {
      to.searchParams.set('error', 'access_denied');
      to.searchParams.set('error_description', 'AADSTS65004: The administrator declined to consent.');
    }
    return redirect(to.href);
  }

  function token(
    tenant: Tenant,
    tenantName: string,
    fields: Record<string, string>,
    headers: Record<string, string>,
  ): Answer {
    const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (basic) {
      const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
      fields = { ...fields, client_id: id ?? '', client_secret: secret ?? '' };
    }
    const application = applicationOf(tenant, fields.client_id);
    if (!application) return tokenFault(faults.noApplication(fields.client_id ?? ''));
    const audience = `${origin()}/${tenantName}/oauth2/v2.0/token`;
    const unauthenticated = authenticate(application, fields, audience);
    if (unauthenticated) return tokenFault(unauthenticated);
    switch (fields.grant_type) {
      case 'authorization_code':
        return byCode(tenant, application, fields);
      case 'refresh_token':
        return byRefresh(tenant, application, fields);
      case 'client_credentials': {
        const { roles } = application.adminConsent;
        if (application.kind === 'public') return tokenFault(faults.secretMissing());
        // Given whatever was granted: what it opens is for Graph and Exchange to say.
        return { status: 200, body: tokens.accessToken(application, null, roles) };
      }
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return byDevice(tenant, application, fields);
      default:
        return tokenFault(faults.grantUnknown(fields.grant_type ?? ''));
    }
  }

  function authenticate(application: Application, fields: Record<string, string>, audience: string): TokenFault | null {
    const { client_secret: secret, client_assertion: assertion } = fields;
    const now = world.clock.now();
    if (application.kind === 'public') return secret || assertion ? faults.secretOfPublicClient() : null;
    if (assertion) {
      const { certificates, clientId } = application;
      const why = assertionFault(assertion, { certificates, clientId, audience, now });
      return why ? faults.assertionWrong(why) : null;
    }
    if (!secret) return faults.secretMissing();
    const known = application.secrets.find(({ value }) => value === secret);
    if (!known) return faults.secretWrong();
    return known.expiresAt <= now ? faults.secretExpired() : null;
  }

  function byCode(tenant: Tenant, application: Application, fields: Record<string, string>): Answer {
    const code = tokens.codes.get(fields.code ?? '');
    if (!code || code.application !== application) return tokenFault(faults.codeWrong());
    if (code.used) return tokenFault(faults.codeUsed());
    if (code.expiresAt <= world.clock.now()) return tokenFault(faults.codeExpired());
    if (code.redirectUri !== fields.redirect_uri) return tokenFault(faults.redirectDiffers());
    const challenge = createHash('sha256')
      .update(fields.code_verifier ?? '')
      .digest('base64url');
    if (code.challenge && challenge !== code.challenge) return tokenFault(faults.verifierWrong());
    code.used = true;
    return grant(tenant, application, code.user, code.scopes, code.nonce);
  }

  function byRefresh(tenant: Tenant, application: Application, fields: Record<string, string>): Answer {
    const found = tokens.refreshOf(fields.refresh_token ?? '');
    if (!found || found.token.application !== application) return tokenFault(faults.refreshRotated());
    const { token: refresh, state } = found;
    if (!refresh.user.enabled) return tokenFault(faults.accountDisabled());
    if (state === 'revoked') return tokenFault(faults.refreshRevoked());
    if (state === 'expired') return tokenFault(faults.refreshExpired());
    if (state === 'rotated') return tokenFault(faults.refreshRotated());
    if (refresh.user.demands === 'secondFactor') return tokenFault(faults.secondFactor());
    const scopes = fields.scope ? scopesIn(fields.scope) : refresh.scopes;
    const given = new Set([
      ...(refresh.user.consents.get(application.clientId) ?? []),
      ...application.adminConsent.scopes,
    ]);
    if (needConsent(scopes, given).length > 0) return tokenFault(faults.noConsent());
    refresh.rotatedAt ??= world.clock.now();
    return grant(tenant, application, refresh.user, scopes, null);
  }

  function grant(tenant: Tenant, application: Application, user: User, scopes: string[], nonce: string | null): Answer {
    const now = Math.floor(world.clock.now() / 1_000);
    const idToken = {
      ...{ iss: `${origin()}/${tenant.id}/v2.0`, aud: application.clientId, sub: `pairwise-${user.id}` },
      ...{ oid: user.id, tid: tenant.id, preferred_username: user.address, name: user.name, ver: '2.0' },
      ...{ iat: now, nbf: now, exp: now + 3_600, ...(nonce !== null && { nonce }) },
    };
    return {
      status: 200,
      body: {
        ...tokens.accessToken(application, user, scopes),
        scope: scopes.filter((scope) => scope !== 'offline_access').join(' '),
        ...(scopes.includes('offline_access') && { refresh_token: tokens.refreshToken(application, user, scopes) }),
        ...(scopes.includes('openid') && { id_token: signed(idToken) }),
      },
    };
  }

  function deviceCode(tenant: Tenant | undefined, fields: Record<string, string>): Answer {
    const application = tenant && applicationOf(tenant, fields.client_id);
    if (!application) return tokenFault(faults.noApplication(fields.client_id ?? ''));
    const code = randomBytes(24).toString('base64url');
    const userCode = randomBytes(5).toString('hex').toUpperCase().slice(0, 9);
    const expiresAt = world.clock.now() + 900_000;
    devices.set(code, {
      application,
      scopes: scopesIn(fields.scope ?? ''),
      userCode,
      user: null,
      declined: false,
      expiresAt,
    });
    const verification = `${origin()}/common/oauth2/deviceauth`;
    const message = `Open ${verification} and enter the code ${userCode}.`;
    return {
      status: 200,
      body: {
        user_code: userCode,
        device_code: code,
        verification_uri: verification,
        expires_in: 900,
        interval: 1,
        message,
      },
    };
  }

  function byDevice(tenant: Tenant, application: Application, fields: Record<string, string>): Answer {
    const device = devices.get(fields.device_code ?? '');
    if (!device || device.application !== application) return tokenFault(faults.codeWrong());
    if (device.expiresAt <= world.clock.now()) return tokenFault(faults.codeExpired());
    if (device.declined) return tokenFault(faults.declined());
    if (!device.user) return tokenFault(faults.pending());
    const { user, scopes } = device;
    user.consents.set(application.clientId, new Set([...(user.consents.get(application.clientId) ?? []), ...scopes]));
    return grant(tenant, application, user, scopes, null);
  }

  function tokenFault({ error, code, message, suberror }: TokenFault): Answer {
    const at = Temporal.Instant.fromEpochMilliseconds(world.clock.now()).toString({ smallestUnit: 'second' });
    const trace = randomBytes(16).toString('hex');
    return {
      status: error === 'invalid_client' ? 401 : 400,
      body: {
        error,
        error_description: `AADSTS${code}: ${message} Trace ID: ${trace} Timestamp: ${at}`,
        error_codes: [code],
        timestamp: at.replace('T', ' '),
        trace_id: trace,
        correlation_id: trace,
        ...(suberror && { suberror }),
      },
    };
  }

  /** A user enters the code of a device. */
  function approveDevice(userCode: string, user: User | null): void {
    for (const device of devices.values())
      if (device.userCode === userCode) {
        device.user = user;
        device.declined = user === null;
      }
  }

  return { answer, approveDevice, nativeClient };
}

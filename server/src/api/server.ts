/** The role `api`: HTTP for people and programs. */
import net, { type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import type { CalendarConnector } from '../calendars/connector.ts';
import type { Context, Running } from '../context.ts';
import type { SampleCompany } from '../organization/sample-company/sample-company.ts';
import { providerClients } from '../organization/sign-in/provider-client.ts';
import { parseNetwork } from '../outbound/address-rules.ts';
import { openNotices } from '../sync/notices.ts';
import { somebodyAsks } from '../sync/turns.ts';
import type { PhoneSystemKinds } from '../telephony/connectors.ts';
import { accountRoutes } from './accounts.routes.ts';
import { agendaRoutes } from './agenda.routes.ts';
import { alertRoutes } from './alerts.routes.ts';
import { apiTokenRoutes } from './api-tokens.routes.ts';
import { createApp } from './app.ts';
import { auditRoutes } from './audit.routes.ts';
import { calendarRoutes } from './calendars.routes.ts';
import { claimRoutes } from './claims.routes.ts';
import { configurationRoutes } from './configuration.routes.ts';
import { diallingRoutes } from './dialling.routes.ts';
import { exchangeServerRoutes } from './exchange-servers.routes.ts';
import { functionRoutes } from './functions.routes.ts';
import { graphApplicationRoutes } from './graph-applications.routes.ts';
import { graphConsentRoutes } from './graph-consent.routes.ts';
import { graphNotificationRoutes } from './graph-notifications.routes.ts';
import { identityProviderRoutes } from './identity-providers.routes.ts';
import { importRoutes } from './import.routes.ts';
import { leavingRoutes } from './leavings.routes.ts';
import { openLiveHub } from './live/hub.ts';
import { liveRoutes } from './live.routes.ts';
import { organizationRoutes } from './organization.routes.ts';
import { pauseRoutes } from './pauses.routes.ts';
import { phoneTrialRoutes } from './phone-trial.routes.ts';
import { presenceRoutes } from './presence.routes.ts';
import { profileRoutes } from './profiles.routes.ts';
import { providerSignInRoutes } from './provider-sign-in.routes.ts';
import { relationshipRoutes } from './relationships.routes.ts';
import { roleRoutes } from './roles.routes.ts';
import type { Route } from './route.ts';
import { ruleRoutes } from './rules.routes.ts';
import { sampleCompanyRoutes } from './sample-company.routes.ts';
import { secondFactorRoutes } from './second-factor.routes.ts';
import { serverRoutes } from './server.routes.ts';
import { sessionRoutes } from './session.routes.ts';
import { sessionListRoutes } from './sessions.routes.ts';
import { openSessions } from './sessions.ts';
import { settingsRoutes } from './settings.routes.ts';
import { webClient } from './static.ts';
import { telephonyRoutes } from './telephony.routes.ts';
import { openTokens } from './tokens.ts';
import { userRoutes } from './users.routes.ts';
import { webhookRoutes } from './webhooks.routes.ts';
import { workGroupRoutes } from './work-groups.routes.ts';

export interface ApiOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** How people reach the server; null: as it listens. */
  publicUrl: string | null;
  /** Reverse proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[];
  calendarConnectors: readonly CalendarConnector[];
  phoneSystemKinds: PhoneSystemKinds;
  /** Null where this process doesn't have all roles. */
  sampleCompany: SampleCompany | null;
  /** Where the built web client is. */
  webFolder?: string;
}

export interface RunningApi extends Running {
  port: number;
  /** How people reach the server, without a slash at the end. */
  publicUrl: string;
  /** How many browsers follow live changes. */
  liveStreams(): number;
  /** Every route, for the test that tries each one as everybody. */
  routes: readonly Route[];
}

const builtWebClient = fileURLToPath(new URL('../../../web/dist', import.meta.url));

/** @throws Error in plain words when the port is taken or a route has no authorization rule. */
export async function startApi(context: Context, options: ApiOptions): Promise<RunningApi> {
  const tokens = openTokens(context.store);
  const sessions = await openSessions(context.store, tokens.forget);
  const providers = providerClients(context);
  const hub = await openLiveHub(context);
  const notices = openNotices(context);
  // The port is known before the first request: 0 asks the system for a free one.
  let handle: (request: Request, ...rest: never[]) => Response | Promise<Response> = () =>
    new Response('Starting.', { status: 503 });
  const server = serve({
    fetch: ((...parameters: [Request]) => handle(...parameters)) as never,
    hostname: options.host,
    port: options.port,
  });
  server.on('connection', somebodyAsks);
  server.on('request', somebodyAsks);
  const port = await listening(server, options);
  const publicUrl = options.publicUrl ?? `http://${shownHost(options.host)}:${port}`;

  const routes: Route[] = [
    ...serverRoutes(context),
    ...sessionRoutes(context, sessions, publicUrl.startsWith('https:')),
    ...sessionListRoutes(context, sessions),
    ...secondFactorRoutes(context, sessions),
    ...providerSignInRoutes(context, sessions, providers, publicUrl),
    ...graphApplicationRoutes(context, publicUrl),
    ...exchangeServerRoutes(context),
    ...graphConsentRoutes(context, publicUrl),
    ...graphNotificationRoutes(notices),
    ...identityProviderRoutes(context, sessions, providers, publicUrl),
    ...userRoutes(context, sessions, publicUrl),
    ...roleRoutes(context, sessions),
    ...apiTokenRoutes(context, tokens),
    ...auditRoutes(context),
    ...agendaRoutes(context, options.calendarConnectors),
    ...presenceRoutes(context),
    ...claimRoutes(context),
    ...ruleRoutes(context),
    ...liveRoutes(context, hub),
    ...accountRoutes(context, options.calendarConnectors),
    ...calendarRoutes(context),
    ...profileRoutes(context),
    ...diallingRoutes(context),
    ...settingsRoutes(context),
    ...organizationRoutes(context),
    ...functionRoutes(context),
    ...telephonyRoutes(context, options.phoneSystemKinds),
    ...phoneTrialRoutes(context),
    ...pauseRoutes(context),
    ...alertRoutes(context),
    ...leavingRoutes(context),
    ...relationshipRoutes(context),
    ...workGroupRoutes(context),
    ...importRoutes(context),
    ...configurationRoutes(context, options),
    ...webhookRoutes(context),
    ...sampleCompanyRoutes(context, options.sampleCompany),
  ];
  const app = createApp(context, {
    ...{ routes, sessions, tokens, publicUrl },
    trustedProxies: (options.trustedProxies ?? []).map(parseNetwork),
  });
  app.all('*', webClient(options.webFolder ?? builtWebClient));
  handle = app.fetch as never;
  return {
    port,
    publicUrl,
    routes,
    liveStreams: hub.size,
    async stop() {
      await hub.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      const late = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 3_000);
      await closed;
      clearTimeout(late);
      await notices.stop();
    },
  };
}

/** Before anything else is begun, so that a start that can't succeed opens nothing. @throws Error in plain words. */
export async function checkPort(options: Pick<ApiOptions, 'host' | 'port'>): Promise<void> {
  const probe = net.createServer();
  const heard = listening(probe, options);
  probe.listen(options.port, options.host);
  await heard;
  await new Promise((resolve) => probe.close(resolve));
}

function listening(
  server: Pick<net.Server, 'once' | 'address'>,
  { host, port }: Pick<ApiOptions, 'host' | 'port'>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve((server.address() as AddressInfo).port));
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new Error(`Port ${port} is in use by another program. Stop that one, or set PORT to another number.`));
      else if (error.code === 'EACCES')
        reject(new Error(`Port ${port} may not be used by this user: set PORT to one above 1023.`));
      else if (error.code === 'EADDRNOTAVAIL')
        reject(new Error(`This machine has no address ${host}: set HOST to one of its own, or to 0.0.0.0 for all.`));
      else reject(error);
    });
  });
}

/** Where a person on this machine reaches it. */
function shownHost(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

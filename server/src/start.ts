/** Opens the store and starts the roles of this process; main.ts and the tests that need a whole server use it. */
import path from 'node:path';
import type { Logger } from 'pino';
import { checkPort, type RunningApi, startApi } from './api/server.ts';
import { startAutomaticReplies } from './automatic-replies/worker.ts';
import { connectors as calendarKinds } from './calendars/connectors.ts';
import type { Context, Running } from './context.ts';
import { allRoles, type Environment } from './environment.ts';
import { registeredServer } from './organization/exchange-servers/opened.ts';
import { registeredApplication } from './organization/graph-applications/registered.ts';
import { startImports } from './organization/import/imports.ts';
import { startLeavings } from './organization/leaving/leavings.ts';
import { watchNetworkSettings } from './organization/network.ts';
import { startRetention } from './organization/retention.ts';
import { type SampleCompany, startSampleCompany } from './organization/sample-company/sample-company.ts';
import { newSetupToken } from './organization/setup.ts';
import { createOutbound } from './outbound/client.ts';
import { startActivation } from './presence/activation.ts';
import { startPublishing } from './publishing/webhooks.ts';
import { openStore } from './store/database.ts';
import { embeddedDatabaseExists } from './store/pglite.ts';
import { freeLeasesOfTheDead, nameProcess } from './store/processes.ts';
import { loadOrCreateKeys, secretsWith } from './store/secrets.ts';
import { startGroupAccounts } from './sync/group-accounts.ts';
import { startSync } from './sync/sync.ts';
import { inTurns } from './sync/turns.ts';
import { startWatching } from './sync/watching.ts';
import { phoneSystemKinds } from './telephony/connectors.ts';
import { startReconciler } from './telephony/reconciler.ts';

export interface StartedServer extends Running {
  context: Context;
  /** Null when this process doesn't have the role `api`. */
  api: RunningApi | null;
  sampleCompany: SampleCompany | null;
  /** Opens the set-up page; null when there is an administrator. */
  setupUrl: string | null;
}

/** Sources tell by https alone; without it only those on this machine reach us, which is for trying. */
function pushAddressOf(publicUrl: string | null): string | null {
  if (publicUrl === null) return null;
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? publicUrl : null;
}

/**
 * @param tell is told what takes long, in words for whoever waits.
 * @throws Error in plain words; what was started before is stopped then.
 */
export async function startServer(
  environment: Environment,
  log: Logger,
  tell: (line: string) => void = () => {},
): Promise<StartedServer> {
  const { databaseUrl, dataFolder, roles } = environment;
  if (roles.includes('api')) await checkPort(environment);
  const folder = path.join(dataFolder, 'database');
  if (!databaseUrl && !embeddedDatabaseExists(folder)) tell(`Making the embedded database in ${dataFolder} …`);
  const store = await openStore(databaseUrl ? { url: databaseUrl } : { folder });
  const started: Running[] = [];
  const stop = async () => {
    // In reverse: people first, then what works for them; leases are given back before the database goes.
    for (const running of started.reverse())
      await running.stop().catch((error) => log.warn({ error }, 'A part of the server did not stop well.'));
    started.length = 0;
    await store.close();
  };
  try {
    const secrets = secretsWith(loadOrCreateKeys(dataFolder));
    const readNetwork = await watchNetworkSettings(store);
    const outbound = createOutbound(async () => {
      const { allowedNetworks, proxy, proxyResolvesNames, certificateAuthorities } = await readNetwork();
      return { allowedNetworks, proxy, proxyResolvesNames, ca: certificateAuthorities };
    });
    started.push({ stop: () => outbound.close() });
    await freeLeasesOfTheDead(store.db);
    const context: Context = { store, secrets, outbound, log, processName: nameProcess() };
    const connectors = [
      ...calendarKinds(
        inTurns(outbound),
        (id) => registeredApplication(store.db, secrets, id),
        (id) => registeredServer(store.db, secrets, id),
      ).values(),
    ];
    const phones = phoneSystemKinds(outbound);

    if (roles.includes('activation')) {
      started.push(await startReconciler(context, { connectors: phones }));
      started.push(await startActivation(context));
      started.push(await startLeavings(context, { connectors }));
      started.push(await startPublishing(context));
      started.push(startRetention(context));
    }
    if (roles.includes('sync')) {
      started.push(await startSync(context, { connectors, pushAddress: pushAddressOf(environment.publicUrl) }));
      started.push(await startAutomaticReplies(context, { connectors }));
      started.push(await startWatching(context, { connectors }));
      started.push(await startGroupAccounts(context));
      started.push(await startImports(context));
    }
    if (!roles.includes('api')) return { context, api: null, sampleCompany: null, setupUrl: null, stop };
    let sampleCompany: SampleCompany | null = null;
    if (allRoles.every((role) => roles.includes(role))) {
      sampleCompany = await startSampleCompany(context, { phoneSystemKinds: phones, dataFolder });
      started.push(sampleCompany);
    }
    const { host, port, publicUrl, trustedProxies } = environment;
    const api = await startApi(context, {
      host,
      port,
      publicUrl,
      ...(trustedProxies && { trustedProxies }),
      calendarConnectors: connectors,
      phoneSystemKinds: phones,
      sampleCompany,
    });
    started.push(api);
    const token = await newSetupToken(store.db);
    const setupUrl = token && `${api.publicUrl}/setup?token=${token}`;
    return { context, api, sampleCompany, setupUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where `whenabouts release` does its work: by a running server, or on the database, whoever else works on it. */
import pino from 'pino';
import { z } from 'zod';
import { startAutomaticReplies } from '../automatic-replies/worker.ts';
import { connectors as calendarKinds } from '../calendars/connectors.ts';
import type { Running } from '../context.ts';
import { readEnvironment } from '../environment.ts';
import { registeredServer } from '../organization/exchange-servers/opened.ts';
import { registeredApplication } from '../organization/graph-applications/registered.ts';
import { watchNetworkSettings } from '../organization/network.ts';
import { createOutbound } from '../outbound/client.ts';
import { openStore, type Store } from '../store/database.ts';
import { freeLeasesOfTheDead, nameProcess } from '../store/processes.ts';
import { retrying } from '../store/retrying.ts';
import { loadOrCreateKeys, secretsWith } from '../store/secrets.ts';
import { phoneSystemKinds } from '../telephony/connectors.ts';
import { startReconciler } from '../telephony/reconciler.ts';
import { takeBackPresence } from '../telephony/shown-presence.ts';
import type { PauseScope } from '../telephony/trust/pauses.ts';
import { pauseForwarding, pauseState, resumeForwarding } from '../telephony/trust/pausing.ts';
import type { Named, Phones, Progress } from './release.ts';

const actor = { userId: null, name: 'Command line', via: 'system' as const };

/** @throws Error in plain words when the database can't be opened. */
export async function phonesOnDatabase(): Promise<Phones> {
  const { databaseUrl, dataFolder, publicUrl, port } = readEnvironment(process.env);
  const store = await openStore(databaseUrl ? { url: databaseUrl } : { folder: `${dataFolder}/database` }).catch(
    (error: Error) => {
      if (!/ is in use by process /.test(error.message)) throw error;
      throw new Error(
        `${error.message.replace(/ Stop that process.*$/, '')} That is probably a running server: let it do this, with --server ${publicUrl ?? `http://localhost:${port}`} and --token TOKEN (Settings, Security makes one with the scope "administration"). Or stop it and say the same again.`,
      );
    },
  );
  const readNetwork = await watchNetworkSettings(store);
  const outbound = createOutbound(async () => {
    const { allowedNetworks, proxy, proxyResolvesNames, certificateAuthorities } = await readNetwork();
    return { allowedNetworks, proxy, proxyResolvesNames, ca: certificateAuthorities };
  });
  await freeLeasesOfTheDead(store.db);
  let reconciler: Awaited<ReturnType<typeof startReconciler>> | null = null;
  let replies: Running | null = null;

  const progress = async (scope: PauseScope): Promise<Progress> => (await pauseState(store.db, scope))!;
  return {
    find: (named) => findOnDatabase(store, named),
    progress,
    async giveBack(scope, reason) {
      const wish = { reason, giveBack: true, until: null };
      await retrying(store.db, (transaction) => pauseForwarding(transaction, scope, wish, actor));
      // Where a server runs it has the leases and does the work; what nobody has is done here.
      const secrets = secretsWith(loadOrCreateKeys(dataFolder));
      const context = {
        store,
        secrets,
        outbound,
        log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
        processName: nameProcess(),
      };
      const connectors = phoneSystemKinds(outbound);
      reconciler ??= await startReconciler(context, { connectors, only: scope });
      const calendars = calendarKinds(
        outbound,
        (id) => registeredApplication(store.db, secrets, id),
        (id) => registeredServer(store.db, secrets, id),
      );
      if (scope.kind !== 'phoneSystem')
        replies ??= await startAutomaticReplies(context, { connectors: [...calendars.values()], onlyTakeBack: true });
      if (scope.kind === 'all') await takeBackPresence(context, connectors, null);
      if (scope.kind === 'phoneSystem') await takeBackPresence(context, connectors, scope.id);
      return progress(scope);
    },
    async resume(scope) {
      await retrying(store.db, (transaction) => resumeForwarding(transaction, scope, actor));
    },
    async close() {
      await reconciler?.stop();
      await replies?.stop();
      await outbound.close();
      await store.close();
    },
  };
}

async function findOnDatabase({ db }: Store, named: Named): Promise<PauseScope> {
  if (named.kind === 'all') return named;
  const { kind, name } = named;
  if (kind === 'phoneSystem')
    return one(kind, name, await db.selectFrom('phone_system').select('id').where('name', '=', name).execute());
  if (kind === 'user')
    return one(kind, name, await db.selectFrom('users').select('id').where('email', '=', name.toLowerCase()).execute());
  const groups = await db
    .selectFrom('configuration_group as group')
    .innerJoin('location', 'location.id', 'group.location_id')
    .select(['group.id', 'group.name', 'location.name as location'])
    .execute();
  return one(kind, name, groups.filter(isCalled(name)));
}

/** Sales, or Berlin/Sales. */
const isCalled = (name: string) => (group: { name: string; location: string }) =>
  group.name === name || `${group.location}/${group.name}` === name;

const nouns = { phoneSystem: 'phone system', group: 'group', user: 'user' };

function one(kind: keyof typeof nouns, name: string, found: readonly { id: string }[]): PauseScope {
  if (found.length === 0) throw new Error(`There is no ${nouns[kind]} called "${name}".`);
  if (found.length > 1)
    throw new Error(`There are ${found.length} groups called "${name}": say which, as in Berlin/${name}.`);
  return { kind, id: found[0]!.id };
}

const refusal = z.object({ error: z.object({ message: z.string() }) });
const listed = z.object({
  phoneSystems: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
  groups: z.array(z.object({ id: z.string(), name: z.string(), location: z.string() })).optional(),
  users: z.array(z.object({ id: z.string(), email: z.string() })).optional(),
});
const progressed = z.object({
  inForce: z.number(),
  waiting: z.number(),
  waitingPhones: z.array(
    z.object({
      extension: z.string(),
      user: z.object({ id: z.string(), displayName: z.string() }),
      phoneSystem: z.string(),
      reason: z.string().nullable(),
    }),
  ),
  waitingMailboxes: z.array(
    z.object({
      mailbox: z.string(),
      user: z.object({ id: z.string(), displayName: z.string() }),
      reason: z.string().nullable(),
    }),
  ),
});

/** @param address of the server, without /api. */
export function phonesOnServer(address: string, token: string): Phones {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const url = new URL(`/api/v1${path}`, address);
    const answer = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
    }).catch((error) => {
      throw new Error(`${url.origin} can’t be reached: ${(error.cause ?? error).message}`);
    });
    const json: unknown = await answer.json().catch(() => null);
    if (answer.ok) return json;
    const said = refusal.safeParse(json).data?.error.message;
    throw new Error(said ? `${url.origin} says: ${said}` : `${url.origin} answered ${answer.status}.`);
  }
  const at = (scope: PauseScope) => {
    if (scope.kind === 'all') return '/forwarding-pause';
    const place = { phoneSystem: 'phone-systems', group: 'groups', user: 'users' }[scope.kind];
    return `/${place}/${scope.id}/forwarding-pause`;
  };
  return {
    async find(named) {
      if (named.kind === 'all') return named;
      const { kind, name } = named;
      if (kind === 'phoneSystem') {
        const { phoneSystems = [] } = listed.parse(await call('GET', '/phone-systems'));
        return one(
          kind,
          name,
          phoneSystems.filter((system) => system.name === name),
        );
      }
      if (kind === 'group') {
        const { groups = [] } = listed.parse(await call('GET', '/groups'));
        return one(kind, name, groups.filter(isCalled(name)));
      }
      const { users = [] } = listed.parse(await call('GET', `/users?search=${encodeURIComponent(name)}&limit=100`));
      return one(
        kind,
        name,
        users.filter(({ email }) => email === name.toLowerCase()),
      );
    },
    progress: async (scope) => progressed.parse(await call('GET', at(scope))),
    giveBack: async (scope, reason) => progressed.parse(await call('PUT', at(scope), { giveBack: true, reason })),
    resume: async (scope) => void (await call('DELETE', at(scope))),
    async close() {},
  };
}

/** How the server reaches the outside: networks that users' addresses may lead into, the company's proxy and CAs. */
import { X509Certificate } from 'node:crypto';
import { sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import { parseNetwork } from '../outbound/address-rules.ts';
import type { Executor, Store } from '../store/database.ts';
import { type Actor, recordChange } from './audit.ts';

export interface NetworkSettings {
  /** CIDR. */
  allowedNetworks: string[];
  proxy: string | null;
  /** The proxy gets names, not addresses: where only it can resolve names of the outside. */
  proxyResolvesNames: boolean;
  /** PEM texts. */
  certificateAuthorities: string[];
}

const key = 'network';
const none: NetworkSettings = {
  allowedNetworks: [],
  proxy: null,
  proxyResolvesNames: false,
  certificateAuthorities: [],
};

export async function readNetworkSettings(db: Executor): Promise<NetworkSettings> {
  const row = await db.selectFrom('system_setting').select('value').where('key', '=', key).executeTakeFirst();
  return { ...none, ...(row?.value as Partial<NetworkSettings> | undefined) };
}

/** The settings as this process last read them, kept current by notifications: asked at every outgoing request. */
export async function watchNetworkSettings(store: Store): Promise<() => Promise<NetworkSettings>> {
  let current: Promise<NetworkSettings> | null = null;
  await store.listen('network', () => {
    current = null;
  });
  return () => {
    // While notifications don't arrive a change could be missed: ask the table.
    if (!store.listening()) return readNetworkSettings(store.db);
    current ??= readNetworkSettings(store.db).catch((error) => {
      current = null;
      throw error;
    });
    return current;
  };
}

/** Run it in a transaction. @throws ApiError invalid, naming the line that is wrong. */
export async function writeNetworkSettings(db: Executor, actor: Actor, settings: NetworkSettings): Promise<void> {
  check(settings);
  const before = await readNetworkSettings(db);
  const value = JSON.stringify(settings);
  await db
    .insertInto('system_setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: sql`now()` }))
    .execute();
  await recordChange(db, actor, {
    ...{ action: 'change', subject: 'network', subjectId: null, subjectName: 'Network' },
    ...{ before: audited(before), after: audited(settings) },
  });
  await sql`select pg_notify('network', '')`.execute(db);
}

/** Certificates by their name and fingerprint. */
const audited = (settings: NetworkSettings) => ({
  ...settings,
  certificateAuthorities: settings.certificateAuthorities.map((pem) => {
    const { subject, fingerprint256 } = new X509Certificate(pem);
    return `${subject.replaceAll('\n', ', ')} (SHA-256 ${fingerprint256})`;
  }),
});

function check({ allowedNetworks, proxy, certificateAuthorities }: NetworkSettings): void {
  allowedNetworks.forEach((network, index) => {
    // By the reader that every request uses: what it can't read would stop them all.
    try {
      parseNetwork(network);
    } catch {
      throw new ApiError('invalid', `"${network}" is not a network such as 10.20.0.0/16.`, {
        field: `allowedNetworks.${index}`,
      });
    }
  });
  if (proxy !== null && !isProxy(proxy))
    throw new ApiError('invalid', 'Write the proxy as http://proxy.example.com:3128, without a password.', {
      field: 'proxy',
    });
  certificateAuthorities.forEach((pem, index) => {
    try {
      new X509Certificate(pem);
    } catch {
      throw new ApiError('invalid', 'This is not a certificate: it begins with -----BEGIN CERTIFICATE-----.', {
        field: `certificateAuthorities.${index}`,
      });
    }
  });
}

/** A password in it would be shown to every administrator and stand in the database as text. */
function isProxy(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

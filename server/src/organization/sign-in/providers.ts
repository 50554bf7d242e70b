/** Identity providers (OpenID Connect) as administrators keep them. */
import { randomUUID } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import { IdentityProviderSettings } from '../../api/schemas/sign-in.ts';
import { forgetSessions } from '../../api/sessions.ts';
import type { Executor } from '../../store/database.ts';
import type { Secrets } from '../../store/secrets.ts';
import { type Actor, recordChange } from '../audit.ts';

export interface Provider {
  id: string;
  name: string;
  issuer: string;
  clientId: string;
  /** Sealed with the provider's id. */
  secret: string | null;
  settings: IdentityProviderSettings;
  enabled: boolean;
  createdAt: Temporal.Instant;
}

const select = (db: Executor) =>
  db
    .selectFrom('identity_provider')
    .select([
      'id',
      'name',
      'issuer',
      'client_id as clientId',
      'secret',
      'settings',
      'enabled',
      'created_at as createdAt',
    ]);

/** A stored setting that can't be read has its default: the others still count. */
const shown = <Row extends { settings: Record<string, unknown> }>(row: Row) => {
  const whole = IdentityProviderSettings.safeParse(row.settings);
  return { ...row, settings: whole.success ? whole.data : IdentityProviderSettings.parse({}) };
};

export async function listProviders(db: Executor): Promise<(Provider & { users: number })[]> {
  const rows = await select(db)
    .select((of) =>
      of
        .selectFrom('login_identity')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('login_identity.provider_id', '=', 'identity_provider.id')
        .as('users'),
    )
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ ...shown(row), users: Number(row.users) }));
}

export async function findProvider(db: Executor, id: string): Promise<Provider | null> {
  const row = await select(db).where('id', '=', id).executeTakeFirst();
  return row ? shown(row) : null;
}

/** @throws ApiError notFound */
export async function readProvider(db: Executor, id: string): Promise<Provider> {
  const provider = await findProvider(db, id);
  if (!provider) throw new ApiError('notFound', 'There is no such identity provider.');
  return provider;
}

/** Those that people may choose on the sign-in page. */
export async function enabledProviders(db: Executor): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom('identity_provider')
    .select(['id', 'name'])
    .where('enabled', '=', true)
    .orderBy('name')
    .execute();
}

export interface ProviderFields {
  name: string;
  issuer: string;
  clientId: string;
  secret: string | null;
  settings: IdentityProviderSettings;
  enabled: boolean;
}

/**
 * Saved whether it answers or not: it may be down just now. This and the next two: run in a transaction.
 * @returns its id. @throws ApiError invalid; conflict for a name that is taken.
 */
export async function createProvider(
  transaction: Executor,
  secrets: Secrets,
  actor: Actor,
  fields: ProviderFields,
): Promise<string> {
  const id = randomUUID();
  await checkFields(transaction, fields);
  const { name, issuer, clientId, secret, settings, enabled } = fields;
  await transaction
    .insertInto('identity_provider')
    .values({
      ...{ id, name, issuer, client_id: clientId, enabled },
      secret: secret === null ? null : secrets.seal(secret, id),
      settings: JSON.stringify(settings),
    })
    .execute();
  await record(transaction, actor, 'create', null, await readProvider(transaction, id));
  return id;
}

/**
 * Another issuer starts anew: subjects of one mean nothing at another.
 * @throws ApiError notFound, invalid; conflict for a name that is taken.
 */
export async function changeProvider(
  transaction: Executor,
  secrets: Secrets,
  actor: Actor,
  id: string,
  change: { [Field in keyof ProviderFields]?: ProviderFields[Field] | undefined },
): Promise<void> {
  const before = await readProvider(transaction, id);
  const { name = before.name, issuer = before.issuer, clientId = before.clientId } = change;
  const { settings = before.settings, enabled = before.enabled } = change;
  await checkFields(transaction, { issuer, settings });
  const secret = change.secret === undefined ? before.secret : change.secret && secrets.seal(change.secret, id);
  await transaction
    .updateTable('identity_provider')
    .set({ name, issuer, client_id: clientId, enabled, secret, settings: JSON.stringify(settings) })
    .where('id', '=', id)
    .execute();
  const another = issuer !== before.issuer;
  if (another) await transaction.deleteFrom('login_identity').where('provider_id', '=', id).execute();
  if (another || (before.enabled && !enabled)) await endSessions(transaction, id);
  const after = { ...before, name, issuer, clientId, enabled, settings };
  await record(transaction, actor, 'change', before, after, change.secret !== undefined);
}

/** Its users stay, with what they have here; sessions that it vouched for end. @throws ApiError notFound */
export async function deleteProvider(transaction: Executor, actor: Actor, id: string): Promise<void> {
  const before = await readProvider(transaction, id);
  await endSessions(transaction, id);
  await transaction.deleteFrom('identity_provider').where('id', '=', id).execute();
  await record(transaction, actor, 'delete', before, null);
}

async function endSessions(transaction: Executor, providerId: string): Promise<void> {
  await transaction.deleteFrom('login_session').where('provider_id', '=', providerId).execute();
  await forgetSessions(transaction, '');
}

/** Plain http only on this machine: anywhere else the whole sign-in could be read and forged on its way. */
export function mayBeInsecure(issuer: URL): boolean {
  return issuer.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname);
}

async function checkFields(
  db: Executor,
  { issuer, settings }: Pick<ProviderFields, 'issuer' | 'settings'>,
): Promise<void> {
  const url = new URL(issuer);
  if (url.protocol !== 'https:' && !mayBeInsecure(url))
    throw new ApiError('invalid', 'Write an https address: over http a sign-in can be read and forged.', {
      field: 'issuer',
    });
  if (url.search || url.hash || url.username || url.password)
    throw new ApiError('invalid', 'Write the address as the provider names itself, without "?", "#" or a password.', {
      field: 'issuer',
    });
  if (settings.groupId !== null) {
    const group = await db
      .selectFrom('configuration_group')
      .select('id')
      .where('id', '=', settings.groupId)
      .executeTakeFirst();
    if (!group) throw new ApiError('invalid', 'There is no such group.', { field: 'settings.groupId' });
  }
  const locations = await db.selectFrom('location').select('id').execute();
  const known = new Set(locations.map(({ id }) => id));
  settings.groupRoles.forEach((rule, index) => {
    if (rule.locations?.some((id) => !known.has(id)))
      throw new ApiError('invalid', 'There is no such location.', {
        field: `settings.groupRoles.${index}.locations`,
      });
    if (rule.role !== 'locationAdministrator' && (rule.locations?.length ?? 0) > 0)
      throw new ApiError('invalid', 'Only the role locationAdministrator has locations.', {
        field: `settings.groupRoles.${index}.locations`,
      });
  });
}

async function record(
  db: Executor,
  actor: Actor,
  action: 'create' | 'change' | 'delete',
  before: Provider | null,
  after: Provider | null,
  secretReplaced = false,
): Promise<void> {
  const told = (provider: Provider | null) =>
    provider && {
      ...{ name: provider.name, issuer: provider.issuer, clientId: provider.clientId, enabled: provider.enabled },
      ...provider.settings,
    };
  await recordChange(db, actor, {
    action,
    subject: 'identityProvider',
    subjectId: (after ?? before)!.id,
    subjectName: (after ?? before)!.name,
    before: secretReplaced ? { ...told(before), credentialsReplaced: false } : told(before),
    after: secretReplaced ? { ...told(after), credentialsReplaced: true } : told(after),
  });
}

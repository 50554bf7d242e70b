/** Graph applications: registrations in Microsoft Entra by which calendars are read, as administrators keep them. */
import { randomUUID } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import { type ClientCredential, credentialSummary } from '../../calendars/microsoft365/client-credential.ts';
import type { Cloud } from '../../calendars/microsoft365/clouds.ts';
import type { GraphApplication } from '../../calendars/microsoft365/oauth.ts';
import type { Executor } from '../../store/database.ts';
import type { Secrets } from '../../store/secrets.ts';
import { type Actor, recordChange } from '../audit.ts';
import { connectionUses } from '../connection-uses.ts';

/** As it is stored: the credential sealed with the id. */
export interface StoredApplication {
  id: string;
  name: string;
  clientId: string;
  tenantId: string;
  cloud: Cloud;
  loginAddress: string | null;
  graphAddress: string | null;
  sealed: string | null;
  createdAt: Temporal.Instant;
}

export interface ApplicationFields {
  name: string;
  clientId: string;
  tenantId: string;
  cloud: Cloud;
  loginAddress: string | null;
  graphAddress: string | null;
  credential: ClientCredential | null;
}

const select = (db: Executor) =>
  db
    .selectFrom('graph_application')
    .select([
      'id',
      'name',
      'client_id as clientId',
      'tenant_id as tenantId',
      'cloud',
      'login_address as loginAddress',
      'graph_address as graphAddress',
      'credential as sealed',
      'created_at as createdAt',
    ]);

/** With how many accounts are read by each. */
export async function listApplications(db: Executor): Promise<(StoredApplication & { accounts: number })[]> {
  const rows = await select(db)
    .select((of) =>
      of
        .selectFrom('account')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('account.application_id', '=', 'graph_application.id')
        .as('accounts'),
    )
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ ...row, accounts: Number(row.accounts) }));
}

/** @throws ApiError notFound */
export async function readApplication(db: Executor, id: string): Promise<StoredApplication> {
  const application = await select(db).where('id', '=', id).executeTakeFirst();
  if (!application) throw new ApiError('notFound', 'There is no such Graph application.');
  return application;
}

/** @throws ApiError conflict where the credential was sealed with another key. */
export function openApplication(
  secrets: Secrets,
  { sealed, createdAt, ...application }: StoredApplication,
): GraphApplication {
  return { ...application, credential: sealed === null ? null : openCredential(secrets, application, sealed) };
}

function openCredential(
  secrets: Secrets,
  { id, name }: { id: string; name: string },
  sealed: string,
): ClientCredential {
  try {
    return JSON.parse(secrets.open(sealed, id)) as ClientCredential;
  } catch (cause) {
    throw new ApiError(
      'conflict',
      `The credential of the Graph application "${name}" doesn’t open: the key file of this server is another one. Enter it again.`,
      { cause },
    );
  }
}

/** What may be shown of the credential; null where it doesn't open. */
export function credentialOf(secrets: Secrets, application: StoredApplication) {
  try {
    return credentialSummary(openApplication(secrets, application).credential);
  } catch {
    return null;
  }
}

/** Run this and the next two in a transaction. @returns its id. @throws ApiError invalid; conflict for a name that is taken. */
export async function createApplication(
  transaction: Executor,
  secrets: Secrets,
  actor: Actor,
  fields: ApplicationFields,
): Promise<string> {
  const id = randomUUID();
  await transaction
    .insertInto('graph_application')
    .values({ id, ...columns(fields), credential: sealedCredential(secrets, fields.credential, id) })
    .execute();
  await record(transaction, actor, 'create', null, await readApplication(transaction, id));
  return id;
}

/**
 * Another directory, client or cloud means that no grant made so far counts: its users are asked to sign in again.
 * @throws ApiError notFound, invalid; conflict for a name that is taken.
 */
export async function changeApplication(
  transaction: Executor,
  secrets: Secrets,
  actor: Actor,
  id: string,
  change: { [Field in keyof ApplicationFields]?: ApplicationFields[Field] | undefined },
): Promise<void> {
  const before = await readApplication(transaction, id);
  const { name = before.name, clientId = before.clientId, tenantId = before.tenantId, cloud = before.cloud } = change;
  const own = cloud === 'custom';
  const { loginAddress = own ? before.loginAddress : null, graphAddress = own ? before.graphAddress : null } = change;
  const { credential } = change;
  const sealed = credential === undefined ? before.sealed : sealedCredential(secrets, credential, id);
  await transaction
    .updateTable('graph_application')
    .set({ ...columns({ name, clientId, tenantId, cloud, loginAddress, graphAddress }), credential: sealed })
    .where('id', '=', id)
    .execute();
  // Whoever couldn't be read for its sake is tried again at once.
  await transaction
    .updateTable('account')
    .set({ due_at: Temporal.Now.instant(), failures: 0 })
    .where('application_id', '=', id)
    .execute();
  const after = { ...before, name, clientId, tenantId, cloud, loginAddress, graphAddress };
  await record(transaction, actor, 'change', before, after, credential !== undefined);
}

/** @throws ApiError notFound; conflict while accounts or settings use it. */
export async function deleteApplication(transaction: Executor, actor: Actor, id: string): Promise<void> {
  const before = await readApplication(transaction, id);
  const uses = await connectionUses(transaction, 'application_id', id);
  if (uses.length > 0)
    throw new ApiError('conflict', `The Graph application "${before.name}" is in use: ${uses.join('; ')}.`);
  await transaction.deleteFrom('graph_application').where('id', '=', id).execute();
  await record(transaction, actor, 'delete', before, null);
}

const columns = ({
  name,
  clientId,
  tenantId,
  cloud,
  loginAddress,
  graphAddress,
}: Omit<ApplicationFields, 'credential'>) => ({
  name,
  client_id: clientId,
  tenant_id: tenantId,
  cloud,
  login_address: cloud === 'custom' ? loginAddress : null,
  graph_address: cloud === 'custom' ? graphAddress : null,
});

const sealedCredential = (secrets: Secrets, credential: ClientCredential | null, id: string) =>
  credential === null ? null : secrets.seal(JSON.stringify(credential), id);

async function record(
  db: Executor,
  actor: Actor,
  action: 'create' | 'change' | 'delete',
  before: StoredApplication | null,
  after: StoredApplication | null,
  credentialReplaced = false,
): Promise<void> {
  const told = (application: StoredApplication | null) => {
    if (!application) return null;
    const { name, clientId, tenantId, cloud, loginAddress, graphAddress } = application;
    return { name, clientId, tenantId, cloud, loginAddress, graphAddress };
  };
  await recordChange(db, actor, {
    action,
    subject: 'graphApplication',
    subjectId: (after ?? before)!.id,
    subjectName: (after ?? before)!.name,
    before: credentialReplaced ? { ...told(before), credentialsReplaced: false } : told(before),
    after: credentialReplaced ? { ...told(after), credentialsReplaced: true } : told(after),
  });
}

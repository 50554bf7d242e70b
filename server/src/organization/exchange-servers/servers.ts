/** Exchange servers on the company's own premises, as administrators keep them: how they are reached and signed in to. */
import { randomUUID } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import type { Executor } from '../../store/database.ts';
import type { Secrets } from '../../store/secrets.ts';
import { type Actor, recordChange } from '../audit.ts';
import { connectionUses } from '../connection-uses.ts';
import { certificatesIn } from './authority.ts';
import { type ServerFields, type SignInFields, secretKindOf, serverFault } from './fields.ts';

/** As it is stored: the secret sealed with the id. */
export interface StoredServer extends ServerFields {
  id: string;
  sealed: string | null;
  createdAt: Temporal.Instant;
}

const select = (db: Executor) =>
  db
    .selectFrom('exchange_server')
    .select([
      'id',
      'name',
      'address',
      'mail_domain as mailDomain',
      'sign_in as kind',
      'settings',
      'credential as sealed',
      'authority',
      'created_at as createdAt',
    ]);

const stored = <Row extends { kind: string; settings: Record<string, unknown> }>({ kind, settings, ...row }: Row) => ({
  ...row,
  signIn: { kind, ...settings } as SignInFields,
});

/** With how many accounts are read from each. */
export async function listServers(db: Executor): Promise<(StoredServer & { accounts: number })[]> {
  const rows = await select(db)
    .select((of) =>
      of
        .selectFrom('account')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('account.exchange_server_id', '=', 'exchange_server.id')
        .as('accounts'),
    )
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ ...stored(row), accounts: Number(row.accounts) }));
}

/** @throws ApiError notFound */
export async function readServer(db: Executor, id: string): Promise<StoredServer> {
  const row = await select(db).where('id', '=', id).executeTakeFirst();
  if (!row) throw new ApiError('notFound', 'There is no such Exchange server.');
  return stored(row);
}

/**
 * Run this and the next two in a transaction. @param secret null where none is needed.
 * @returns its id. @throws ApiError invalid, with the field; conflict for a name that is taken.
 */
export async function createServer(
  transaction: Executor,
  secrets: Secrets,
  actor: Actor,
  { secret, ...fields }: ServerFields & { secret: string | null },
): Promise<string> {
  refuseFault(fields, secret !== null);
  const id = randomUUID();
  await transaction
    .insertInto('exchange_server')
    .values({ id, ...columns(fields), credential: sealedSecret(secrets, fields.signIn, secret, id) })
    .execute();
  await record(transaction, actor, 'create', null, await readServer(transaction, id));
  return id;
}

/**
 * @param change what is left out stays; the secret too, unless another kind of sign-in needs another kind of secret.
 * @throws ApiError notFound; invalid, with the field; conflict for a name that is taken.
 */
export async function changeServer(
  transaction: Executor,
  secrets: Secrets,
  actor: Actor,
  id: string,
  change: { [Field in keyof ServerFields]?: ServerFields[Field] | undefined } & { secret?: string | null | undefined },
): Promise<void> {
  const before = await readServer(transaction, id);
  const { name = before.name, address = before.address, mailDomain = before.mailDomain } = change;
  const { signIn = before.signIn, authority = before.authority, secret } = change;
  const after = { ...before, name, address, mailDomain, signIn, authority };
  const mayKeep = before.sealed !== null && secretKindOf(before.signIn) === secretKindOf(signIn);
  refuseFault(after, secret === undefined ? mayKeep : secret !== null);
  const credential =
    secret === undefined && mayKeep ? before.sealed : sealedSecret(secrets, signIn, secret ?? null, id);
  await transaction
    .updateTable('exchange_server')
    .set({ ...columns(after), credential })
    .where('id', '=', id)
    .execute();
  // Whoever couldn't be read for its sake is tried again at once.
  await transaction
    .updateTable('account')
    .set({ due_at: Temporal.Now.instant(), failures: 0 })
    .where('exchange_server_id', '=', id)
    .execute();
  await record(transaction, actor, 'change', before, after, credential !== before.sealed);
}

/** @throws ApiError notFound; conflict while accounts or settings use it. */
export async function deleteServer(transaction: Executor, actor: Actor, id: string): Promise<void> {
  const before = await readServer(transaction, id);
  const uses = await connectionUses(transaction, 'exchange_server_id', id);
  if (uses.length > 0)
    throw new ApiError('conflict', `The Exchange server "${before.name}" is in use: ${uses.join('; ')}.`);
  await transaction.deleteFrom('exchange_server').where('id', '=', id).execute();
  await record(transaction, actor, 'delete', before, null);
}

function refuseFault(fields: ServerFields, hasSecret: boolean): void {
  const fault = serverFault(fields, hasSecret);
  if (fault) throw new ApiError('invalid', fault.message, { field: fault.path });
}

function columns({ name, address, mailDomain, signIn, authority }: ServerFields) {
  const { kind, ...settings } = signIn;
  const where = { name, address, mail_domain: mailDomain, authority };
  return { ...where, sign_in: kind, settings: JSON.stringify(settings) };
}

const sealedSecret = (secrets: Secrets, signIn: SignInFields, secret: string | null, id: string) =>
  secret === null || secretKindOf(signIn) === 'none' ? null : secrets.seal(secret, id);

async function record(
  db: Executor,
  actor: Actor,
  action: 'create' | 'change' | 'delete',
  before: StoredServer | null,
  after: StoredServer | null,
  replaced = false,
): Promise<void> {
  const { id, name } = (after ?? before)!;
  await recordChange(db, actor, {
    action,
    ...{ subject: 'exchangeServer', subjectId: id, subjectName: name },
    before: before && { ...told(before), ...(replaced && { credentialsReplaced: false }) },
    after: after && { ...told(after), ...(replaced && { credentialsReplaced: true }) },
  });
}

/** Certificates by their name and fingerprint. */
function told({ name, address, mailDomain, signIn: { kind, ...signIn }, authority }: StoredServer) {
  const authorities = certificatesIn(authority).map(
    ({ subject, fingerprint }) => `${subject} (SHA-256 ${fingerprint})`,
  );
  const account = Object.fromEntries(
    // What is called like a secret isn't written into the audit log (audit.ts), and this is none.
    Object.entries(signIn).map(([field, value]) => [field === 'tokenEndpoint' ? 'signInAddress' : field, value]),
  );
  return { name, address, mailDomain, signIn: kind, ...account, authorities };
}

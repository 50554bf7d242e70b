/** Whom an identity of a provider stands for: known, linked by e-mail, or made at the first sign-in. */

import { ApiError } from '../../api/errors.ts';
import { forgetSessions } from '../../api/sessions.ts';
import type { Context } from '../../context.ts';
import { markDue } from '../../presence/due.ts';
import type { Database, Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';
import { roleOf, setRole, type UserRole } from '../roles.ts';
import { ensureDefaultGroup } from '../setup.ts';
import type { Identity } from './claims.ts';
import type { Provider } from './providers.ts';
import { type SignInUser, userByEmail, userById } from './user.queries.ts';

/** Why somebody whom the provider knows may not enter. The reason is for administrators. */
export class NotAdmitted extends Error {
  readonly problem: 'unknownUser' | 'inactive';
  readonly user: SignInUser | null;
  constructor(problem: 'unknownUser' | 'inactive', reason: string, user: SignInUser | null) {
    super(reason);
    this.name = 'NotAdmitted';
    this.problem = problem;
    this.user = user;
  }
}

/**
 * @param role by the groups the provider told of; null: it decides none.
 * @throws NotAdmitted
 */
export async function admit(
  { store, log }: Pick<Context, 'store' | 'log'>,
  provider: Provider,
  identity: Identity,
  role: UserRole | null,
): Promise<SignInUser> {
  const attempt = () =>
    store.db.transaction().execute(async (transaction) => {
      const user = await userOf(transaction, provider, identity);
      if (!user.mayEnter) throw new NotAdmitted('inactive', 'deactivated', user);
      return user;
    });
  // Two first sign-ins of the same person at once: the second finds what the first has made.
  const user = await attempt().catch((error) => {
    if ((error as { code?: unknown }).code === '23505') return attempt();
    throw error;
  });
  if (role) await giveRole(store.db, provider, user, role, log);
  return user;
}

async function userOf(db: Executor, provider: Provider, identity: Identity): Promise<SignInUser> {
  const known = await db
    .selectFrom('login_identity')
    .select('user_id')
    .where('provider_id', '=', provider.id)
    .where('subject', '=', identity.subject)
    .executeTakeFirst();
  if (known) return (await userById(db, known.user_id))!;
  if (identity.subject === '') throw new NotAdmitted('unknownUser', 'the provider tells no subject', null);
  if (identity.email === null) throw new NotAdmitted('unknownUser', 'the provider tells no e-mail address', null);
  const sameAddress = await userByEmail(db, identity.email);
  if (sameAddress) return link(db, provider, identity, sameAddress);
  if (!provider.settings.createUsers)
    throw new NotAdmitted('unknownUser', 'unknown, and users are not made here', null);
  if (identity.emailVerified === false)
    throw new NotAdmitted('unknownUser', 'the provider has not verified the e-mail address', null);
  return create(db, provider, identity, identity.email);
}

/** An address that anybody may claim at the provider would open the account of whoever has it here. */
async function link(db: Executor, provider: Provider, identity: Identity, user: SignInUser): Promise<SignInUser> {
  if (!provider.settings.linkByEmail)
    throw new NotAdmitted('unknownUser', 'the e-mail address is that of a user who is not linked', user);
  if (identity.emailVerified !== true)
    throw new NotAdmitted('unknownUser', 'the provider has not verified the e-mail address', user);
  // Addresses are handed on when people leave: the next one to have it isn't who had it before.
  const other = await db
    .selectFrom('login_identity')
    .select('subject')
    .where('provider_id', '=', provider.id)
    .where('user_id', '=', user.id)
    .executeTakeFirst();
  if (other) throw new NotAdmitted('unknownUser', 'the user of this address is somebody else at the provider', user);
  // Whoever was deactivated isn't linked either: nothing is written for them.
  if (!user.mayEnter) return user;
  await addIdentity(db, provider, identity, user.id);
  await recordChange(db, providerActor(provider), {
    ...{ action: 'change', subject: 'user', subjectId: user.id, subjectName: user.displayName },
    locationId: user.locationId,
    before: { linkedTo: null },
    after: { linkedTo: provider.name },
  });
  return user;
}

async function create(db: Executor, provider: Provider, identity: Identity, email: string): Promise<SignInUser> {
  const wanted = provider.settings.groupId;
  const found = wanted
    ? await db.selectFrom('configuration_group').select('id').where('id', '=', wanted).executeTakeFirst()
    : undefined;
  const groupId = found?.id ?? (await ensureDefaultGroup(db, identity.timeZone ?? 'UTC'));
  const { time_zone } = await db
    .selectFrom('configuration_group')
    .innerJoin('location', 'location.id', 'configuration_group.location_id')
    .select('location.time_zone')
    .where('configuration_group.id', '=', groupId)
    .executeTakeFirstOrThrow();
  const { id } = await db
    .insertInto('users')
    .values({
      group_id: groupId,
      email,
      display_name: identity.displayName,
      language: identity.language,
      time_zone: identity.timeZone ?? time_zone,
      origin: 'provider',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await addIdentity(db, provider, identity, id);
  await markDue(db, [id]);
  const user = (await userById(db, id))!;
  await recordChange(db, providerActor(provider), {
    ...{ action: 'create', subject: 'user', subjectId: id, subjectName: user.displayName },
    locationId: user.locationId,
    after: { email, displayName: user.displayName, groupId, linkedTo: provider.name },
  });
  return user;
}

async function addIdentity(db: Executor, provider: Provider, identity: Identity, userId: string): Promise<void> {
  await db
    .insertInto('login_identity')
    .values({ provider_id: provider.id, subject: identity.subject, user_id: userId })
    .execute();
}

/**
 * Forgets who the user is at all providers, and ends the sessions they vouched for; the next sign-in there links or makes
 * anew. For people whose account at the provider was made anew. Run it in a transaction.
 * @throws ApiError notFound
 */
export async function forgetIdentities(transaction: Executor, actor: Actor, userId: string): Promise<void> {
  const user = await userById(transaction, userId);
  if (!user) throw new ApiError('notFound', 'There is no such user.');
  const gone = await transaction
    .deleteFrom('login_identity')
    .using('identity_provider')
    .whereRef('identity_provider.id', '=', 'login_identity.provider_id')
    .where('login_identity.user_id', '=', userId)
    .returning('identity_provider.name')
    .execute();
  if (gone.length === 0) throw new ApiError('notFound', 'The user is known to no identity provider.');
  await transaction
    .deleteFrom('login_session')
    .where('user_id', '=', userId)
    .where('provider_id', 'is not', null)
    .execute();
  await recordChange(transaction, actor, {
    ...{ action: 'change', subject: 'user', subjectId: userId, subjectName: user.displayName },
    locationId: user.locationId,
    before: { linkedTo: gone.map(({ name }) => name).join(', ') },
    after: { linkedTo: null },
  });
  await forgetSessions(transaction, userId);
}

/**
 * The groups decide at each sign-in, with two limits: the last administrator who gets in with a password stays one, and
 * a rule that names a location that is gone gives what is left of it.
 */
async function giveRole(
  db: Database,
  provider: Provider,
  user: SignInUser,
  wanted: UserRole,
  log: Context['log'],
): Promise<void> {
  try {
    await db.transaction().execute(async (transaction) => {
      const before = await roleOf(transaction, user.id);
      const locations = await existing(transaction, wanted.locationIds);
      const role = wanted.role === 'locationAdministrator' && locations.length === 0 ? 'user' : wanted.role;
      if (before.role === role && before.locationIds.join() === locations.join()) return;
      await setRole(transaction, providerActor(provider), user.id, { role, locationIds: locations });
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'conflict') throw error;
    log.warn(
      { provider: provider.name, userId: user.id },
      'The last administrator keeps the role, whatever the groups say.',
    );
  }
}

async function existing(db: Executor, locationIds: readonly string[]): Promise<string[]> {
  if (locationIds.length === 0) return [];
  const rows = await db
    .selectFrom('location')
    .select('id')
    .where('id', 'in', [...locationIds])
    .execute();
  return rows.map(({ id }) => id).sort();
}

const providerActor = ({ name }: Provider): Actor => ({ userId: null, name, via: 'system' });

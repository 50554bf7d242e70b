/** What a sign-in needs to know of a user. */
import type { Executor } from '../../store/database.ts';
import type { Role } from '../../store/schema.ts';

export interface SignInUser {
  id: string;
  email: string;
  displayName: string;
  role: Role;
  /** False for who may not sign in, and for who is on the way out. */
  mayEnter: boolean;
  locationId: string;
  /** The hash, null for who has none. */
  password: string | null;
}

const selectUser = (db: Executor) =>
  db
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .leftJoin('login_password', 'login_password.user_id', 'users.id')
    .select([
      'users.id',
      'users.email',
      'users.display_name as displayName',
      'users.role',
      'users.active',
      'users.leaving_at',
      'configuration_group.location_id as locationId',
      'login_password.password',
    ]);

const shown = (row: Awaited<ReturnType<ReturnType<typeof selectUser>['executeTakeFirstOrThrow']>>): SignInUser => {
  const { active, leaving_at, ...user } = row;
  return { ...user, mayEnter: active && leaving_at === null };
};

export async function userByEmail(db: Executor, email: string): Promise<SignInUser | null> {
  const row = await selectUser(db).where('users.email', '=', email).executeTakeFirst();
  return row ? shown(row) : null;
}

export async function userById(db: Executor, userId: string): Promise<SignInUser | null> {
  const row = await selectUser(db).where('users.id', '=', userId).executeTakeFirst();
  return row ? shown(row) : null;
}

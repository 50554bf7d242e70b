/** How a user gets in, as administrators see it. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';

export interface WaysIn {
  password: boolean;
  /** Set up, not only begun. */
  secondFactor: boolean;
  /** Names of the identity providers that know the user. */
  providers: string[];
}

export async function waysIn(executor: Executor, userId: string): Promise<WaysIn> {
  const { rows } = await sql<WaysIn>`
    select exists (select from login_password where user_id = ${userId}::uuid) as password,
           exists (select from second_factor where user_id = ${userId}::uuid and confirmed_at is not null) as "secondFactor",
           array(select name from login_identity join identity_provider on identity_provider.id = provider_id
                  where user_id = ${userId}::uuid order by name) as providers`.execute(executor);
  return rows[0]!;
}

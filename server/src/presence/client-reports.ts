/** What a user's clients report, where their group heeds it. Pure rules: clients.ts. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { type ClientState, heedsClients } from './clients.ts';
import { markDue } from './due.ts';
import { presenceSettingsOf } from './settings.ts';

/** Seconds. A client says its word again at half of it; one that died is taken for closed when it runs out. */
export const clientLease = 600;
/** Seconds that a closed client is waited for: a page that is loaded anew closes before it opens. */
export const closingGrace = 15;
/** Of one user; a page is a client. */
const mostClients = 50;

export interface ClientAnswer {
  /** Whether anything follows from what clients say in this group. If not, nothing was kept. */
  heeded: boolean;
  /** After how many minutes without a key or a pointer a client is idle. */
  inactiveAfterMinutes: number;
  /** Within so many seconds the client says its word again. */
  leaseSeconds: number;
}

/**
 * Takes a client's word: its state from now on, or from when it has been in it. Idempotent. Run it in a transaction.
 * @param client tells the user's clients apart.
 * @returns null for an unknown user.
 */
export async function reportClient(
  executor: Executor,
  userId: string,
  { client, state }: { client: string; state: ClientState },
  now: Temporal.Instant,
): Promise<ClientAnswer | null> {
  const group = await executor
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select('configuration_group.settings')
    .where('users.id', '=', userId)
    .executeTakeFirst();
  if (!group) return null;
  const settings = presenceSettingsOf(group.settings).client;
  const answer = { inactiveAfterMinutes: settings.onInactive.afterMinutes, leaseSeconds: clientLease };
  if (!heedsClients(settings)) {
    // When somebody sits at the computer is nobody's business where nothing follows from it.
    await executor.deleteFrom('client_report').where('user_id', '=', userId).execute();
    return { ...answer, heeded: false };
  }
  await (state === 'ended' ? close(executor, userId, client, now) : keep(executor, userId, client, state, now));
  await markDue(executor, [userId]);
  return { ...answer, heeded: true };
}

async function keep(
  executor: Executor,
  userId: string,
  client: string,
  state: Exclude<ClientState, 'ended'>,
  now: Temporal.Instant,
): Promise<void> {
  const at = now.round('millisecond');
  await sql`
    insert into client_report (user_id, client, state, since, until)
    values (${userId}::uuid, ${client}, ${state}, ${at}, ${at.add({ seconds: clientLease })})
    on conflict (user_id, client) do update
       set state = excluded.state, until = excluded.until,
           since = case when client_report.state = excluded.state and client_report.until > excluded.since
                        then client_report.since else excluded.since end`.execute(executor);
  await sql`
    delete from client_report where user_id = ${userId}::uuid and client in (
      select client from client_report where user_id = ${userId}::uuid order by until desc offset ${mostClients})`.execute(
    executor,
  );
}

const close = (executor: Executor, userId: string, client: string, now: Temporal.Instant) =>
  executor
    .updateTable('client_report')
    .set({ until: sql`least(until, ${now.round('millisecond').add({ seconds: closingGrace })})` })
    .where('user_id', '=', userId)
    .where('client', '=', client)
    .execute();

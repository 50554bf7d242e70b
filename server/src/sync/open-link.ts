/** Where an appointment opens at its source, for the kinds whose links have to be asked for. */
import { sql } from 'kysely';
import { type CalendarConnector, ConnectorError } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { LeaseLost } from './faults.ts';
import { claimAccounts, giveBackLeases, keepSecret } from './lease.queries.ts';

interface Place {
  accountId: string;
  kind: string;
  settings: unknown;
  secret: string | null;
  applicationId: string | null;
  exchangeServerId: string | null;
  remoteId: string;
  source: string | null;
  occurrence: string;
  openUrl: string | null;
}

/** @returns http(s); null where the user has no such appointment, or where nothing opens it. @throws ConnectorError */
export async function openLinkOf(
  context: Context,
  connectors: readonly CalendarConnector[],
  userId: string,
  appointmentId: number,
  signal: AbortSignal,
): Promise<string | null> {
  const { db } = context.store;
  const { rows } = await sql<Place>`
    select account.id as "accountId", account.kind, account.settings, account.secret,
           account.application_id as "applicationId", account.exchange_server_id as "exchangeServerId",
           remote_id as "remoteId", source, occurrence, open_url as "openUrl"
      from appointment join calendar on calendar.id = calendar_id join account on account.id = account_id
           left join calendar_object on calendar_object.calendar_id = calendar.id and key = object_key
     where appointment.id = ${appointmentId} and appointment.user_id = ${userId}::uuid`.execute(db);
  const [place] = rows;
  if (!place || place.openUrl) return place?.openUrl ?? null;
  const connector = connectors.find(({ kind }) => kind === place.kind);
  const { source, remoteId, occurrence } = place;
  if (!connector?.openLink || source === null) return null;
  const of = { calendar: { remoteId }, source, occurrence };
  // With the lease a sign-in may be renewed; while a pull has it, the token at hand is what there is.
  const [leased] = await claimAccounts(db, context.processName, { free: 1, failingToo: 1 }, [], place.accountId);
  try {
    return await connector.openLink(accountOf(context, place, leased?.lease ?? null, leased?.secret), of, signal);
  } finally {
    if (leased) await giveBackLeases(db, [leased.lease]);
  }
}

function accountOf(
  { store, secrets }: Context,
  { accountId: id, settings, secret: stored, applicationId, exchangeServerId }: Place,
  lease: string | null,
  now = stored,
) {
  let secret: unknown = null;
  try {
    if (now !== null) secret = JSON.parse(secrets.open(now, id));
  } catch (cause) {
    throw new ConnectorError(
      'credentials',
      'The stored password doesn’t open: the key file of this server is another one.',
      {
        cause,
      },
    );
  }
  return {
    ...{ id, settings, applicationId, exchangeServerId, secret },
    ...(lease !== null && {
      async keepSecret(next: unknown) {
        if (!(await keepSecret(store.db, id, lease, secrets.seal(JSON.stringify(next), id)))) throw new LeaseLost();
      },
    }),
  };
}

/**
 * Change notifications of a mailbox: one subscription for all events of it. Calendars that others share aren't in it.
 * Source: "subscription resource type", "Create subscription", "Reduce missing subscriptions and change notifications",
 * Microsoft Graph v1.0.
 */
import { ConnectorError, type PushKept, type PushRequest } from '../connector.ts';
import { type GraphClient, GraphRefusal } from './graph-client.ts';
import { isPart, textOf } from './graph-event.ts';

/** The longest that Graph gives for events without their data; what the answer states counts. */
const lifetime = Temporal.Duration.from({ minutes: 10_080 - 5 });

/** Renews what is known, or makes it anew. @throws ConnectorError */
export async function keepSubscribed(client: GraphClient, request: PushRequest): Promise<PushKept> {
  const expirationDateTime = request.now.add(lifetime).toString({ smallestUnit: 'millisecond' });
  if (request.remoteId !== null) {
    // Renewing authorizes anew as well, where lifecycle notices asked for that.
    const path = `/subscriptions/${encodeURIComponent(request.remoteId)}`;
    try {
      const body = await client.request(path, { method: 'PATCH', body: { expirationDateTime } });
      return { remoteId: request.remoteId, expiresAt: expiryOf(body), renewed: true };
    } catch (error) {
      if (!(error instanceof GraphRefusal) || error.status !== 404) throw error;
    }
  }
  const wanted = {
    changeType: 'created,updated,deleted',
    resource: `${client.root.slice(1)}/events`,
    notificationUrl: request.address,
    // Can't be added later.
    lifecycleNotificationUrl: request.address,
    clientState: request.clientState,
    expirationDateTime,
  };
  try {
    return madeFrom(await client.request('/subscriptions', { method: 'POST', body: wanted }));
  } catch (error) {
    if (!(error instanceof GraphRefusal) || error.status !== 409) throw error;
  }
  // One that we made and lost sight of, by a crash or in a database that was restored.
  await removeOurs(client, wanted.resource, request.address);
  return madeFrom(await client.request('/subscriptions', { method: 'POST', body: wanted }));
}

/** Those for the same resource that tell this server. */
async function removeOurs(client: GraphClient, resource: string, address: string): Promise<void> {
  const ours = address.slice(0, address.lastIndexOf('/') + 1);
  const { values } = await client.list('/subscriptions', []);
  for (const value of values.filter(isPart)) {
    const id = textOf(value.id);
    const same = textOf(value.resource)?.replace(/^\//, '').toLowerCase() === resource.toLowerCase();
    if (id === null || !same || !textOf(value.notificationUrl)?.startsWith(ours)) continue;
    await client.answer(`/subscriptions/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }
}

function madeFrom(body: Record<string, unknown>): PushKept {
  const remoteId = textOf(body.id);
  if (remoteId === null) throw new ConnectorError('malformed', 'Microsoft 365 made a subscription without an id.');
  return { remoteId, expiresAt: expiryOf(body), renewed: false };
}

function expiryOf(body: Record<string, unknown>): Temporal.Instant {
  try {
    return Temporal.Instant.from(String(body.expirationDateTime));
  } catch {
    throw new ConnectorError('malformed', 'Microsoft 365 didn’t say until when it tells of changes.');
  }
}

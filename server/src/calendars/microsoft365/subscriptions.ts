/**
 * Change notifications of a mailbox: one subscription for all events of it. Calendars that others share aren't in it.
 * Source: "subscription resource type", "Create subscription", "Reduce missing subscriptions and change notifications",
 * Microsoft Graph v1.0.
 */
import { ConnectorError, type PushKept, type PushRequest } from '../connector.ts';
import { type GraphClient, GraphRefusal } from './graph-client.ts';
import { isPart, type Part, textOf } from './graph-event.ts';

/**
 * Minutes, the longest first: of events Microsoft's pages name 10,080 now and 4,230 before, and a server whose clock is
 * behind ours finds an end too far away. What the answer states counts.
 */
const lifetimes = [10_080 - 5, 4_230 - 5, 1_440 - 5];

/** Renews what is known, or makes it anew. @throws ConnectorError */
export async function keepSubscribed(client: GraphClient, request: PushRequest): Promise<PushKept> {
  const { remoteId, address, clientState } = request;
  if (remoteId !== null) {
    // Renewing authorizes anew as well, where lifecycle notices asked for that.
    const path = `/subscriptions/${encodeURIComponent(remoteId)}`;
    const body = await sent(client, request, 'PATCH', path, {}).catch(unlessRefused);
    if (body) return { remoteId, expiresAt: expiryOf(body), renewed: true };
  }
  const wanted = {
    changeType: 'created,updated,deleted',
    resource: `${client.root.slice(1)}/events`,
    notificationUrl: address,
    // Can't be added later.
    lifecycleNotificationUrl: address,
    clientState,
  };
  try {
    return madeFrom(await sent(client, request, 'POST', '/subscriptions', wanted));
  } catch (error) {
    if (!(error instanceof GraphRefusal) || error.status !== 409) throw error;
  }
  // One that we made and lost sight of, by a crash or in a database that was restored.
  await removeOurs(client, wanted.resource, address);
  return madeFrom(await sent(client, request, 'POST', '/subscriptions', wanted));
}

/** With the longest lifetime that isn't refused. @throws ConnectorError */
async function sent(
  client: GraphClient,
  request: PushRequest,
  method: 'POST' | 'PATCH',
  path: string,
  what: object,
  [minutes, ...shorter]: readonly number[] = lifetimes,
): Promise<Part> {
  const expirationDateTime = request.now.add({ minutes: minutes! }).toString({ smallestUnit: 'millisecond' });
  const { status, body, retryAt } = await client.answer(path, { method, body: { ...what, expirationDateTime } });
  if (status >= 200 && status < 300) return body ?? {};
  const tooLong = status === 400 && /expir/i.test(JSON.stringify(body?.error ?? ''));
  if (tooLong && shorter.length > 0) return sent(client, request, method, path, what, shorter);
  throw client.refusal(status, body, retryAt);
}

/** It is gone, or that of an application that was here before: another one is made. */
function unlessRefused(error: unknown): null {
  if (error instanceof GraphRefusal && [400, 403, 404, 405, 410].includes(error.status)) return null;
  throw error;
}

/** Those for the same resource that tell this server. */
async function removeOurs(client: GraphClient, resource: string, address: string): Promise<void> {
  const ours = address.slice(0, address.lastIndexOf('/') + 1);
  const { values } = await client.list('/subscriptions', []);
  for (const value of values.filter(isPart)) {
    const id = textOf(value.id);
    const same = plainResource(textOf(value.resource) ?? '') === plainResource(resource);
    if (id === null || !same || !textOf(value.notificationUrl)?.startsWith(ours)) continue;
    await client.answer(`/subscriptions/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }
}

/** As we wrote it, or wrote it before: with or without a slash, and signs escaped. */
const plainResource = (resource: string): string => resource.replace(/^\//, '').replace(/%40/g, '@').toLowerCase();

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

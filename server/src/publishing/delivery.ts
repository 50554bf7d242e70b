/** One message to one webhook, and what its answer means. */
import { ConnectorError } from '../calendars/connector.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { parseRetryAfter } from '../outbound/retry-after.ts';
import type { CloudEvent } from './presence-event.ts';
import { signedHeaders } from './signature.ts';

export interface Delivery {
  ok: boolean;
  /** HTTP; null when there was no answer. */
  status: number | null;
  /** In plain words. */
  message: string;
  /** 410: the receiver never wants to hear from us again. */
  gone: boolean;
  retryAt: Temporal.Instant | null;
}

export async function deliver(
  outbound: Outbound,
  endpoint: { url: string; secret: string },
  event: CloudEvent<unknown>,
  signal?: AbortSignal,
): Promise<Delivery> {
  const body = JSON.stringify(event);
  const now = Temporal.Now.instant();
  const failed = { ok: false, gone: false, retryAt: null };
  try {
    const { status, headers } = await outbound.fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...signedHeaders(endpoint.secret, event.id, now, body),
      },
      body,
      typedBy: 'administrator',
      timeoutMs: 15_000,
      maxBytes: 65_536,
      // A signed message goes where the administrator said and nowhere else.
      maxRedirects: 0,
      ...(signal ? { signal } : {}),
    });
    if (status >= 200 && status < 300) return { ...failed, ok: true, status, message: `Delivered (HTTP ${status}).` };
    const { host } = new URL(endpoint.url);
    if (status === 410)
      return { ...failed, status, gone: true, message: `${host} says that it is gone (HTTP 410): switched off.` };
    const hint = status >= 300 && status < 400 ? ' Webhooks follow no redirects: enter the final address.' : '';
    const retryAt = parseRetryAfter(headers.get('retry-after'), now);
    return { ...failed, status, retryAt, message: `${host} did not take it (HTTP ${status}).${hint}` };
  } catch (error) {
    if (!(error instanceof ConnectorError) && !signal?.aborted) throw error;
    const message = error instanceof ConnectorError ? error.message : 'Stopped.';
    return { ...failed, status: null, message };
  }
}

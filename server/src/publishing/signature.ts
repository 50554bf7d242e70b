/** Standard Webhooks: how a receiver knows that a message is ours, whole and fresh (standardwebhooks.com, specification). */
import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new signing secret: 256 random bits in the form the specification gives them. */
export function newSigningSecret(): string {
  return prefix + randomBytes(32).toString('base64');
}

/**
 * The headers of a message: HMAC-SHA256 over "id.timestamp.body" with the secret's bytes.
 * @param id the same at every try of the same message, so that a receiver can tell a repetition.
 * @param at when this try is made; receivers refuse what is minutes old.
 */
export function signedHeaders(secret: string, id: string, at: Temporal.Instant, body: string): Record<string, string> {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const timestamp = String(Math.floor(at.epochMilliseconds / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

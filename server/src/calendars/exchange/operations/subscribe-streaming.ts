/** Has a mailbox tell of changes in calendars, until 30 minutes after nobody has listened (MS-OXWSNTIF). */
import { ConnectorError } from '../../connector.ts';
import type { ExchangeMailbox } from '../client.ts';
import { ExchangeRefusal, responseMessages } from '../refusal.ts';
import { wordAt } from '../soap/reading.ts';
import { element, textElement } from '../soap/writer.ts';

const eventTypes = ['CopiedEvent', 'CreatedEvent', 'DeletedEvent', 'ModifiedEvent', 'MovedEvent'] as const;

/**
 * @param mailbox with the affinity of those that share a stream. @param folderIds of its calendars.
 * @returns the subscription's id. @throws ConnectorError
 */
export async function subscribeStreaming(mailbox: ExchangeMailbox, folderIds: readonly string[]): Promise<string> {
  const answer = await mailbox.call(
    element('m:Subscribe', {}, [
      element('m:StreamingSubscriptionRequest', {}, [
        element(
          't:FolderIds',
          {},
          folderIds.map((Id) => element('t:FolderId', { Id })),
        ),
        element(
          't:EventTypes',
          {},
          eventTypes.map((type) => textElement('t:EventType', type)),
        ),
      ]),
    ]),
  );
  const [message = null] = responseMessages(answer);
  const id = wordAt(message, 'SubscriptionId');
  if (id === null)
    throw new ConnectorError('malformed', `${mailbox.host} answered without the id of the subscription that was made.`);
  return id;
}

/** Codes that say that a subscription isn't there any more, or not for whom the stream is opened. */
const gone = new Set([
  'ErrorInvalidSubscription',
  'ErrorSubscriptionNotFound',
  'ErrorExpiredSubscription',
  'ErrorSubscriptionUnsubsribed',
  'ErrorSubscriptionAccessDenied',
  'ErrorReadEventsFailed',
  'ErrorProxiedSubscriptionCallFailure',
]);
export const isGone = (code: string): boolean => gone.has(code);

/** Idempotent: one that isn't there needn't be taken back. @throws ConnectorError */
export async function unsubscribe(mailbox: ExchangeMailbox, subscriptionId: string): Promise<void> {
  try {
    await mailbox.call(element('m:Unsubscribe', {}, [textElement('m:SubscriptionId', subscriptionId)]));
  } catch (error) {
    if (!(error instanceof ExchangeRefusal) || !isGone(error.code)) throw error;
  }
}

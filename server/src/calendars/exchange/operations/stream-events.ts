/** Listens on subscriptions: what has changed, and which of them are lost (GetStreamingEvents, MS-OXWSNTIF). */
import type { XmlElement } from '../../xml.ts';
import type { ExchangeMailbox } from '../client.ts';
import { faultOf, refusal, responseMessages } from '../refusal.ts';
import { childNamed, childrenNamed, childrenOf, wordAt } from '../soap/reading.ts';
import { element, textElement } from '../soap/writer.ts';
import { idAt } from './item-id.ts';
import { isGone } from './subscribe-streaming.ts';

/** Nothing but hints: they carry no ChangeKey, and Exchange tells of changes that nobody made. */
export interface StreamEvent {
  /** CreatedEvent, ModifiedEvent, DeletedEvent, MovedEvent, CopiedEvent. */
  type: string;
  /** Null where a folder has changed. */
  itemId: string | null;
  folderId: string | null;
  parentFolderId: string | null;
  /** Of what was moved or copied. */
  oldParentFolderId: string | null;
}

export type StreamNotice =
  | { kind: 'events'; subscriptionId: string; events: StreamEvent[] }
  /** The stream lives; some servers say so in between. */
  | { kind: 'alive' }
  /** Of these nothing will be told. `subscriptionIds` is all of them where the server doesn't say which. */
  | { kind: 'lost'; subscriptionIds: string[]; code: string };

/** Of SubscriptionIds in a request. */
export const mostSubscriptions = 200;
/** Exchange says that it lives about every minute. */
const silenceMs = 180_000;

/**
 * Ends when the server closes the stream, which it does after `minutes` or when all is lost; then listen again.
 * @param mailbox whose budget of connections is used, with the affinity that the subscriptions were made with.
 * @param subscriptionIds at most 200. @param minutes 1 to 30. @throws ConnectorError
 */
export async function* streamEvents(
  mailbox: ExchangeMailbox,
  subscriptionIds: readonly string[],
  minutes: number,
): AsyncGenerator<StreamNotice> {
  const request = element('m:GetStreamingEvents', {}, [
    element(
      'm:SubscriptionIds',
      {},
      subscriptionIds.map((id) => textElement('t:SubscriptionId', id)),
    ),
    textElement('m:ConnectionTimeout', minutes),
  ]);
  for await (const answer of mailbox.stream(request, silenceMs)) {
    for (const message of responseMessages(answer)) {
      yield* noticesIn(message, mailbox, subscriptionIds);
      if (wordAt(message, 'ConnectionStatus') === 'Closed') return;
    }
  }
}

function* noticesIn(
  message: XmlElement,
  mailbox: ExchangeMailbox,
  all: readonly string[],
): Generator<StreamNotice, void> {
  const lost = childrenNamed(childNamed(message, 'ErrorSubscriptionIds'), 'SubscriptionId').map(({ text }) =>
    text.trim(),
  );
  const fault = faultOf(message);
  if (fault && lost.length === 0 && !isGone(fault.code)) throw refusal(fault, mailbox.host, mailbox.address);
  if (fault || lost.length > 0)
    yield { kind: 'lost', subscriptionIds: lost.length > 0 ? lost : [...all], code: fault?.code ?? '' };
  let told = false;
  for (const notification of childrenNamed(childNamed(message, 'Notifications'), 'Notification')) {
    const subscriptionId = wordAt(notification, 'SubscriptionId');
    const events = childrenOf(notification)
      .map(readEvent)
      .filter((event) => event !== null);
    if (subscriptionId === null || events.length === 0) continue;
    told = true;
    yield { kind: 'events', subscriptionId, events };
  }
  if (!told && !fault && lost.length === 0) yield { kind: 'alive' };
}

/** Null for what is no change: the subscription's id, StatusEvent. */
function readEvent(event: XmlElement): StreamEvent | null {
  if (!event.name.endsWith('Event') || event.name === 'StatusEvent') return null;
  return {
    type: event.name,
    itemId: idAt(event, 'ItemId')?.id ?? null,
    folderId: idAt(event, 'FolderId')?.id ?? null,
    parentFolderId: idAt(event, 'ParentFolderId')?.id ?? null,
    oldParentFolderId: idAt(event, 'OldParentFolderId')?.id ?? null,
  };
}

/** Out-of-office settings of a mailbox, in EWS' words (MS-OXWOOF). Only their owner may ask: we act for them. */
import { ConnectorError } from '../../connector.ts';
import type { ExchangeMailbox } from '../client.ts';
import { childNamed, textAt, wordAt } from '../soap/reading.ts';
import { element, textElement } from '../soap/writer.ts';
import { dateTime } from './shapes.ts';

export interface OofSettings {
  /** Disabled, Enabled, Scheduled. */
  state: string;
  /** None, Known, All. */
  externalAudience: string;
  /** xs:dateTime; Exchange tells one even where nothing is scheduled. */
  start: string | null;
  end: string | null;
  /** HTML, as Exchange keeps it. */
  internalReply: string;
  externalReply: string;
}

/** @throws ConnectorError */
export async function getOof(mailbox: ExchangeMailbox): Promise<OofSettings> {
  const answer = await mailbox.call(element('m:GetUserOofSettingsRequest', {}, [whose(mailbox)]));
  const settings = childNamed(answer, 'OofSettings');
  const [state, externalAudience] = [wordAt(settings, 'OofState'), wordAt(settings, 'ExternalAudience')];
  if (state === null || externalAudience === null)
    throw new ConnectorError('malformed', `${mailbox.host} doesn’t tell the automatic replies.`);
  return {
    ...{ state, externalAudience },
    start: wordAt(settings, 'Duration', 'StartTime'),
    end: wordAt(settings, 'Duration', 'EndTime'),
    internalReply: textAt(settings, 'InternalReply', 'Message') ?? '',
    externalReply: textAt(settings, 'ExternalReply', 'Message') ?? '',
  };
}

export interface OofWish {
  state: 'Disabled' | 'Enabled' | 'Scheduled';
  externalAudience: 'None' | 'Known' | 'All';
  /** With Scheduled only; its end must lie ahead. */
  duration: { start: Temporal.Instant; end: Temporal.Instant } | null;
  internalReply: string;
  externalReply: string;
}

/** Replaces all of it. @throws ConnectorError */
export async function setOof(mailbox: ExchangeMailbox, wish: OofWish): Promise<void> {
  const { state, externalAudience, duration, internalReply, externalReply } = wish;
  await mailbox.call(
    element('m:SetUserOofSettingsRequest', {}, [
      whose(mailbox),
      element('t:UserOofSettings', {}, [
        textElement('t:OofState', state),
        textElement('t:ExternalAudience', externalAudience),
        duration &&
          element('t:Duration', {}, [
            textElement('t:StartTime', dateTime(duration.start)),
            textElement('t:EndTime', dateTime(duration.end)),
          ]),
        // Both, also empty: settings without one of them are refused (ErrorInvalidUserOofSettings).
        element('t:InternalReply', {}, [textElement('t:Message', internalReply)]),
        element('t:ExternalReply', {}, [textElement('t:Message', externalReply)]),
      ]),
    ]),
  );
}

const whose = ({ address }: ExchangeMailbox) => element('t:Mailbox', {}, [textElement('t:Address', address)]);

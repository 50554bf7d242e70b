/**
 * Which mailboxes live together, of many mailboxes at once: GetUserSettings of the SOAP Autodiscover. Pure.
 * Source: MS-OXWSADISC 3.1.4.4 (GetUserSettings), 2.2.4 (error codes); "Maintain affinity between a group of
 * subscriptions and the Mailbox server in Exchange" (Microsoft), which says what makes a group.
 */
import { ConnectorError } from '../../connector.ts';
import { readXml, type XmlElement } from '../../xml.ts';
import { soapNamespace } from '../soap/request.ts';
import { escapeText } from '../soap/writer.ts';
import { child, word } from './answers.ts';

const namespace = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
const addressing = 'http://www.w3.org/2005/08/addressing';
/** InternalEwsUrl counts where a server is published to nobody outside. */
const asked = ['ExternalEwsUrl', 'InternalEwsUrl', 'GroupingInformation'] as const;

/** @param url of the service, which WS-Addressing wants to be told. */
export function userSettingsRequest(mailboxes: readonly string[], url: URL): string {
  const users = mailboxes.map((address) => `<a:User><a:Mailbox>${escapeText(address)}</a:Mailbox></a:User>`);
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<soap:Envelope xmlns:soap="${soapNamespace}" xmlns:a="${namespace}" xmlns:wsa="${addressing}"><soap:Header>`,
    '<a:RequestedServerVersion>Exchange2013</a:RequestedServerVersion>',
    `<wsa:Action>${namespace}/Autodiscover/GetUserSettings</wsa:Action><wsa:To>${escapeText(url.href)}</wsa:To>`,
    '</soap:Header><soap:Body><a:GetUserSettingsRequestMessage><a:Request>',
    `<a:Users>${users.join('')}</a:Users>`,
    `<a:RequestedSettings>${asked.map((name) => `<a:Setting>${name}</a:Setting>`).join('')}</a:RequestedSettings>`,
    '</a:Request></a:GetUserSettingsRequestMessage></soap:Body></soap:Envelope>',
  ].join('');
}

/** More mailboxes in a request than the server takes, or something else that it doesn't like about it. */
export class InvalidRequest extends ConnectorError {}

const limits = { depth: 32, elements: 20_000, length: 1_000_000 };

/**
 * @param count mailboxes that were asked for. @returns in their order: mailboxes with the same may share a stream; ''
 * where nothing is told of one.
 * @throws ConnectorError; InvalidRequest, 'throttled' and 'refused' where the service does nothing for any of them
 */
export function readGroups(text: string, source: string, count: number): string[] {
  let message: XmlElement | null = null;
  readXml(
    text,
    source,
    { root: () => {}, child: (part) => (message = child(part, 'GetUserSettingsResponseMessage') ?? message) },
    limits,
  );
  const response = child(message, 'Response');
  const code = word(response, 'ErrorCode') ?? 'no answer';
  if (code === 'InvalidRequest') throw new InvalidRequest('refused', refusalOf(source, code));
  if (code === 'ServerBusy') throw new ConnectorError('throttled', refusalOf(source, code));
  if (code !== 'NoError') throw new ConnectorError('refused', refusalOf(source, code));
  const users = (child(response, 'UserResponses')?.children ?? []).filter(({ name }) => name === 'UserResponse');
  if (users.length !== count)
    throw new ConnectorError('malformed', `Autodiscover at ${source} told of ${users.length} mailboxes, not ${count}.`);
  return users.map(groupOf);
}

function groupOf(user: XmlElement): string {
  const settings = new Map(
    (child(user, 'UserSettings')?.children ?? []).map((setting) => [word(setting, 'Name'), word(setting, 'Value')]),
  );
  const address = settings.get('ExternalEwsUrl') ?? settings.get('InternalEwsUrl') ?? null;
  const grouping = settings.get('GroupingInformation') ?? null;
  return address === null && grouping === null ? '' : `${address?.toLowerCase() ?? ''} ${grouping ?? ''}`;
}

const refusalOf = (source: string, code: string) => `Autodiscover at ${source} answers ${code}.`;

/** Requests of the simulator's own tests: written out by hand, so that nothing of the product stands behind them. */

import { child, type Element } from './xml/element.ts';
import { read } from './xml/read.ts';

export interface Asking {
  url: string;
  /** Of Authorization. */
  authorization?: string;
  /** Whom to impersonate; null: nobody. */
  mailbox?: string | null;
  /** Further SOAP headers. */
  header?: string;
  headers?: Record<string, string>;
  version?: string;
}

const services = 'http://schemas.microsoft.com/exchange/services/2006';

/** @param operation with prefixes m and t. */
export function envelopeOf(
  operation: string,
  { mailbox, header = '', version = 'Exchange2016' }: Partial<Asking>,
): string {
  const impersonation = mailbox
    ? `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${mailbox}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
    : '';
  return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="${services}/messages" xmlns:t="${services}/types"><soap:Header><t:RequestServerVersion Version="${version}"/>${impersonation}${header}</soap:Header><soap:Body>${operation}</soap:Body></soap:Envelope>`;
}

export const basicly = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

export async function post(asking: Asking, operation: string): Promise<Response> {
  const { url, authorization = basicly('CONTOSO\\svc-whenabouts', 'Simulated-1'), headers } = asking;
  return fetch(`${url}/EWS/Exchange.asmx`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml; charset=utf-8', authorization, ...headers },
    body: envelopeOf(operation, asking),
  });
}

/** @returns the status, the text and the element in the body of the answer */
export async function ask(asking: Asking, operation: string) {
  const answer = await post(asking, operation);
  const text = await answer.text();
  const body = text.startsWith('<') && text.includes('Envelope') ? child(read(text), 'Body')!.children[0]! : null;
  return { status: answer.status, headers: answer.headers, text, body };
}

/** All elements of that name, however deep. */
export const all = (element: Element | null, name: string): Element[] =>
  (element?.children ?? []).flatMap((each) => [...(each.name === name ? [each] : []), ...all(each, name)]);
export const texts = (element: Element | null, name: string): string[] => all(element, name).map(({ text }) => text);

export const findItem = (view: string, shape = '<t:BaseShape>IdOnly</t:BaseShape>', folder = 'calendar') =>
  `<m:FindItem Traversal="Shallow"><m:ItemShape>${shape}</m:ItemShape>${view}<m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`;
export const view = (from: string, to: string, most?: number) =>
  `<m:CalendarView ${most ? `MaxEntriesReturned="${most}" ` : ''}StartDate="${from}" EndDate="${to}"/>`;
export const getItem = (ids: string[], shape = '<t:BaseShape>AllProperties</t:BaseShape>') =>
  `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds>${ids.map((id) => `<t:ItemId Id="${id}"/>`).join('')}</m:ItemIds></m:GetItem>`;
export const subscribe = (what = '<t:FolderIds><t:DistinguishedFolderId Id="calendar"/></t:FolderIds>') =>
  `<m:Subscribe><m:StreamingSubscriptionRequest${what ? '' : ' SubscribeToAllFolders="true"'}>${what}<t:EventTypes>${['CreatedEvent', 'DeletedEvent', 'ModifiedEvent', 'MovedEvent'].map((name) => `<t:EventType>${name}</t:EventType>`).join('')}</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>`;
export const listen = (ids: string[], minutes = 30) =>
  `<m:GetStreamingEvents><m:SubscriptionIds>${ids.map((id) => `<t:SubscriptionId>${id}</t:SubscriptionId>`).join('')}</m:SubscriptionIds><m:ConnectionTimeout>${minutes}</m:ConnectionTimeout></m:GetStreamingEvents>`;
export const getOof = (address: string) =>
  `<m:GetUserOofSettingsRequest><t:Mailbox><t:Address>${address}</t:Address></t:Mailbox></m:GetUserOofSettingsRequest>`;
export const setOof = (address: string, settings: string) =>
  `<m:SetUserOofSettingsRequest><t:Mailbox><t:Address>${address}</t:Address></t:Mailbox><t:UserOofSettings>${settings}</t:UserOofSettings></m:SetUserOofSettingsRequest>`;

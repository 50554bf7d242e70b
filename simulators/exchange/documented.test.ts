/**
 * Requests as Microsoft’s documentation writes them (default namespaces, its own order of what may come in any), and
 * answers of the build that it shows: MS-OXWSCDATA, MS-OXWSNTIF, MS-OXWOOF and the reference of EWS, in our own words.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { all, basicly } from './asking.ts';
import { type Exchange, startExchange } from './exchange.ts';
import { tame } from './habits.ts';
import { child, type Element } from './xml/element.ts';
import { read } from './xml/read.ts';

let server: Exchange;
beforeAll(async () => {
  server = await startExchange({ habits: tame });
  server.world.addAccount();
  const { mailbox } = server.world.addUser({ name: 'Ada', address: 'ada@contoso.example' });
  mailbox.create({ subject: 'Lunch', start: '2026-11-23T12:00', end: '2026-11-23T13:00' });
});
afterAll(() => server.stop());

const services = 'http://schemas.microsoft.com/exchange/services/2006';
const [messages, types] = [`xmlns="${services}/messages"`, `xmlns="${services}/types"`];

async function asked(body: string): Promise<Element> {
  const impersonation = `<ExchangeImpersonation ${types}><ConnectingSID><SmtpAddress>ada@contoso.example</SmtpAddress></ConnectingSID></ExchangeImpersonation>`;
  const text = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="${services}/types">
  <s:Header>
    <t:RequestServerVersion Version="Exchange2013"/>
    <t:TimeZoneContext><t:TimeZoneDefinition Id="Tokyo Standard Time"/></t:TimeZoneContext>
    ${impersonation}
  </s:Header>
  <s:Body>${body}</s:Body>
</s:Envelope>`;
  const answer = await fetch(`${server.url}/ews/exchange.asmx`, {
    method: 'POST',
    headers: {
      'content-type': 'text/xml; charset="utf-8"',
      soapaction: `"${services}/messages/FindItem"`,
      authorization: basicly('svc-whenabouts@contoso.example', 'Simulated-1'),
    },
    body: text,
  });
  return read(await answer.text());
}

/** Names with their namespaces, one inside of the other, as far as there is one way down. */
function way(element: Element): string {
  const names: string[] = [];
  for (let at: Element | undefined = element; at; at = at.children[0]) names.push(`${at.namespace[0]}:${at.name}`);
  return names.join(' ');
}

test('items of a calendar', async () => {
  const answer = await asked(`<FindItem Traversal="Shallow" ${messages}>
    <ItemShape><t:BaseShape>Default</t:BaseShape></ItemShape>
    <CalendarView MaxEntriesReturned="5" StartDate="2026-11-23T00:00:00" EndDate="2026-11-24T00:00:00"/>
    <ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></ParentFolderIds>
  </FindItem>`);
  expect(all(answer, 'ServerVersionInfo')[0]!.attributes.MajorVersion).toBe('15');
  expect(way(child(answer, 'Body')!)).toBe(
    's:Body m:FindItemResponse m:ResponseMessages m:FindItemResponseMessage m:ResponseCode',
  );
  const [root] = all(answer, 'RootFolder');
  expect(way(root!)).toBe('m:RootFolder t:Items t:CalendarItem t:ItemId');
  const [item] = all(answer, 'CalendarItem');
  expect(child(item, 'Start')!.text, 'wall time of the context').toBe('2026-11-23T20:00:00+09:00');
  const id = child(item, 'ItemId')!.attributes;
  const got = await asked(`<GetItem ${messages}>
    <ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:BodyType>Text</t:BodyType></ItemShape>
    <ItemIds><t:ItemId Id="${id.Id}" ChangeKey="${id.ChangeKey}"/></ItemIds>
  </GetItem>`);
  expect(way(all(got, 'Items')[0]!)).toBe('m:Items t:CalendarItem t:ItemId');
});

test('a subscription', async () => {
  const answer = await asked(`<Subscribe ${messages}><StreamingSubscriptionRequest>
    <t:FolderIds><t:DistinguishedFolderId Id="calendar"/></t:FolderIds>
    <t:EventTypes><t:EventType>CreatedEvent</t:EventType><t:EventType>ModifiedEvent</t:EventType></t:EventTypes>
  </StreamingSubscriptionRequest></Subscribe>`);
  expect(way(child(answer, 'Body')!)).toBe(
    's:Body m:SubscribeResponse m:ResponseMessages m:SubscribeResponseMessage m:ResponseCode',
  );
  const id = all(answer, 'SubscriptionId')[0]!;
  expect(id.namespace).toBe('messages');
  const gone = await asked(`<Unsubscribe ${messages}><SubscriptionId>${id.text}</SubscriptionId></Unsubscribe>`);
  expect(all(gone, 'UnsubscribeResponseMessage')[0]!.attributes.ResponseClass).toBe('Success');
});

test('automatic replies', async () => {
  const mailbox = `<Mailbox ${types}><Name>Ada</Name><Address>ada@contoso.example</Address><RoutingType>SMTP</RoutingType></Mailbox>`;
  const set = await asked(`<SetUserOofSettingsRequest ${messages}>${mailbox}<UserOofSettings ${types}>
    <OofState>Enabled</OofState><ExternalAudience>All</ExternalAudience>
    <Duration><StartTime>2026-12-01T00:00:00</StartTime><EndTime>2026-12-02T00:00:00</EndTime></Duration>
    <InternalReply><Message>Inside</Message></InternalReply><ExternalReply><Message>Outside</Message></ExternalReply>
  </UserOofSettings></SetUserOofSettingsRequest>`);
  expect(way(child(set, 'Body')!)).toBe('s:Body m:SetUserOofSettingsResponse m:ResponseMessage m:ResponseCode');
  const got = await asked(`<GetUserOofSettingsRequest ${messages}>${mailbox}</GetUserOofSettingsRequest>`);
  const answer = child(got, 'Body')!.children[0]!;
  expect(answer.children.map(({ namespace, name }) => `${namespace[0]}:${name}`)).toEqual([
    'm:ResponseMessage',
    't:OofSettings',
    'm:AllowExternalOof',
  ]);
  expect(child(child(answer, 'OofSettings'), 'Duration')!.children[0]!.text, 'was told in Tokyo').toBe(
    '2026-11-30T15:00:00Z',
  );
});

test('a fault', async () => {
  server.throttling.order('fault');
  const answer = await asked(`<Unsubscribe ${messages}><SubscriptionId>x</SubscriptionId></Unsubscribe>`);
  const [fault] = all(answer, 'Fault');
  expect(fault!.children.map(({ name }) => name)).toEqual(['faultcode', 'faultstring', 'detail']);
  expect(child(fault, 'faultcode')!.text).toBe('a:ErrorServerBusy');
  const detail = child(fault, 'detail')!;
  expect(detail.children.map(({ namespace, name }) => `${namespace}:${name}`)).toEqual([
    'errors:ResponseCode',
    'errors:Message',
    'types:MessageXml',
  ]);
  expect(all(detail, 'Value')[0]).toMatchObject({ attributes: { Name: 'BackOffMilliseconds' }, text: '1000' });
});

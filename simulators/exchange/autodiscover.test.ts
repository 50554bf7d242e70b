import { afterEach, beforeEach, expect, test } from 'vitest';
import { basicly, texts } from './asking.ts';
import { type Exchange, startExchange } from './exchange.ts';
import { tame } from './habits.ts';
import { read } from './xml/read.ts';

let server: Exchange;
beforeEach(async () => {
  server = await startExchange({ habits: tame });
  server.world.addAccount();
  server.world.addUser({ name: 'Ada', address: 'ada@contoso.example', grouping: 'Site-1' });
});
afterEach(() => server.stop());

const requestOf = (address: string) =>
  `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`;
async function discover(address: string, authorization = basicly('svc-whenabouts@contoso.example', 'Simulated-1')) {
  const answer = await fetch(`${server.url}/Autodiscover/Autodiscover.xml`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml', ...(authorization && { authorization }) },
    body: requestOf(address),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? read(text) : null };
}

test('asks who one is first, and then tells where EWS is and which mailboxes belong together', async () => {
  expect((await discover('ada@contoso.example', '')).status).toBe(401);
  const { body } = await discover('ada@contoso.example');
  expect(texts(body, 'EwsUrl')).toEqual(Array(2).fill(`${server.url}/EWS/Exchange.asmx`));
  expect(texts(body, 'GroupingInformation')).toEqual(['Site-1']);
  expect(texts((await discover('nobody@contoso.example')).body, 'ErrorCode')).toEqual(['500']);
});

test('sends elsewhere: to another address, to another URL, and over HTTP', async () => {
  const { redirects } = server.autodiscover;
  redirects.set('old.example', { address: 'ada@contoso.example' });
  redirects.set('moved@contoso.example', { url: 'https://other.example/autodiscover/autodiscover.xml' });
  const byAddress = await discover('ada@old.example');
  expect([texts(byAddress.body, 'Action')[0], texts(byAddress.body, 'RedirectAddr')[0]]).toEqual([
    'redirectAddr',
    'ada@contoso.example',
  ]);
  expect(texts((await discover('moved@contoso.example')).body, 'RedirectUrl')).toEqual([
    'https://other.example/autodiscover/autodiscover.xml',
  ]);
  server.autodiscover.httpRedirect = 'https://mail.contoso.example/autodiscover/autodiscover.xml';
  const over = await fetch(`${server.url}/autodiscover/autodiscover.xml`, { redirect: 'manual' });
  expect([over.status, over.headers.get('location')]).toEqual([302, server.autodiscover.httpRedirect]);
});

test('version 2 answers in JSON and asks nobody who they are', async () => {
  const asked = (query: string) => fetch(`${server.url}/autodiscover/autodiscover.json${query}`);
  const found = await asked('?Email=ada@contoso.example&Protocol=EWS');
  expect(await found.json()).toEqual({ Protocol: 'EWS', Url: `${server.url}/EWS/Exchange.asmx` });
  expect((await asked('/v1.0/ada@contoso.example?Protocol=EWS')).status).toBe(200);
  expect((await asked('?Email=ada@contoso.example&Protocol=Post')).status).toBe(400);
  server.autodiscover.hasJson = false;
  expect((await asked('?Email=ada@contoso.example&Protocol=EWS')).status).toBe(404);
});

/** GetUserSettings, in the order of the schema. @param action of WS-Addressing. */
async function settingsOf(
  addresses: readonly string[],
  action = 'http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetUserSettings',
) {
  const users = addresses.map((address) => `<a:User><a:Mailbox>${address}</a:Mailbox></a:User>`).join('');
  const settings = ['GroupingInformation', 'InternalEwsUrl', 'Colour'].map((name) => `<a:Setting>${name}</a:Setting>`);
  const answer = await fetch(`${server.url}/autodiscover/autodiscover.svc`, {
    method: 'POST',
    headers: {
      'content-type': 'text/xml',
      authorization: basicly('svc-whenabouts@contoso.example', 'Simulated-1'),
    },
    body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover" xmlns:w="http://www.w3.org/2005/08/addressing"><e:Header><a:RequestedServerVersion>Exchange2013</a:RequestedServerVersion><w:Action>${action}</w:Action></e:Header><e:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users>${users}</a:Users><a:RequestedSettings>${settings.join('')}</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></e:Body></e:Envelope>`,
  });
  const text = await answer.text();
  return { status: answer.status, body: answer.status === 404 ? null : read(text) };
}

test('tells settings of many users at once, each by itself, and of no more than it takes', async () => {
  const { body } = await settingsOf(['ada@contoso.example', 'nobody@contoso.example']);
  expect(texts(body, 'ErrorCode')).toEqual(['NoError', 'NoError', 'InvalidSetting', 'InvalidUser']);
  expect(texts(body, 'Name')).toEqual(['GroupingInformation', 'InternalEwsUrl']);
  expect(texts(body, 'Value')).toEqual(['Site-1', `${server.url}/EWS/Exchange.asmx`]);
  server.autodiscover.usersAtOnce = 1;
  const many = await settingsOf(['ada@contoso.example', 'ada@contoso.example']);
  expect(texts(many.body, 'ErrorCode')).toEqual(['InvalidRequest']);
  expect((await settingsOf(['ada@contoso.example'], 'another')).status).toBe(500);
  server.autodiscover.hasSoap = false;
  expect((await settingsOf(['ada@contoso.example'])).status).toBe(404);
});

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

import { expect, test } from 'vitest';
import type { Outbound } from '../../outbound/outbound.ts';
import { findExchangeServer } from './find.ts';

test.each([
  [['CONTOSO\\svc', 'ada@contoso.example'], 'ada@contoso.example'],
  [['svc@Contoso.example', 'ada@contoso.example'], 'svc@Contoso.example'],
  [['CONTOSO\\svc', 'ada@elsewhere.example'], 'autodiscover@contoso.example'],
])('Autodiscover is asked for a mailbox of the domain: of %j for %s', async (addresses, mailbox) => {
  const asked: string[] = [];
  const outbound = {
    async fetch(url: URL) {
      asked.push(url.searchParams.get('Email')!);
      const body = Buffer.from(JSON.stringify({ Url: 'https://mail.contoso.example/EWS/Exchange.asmx' }));
      return { status: 200, headers: new Headers(), url: url.href, body, text: () => body.toString() };
    },
  } as unknown as Outbound;
  const signIn = { kind: 'ntlm' as const, userName: 'svc', password: 'secret' };
  const server = { id: '', name: '', address: null, mailDomain: 'contoso.example', signIn, authority: null };
  expect(await findExchangeServer(outbound, server, addresses)).toBe('https://mail.contoso.example/EWS/Exchange.asmx');
  expect(asked).toEqual([mailbox]);
});

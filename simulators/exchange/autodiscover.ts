/**
 * Autodiscover, by which clients find EWS: POX (MS-OXDSCLI) with a challenge first, redirects of both kinds, a redirect over
 * HTTP, version 2 in JSON, which asks nobody who they are, and the SOAP service (user-settings.ts).
 */
import type { Answer, Asked } from './http.ts';
import { isAccount, type SignIn } from './sign-in/sign-in.ts';
import { type UserSettingsLimits, userSettings } from './user-settings.ts';
import type { User, World } from './world.ts';
import { child, childText, type Element } from './xml/element.ts';
import { read } from './xml/read.ts';
import { write } from './xml/write.ts';

export interface AutodiscoverSettings extends UserSettingsLimits {
  /** By domain or by address: where else to ask. */
  redirects: Map<string, { address: string } | { url: string }>;
  /** Version 2 is there from 2013 (CU 22) and 2016 on. */
  hasJson: boolean;
  /** Over plain HTTP at /autodiscover/autodiscover.xml: 302 to this; null: nothing is there. */
  httpRedirect: string | null;
}

const outer = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const inner = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
const requested = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';
const a = (namespace: string, name: string, ...children: Array<Element | null>): Element => ({
  ...{ namespace, name, attributes: {}, children: children.filter((each) => each !== null), text: '' },
});
const leaf = (name: string, text: string): Element => ({ ...a(inner, name), text });

export function autodiscover(world: World, signIn: SignIn, origin: () => string) {
  const settings: AutodiscoverSettings = {
    ...{ redirects: new Map(), hasJson: true, httpRedirect: null },
    ...{ hasSoap: true, usersAtOnce: 100, soapRequests: 0 },
  };
  const ewsOf = (user: User) => user.externalEwsUrl ?? `${origin()}/EWS/Exchange.asmx`;

  async function answer(asked: Asked): Promise<Answer | null> {
    const path = asked.url.pathname.toLowerCase();
    if (path.startsWith('/autodiscover/autodiscover.json')) return json(asked);
    const isSoap = path === '/autodiscover/autodiscover.svc' && settings.hasSoap;
    if (path !== '/autodiscover/autodiscover.xml' && !isSoap) return null;
    if (!isSoap && asked.method === 'GET' && settings.httpRedirect)
      return { status: 302, headers: { location: settings.httpRedirect }, body: null };
    const account = await signIn.of(asked);
    if (!isAccount(account)) return account;
    if (isSoap) return userSettings(world, settings, ewsOf, asked.body);
    if (asked.method !== 'POST') return xml(a(outer, 'Autodiscover', problem('600', 'Invalid Request')));
    return pox(asked.body);
  }

  function pox(body: string): Answer {
    let address: string | undefined;
    try {
      const request = read(body);
      if (request.namespace !== requested) return xml(a(outer, 'Autodiscover', problem('600', 'Invalid Request')));
      address = childText(child(request, 'Request'), 'EMailAddress');
    } catch {
      address = undefined;
    }
    if (!address) return xml(a(outer, 'Autodiscover', problem('600', 'Invalid Request')));
    const elsewhere = settings.redirects.get(address.toLowerCase()) ?? settings.redirects.get(domainOf(address));
    if (elsewhere)
      return xml(
        response(
          'url' in elsewhere
            ? [leaf('Action', 'redirectUrl'), leaf('RedirectUrl', elsewhere.url)]
            : [leaf('Action', 'redirectAddr'), leaf('RedirectAddr', elsewhere.address)],
        ),
      );
    const user = world.userBy(address);
    if (!user?.mailbox)
      return xml(a(outer, 'Autodiscover', a(outer, 'Response', problem('500', 'The e-mail address cannot be found.'))));
    return xml(response([leaf('Action', 'settings'), ...protocols(user)], user));
  }

  const protocols = (user: User): Element[] =>
    ['EXCH', 'EXPR'].map((type) =>
      a(
        inner,
        'Protocol',
        leaf('Type', type),
        leaf('Server', 'ex1.contoso.example'),
        leaf('ASUrl', ewsOf(user)),
        leaf('EwsUrl', ewsOf(user)),
        leaf('OOFUrl', ewsOf(user)),
        type === 'EXPR' ? leaf('GroupingInformation', user.grouping) : null,
      ),
    );

  function json({ url }: Asked): Answer {
    if (!settings.hasJson) return { status: 404, body: 'There is nothing here.' };
    const [, inPath] = /^\/autodiscover\/autodiscover\.json\/v1\.0\/(.+)$/i.exec(url.pathname) ?? [];
    const parameter = (name: string) => [...url.searchParams].find(([key]) => key.toLowerCase() === name)?.[1];
    const address = inPath ? decodeURIComponent(inPath) : (parameter('email') ?? '');
    const protocol = parameter('protocol') ?? '';
    const said = (status: number, body: object): Answer => ({
      ...{ status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) },
    });
    if (!['ews', 'autodiscoverv1'].includes(protocol.toLowerCase()))
      return said(400, { ErrorCode: 'InvalidProtocol', ErrorMessage: `The protocol '${protocol}' is not supported.` });
    const elsewhere = settings.redirects.get(address.toLowerCase()) ?? settings.redirects.get(domainOf(address));
    if (elsewhere && 'url' in elsewhere) return { status: 302, headers: { location: elsewhere.url }, body: null };
    const user = world.userBy(address);
    // Who isn't known is answered all the same: nobody may find out here who there is.
    const isEws = protocol.toLowerCase() === 'ews';
    const at = isEws
      ? user
        ? ewsOf(user)
        : `${origin()}/EWS/Exchange.asmx`
      : `${origin()}/Autodiscover/Autodiscover.xml`;
    return said(200, { Protocol: isEws ? 'EWS' : 'AutodiscoverV1', Url: at });
  }

  return { answer, settings };
}

const domainOf = (address: string) => address.toLowerCase().split('@').at(-1) ?? '';

function response(account: Element[], user?: User): Element {
  const named = user && a(inner, 'User', leaf('DisplayName', user.name), leaf('AutoDiscoverSMTPAddress', user.address));
  const inside = a(inner, 'Account', leaf('AccountType', 'email'), ...account);
  return a(outer, 'Autodiscover', a(inner, 'Response', named ?? null, inside));
}

function problem(code: string, message: string): Element {
  const told = (name: string, text: string): Element => ({ ...a(outer, name), text });
  return a(outer, 'Error', told('ErrorCode', code), told('Message', message), told('DebugData', ''));
}

const xml = (root: Element): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/xml; charset=utf-8' },
  body: write(root, 'none'),
});

/**
 * What Autodiscover asks and answers. Pure.
 * Source: MS-OXDSCLI (plain XML), "Autodiscover for Exchange" (JSON: autodiscover.json, version 2).
 */
import { readXml, type XmlElement } from '../../xml.ts';
import { escapeText } from '../soap/writer.ts';

export type AutodiscoverAnswer =
  | { kind: 'found'; ews: string[]; webMail: string | null; grouping: string | null }
  /** Ask there instead. */
  | { kind: 'elsewhere'; url: string }
  /** Ask about that address instead. */
  | { kind: 'otherAddress'; address: string }
  /** Asked in vain: in the server's words. */
  | { kind: 'nothing'; reason: string };

const requestNamespace = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';
const responseNamespace = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
/** Plain XML and, with the year in it, SOAP (user-settings.ts). */
const ofAutodiscover = /^https?:\/\/schemas\.microsoft\.com\/exchange\/(?:2010\/)?autodiscover\b/i;

export const plainXmlRequest = (mailbox: string): string =>
  [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<Autodiscover xmlns="${requestNamespace}"><Request><EMailAddress>${escapeText(mailbox)}</EMailAddress>`,
    `<AcceptableResponseSchema>${responseNamespace}</AcceptableResponseSchema></Request></Autodiscover>`,
  ].join('');

const limits = { depth: 32, elements: 10_000, length: 1_000_000 };

/** @throws ConnectorError 'malformed' for what is no XML. */
export function readPlainXml(text: string, source: string): AutodiscoverAnswer {
  let response: XmlElement | null = null;
  const ignored = () => {};
  readXml(
    text,
    source,
    { root: ignored, child: (element) => (response = named(element, 'Response') ?? response) },
    limits,
  );
  const error = child(response, 'Error');
  if (error) return { kind: 'nothing', reason: word(error, 'Message') ?? word(error, 'ErrorCode') ?? 'error' };
  const account = child(response, 'Account');
  const redirectUrl = word(account, 'RedirectUrl');
  if (redirectUrl) return { kind: 'elsewhere', url: redirectUrl };
  const redirectAddress = word(account, 'RedirectAddr');
  if (redirectAddress) return { kind: 'otherAddress', address: redirectAddress };
  const protocols = account?.children.filter((each) => named(each, 'Protocol')) ?? [];
  const ews = protocols.flatMap((protocol) => [word(protocol, 'EwsUrl'), word(protocol, 'ASUrl')]);
  const grouping = protocols.map((protocol) => word(protocol, 'GroupingInformation'));
  const webMail = protocols.flatMap((protocol) => [child(protocol, 'External'), child(protocol, 'Internal')]);
  const found = [...new Set(ews.filter((url) => url !== null))];
  if (found.length === 0) return { kind: 'nothing', reason: 'no address of Exchange Web Services' };
  return {
    kind: 'found',
    ews: found,
    webMail: webMail.map((each) => word(each, 'OWAUrl')).find((url) => url !== null) ?? null,
    grouping: grouping.find((each) => each !== null) ?? null,
  };
}

export function readJson(text: string): AutodiscoverAnswer {
  let answer: { Url?: unknown; ErrorMessage?: unknown };
  try {
    answer = Object(JSON.parse(text));
  } catch {
    return { kind: 'nothing', reason: 'no JSON' };
  }
  if (typeof answer.Url === 'string') return { kind: 'found', ews: [answer.Url], webMail: null, grouping: null };
  return { kind: 'nothing', reason: typeof answer.ErrorMessage === 'string' ? answer.ErrorMessage : 'no address' };
}

const named = (element: XmlElement, name: string) =>
  element.name === name && ofAutodiscover.test(element.namespace) ? element : null;
export const child = (element: XmlElement | null, name: string) =>
  element?.children.find((each) => named(each, name)) ?? null;
export const word = (element: XmlElement | null, name: string) => child(element, name)?.text.trim() || null;

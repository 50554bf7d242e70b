/**
 * What Exchange says when it doesn't do what it was asked: which error class that is, and what mends it.
 * Source: "ResponseCode" and "EWS throttling in Exchange" (Microsoft), MS-OXWSCDATA 2.2.5.24.
 */
import { ConnectorError, type ErrorClass } from '../connector.ts';
import type { XmlElement } from '../xml.ts';
import type { Envelope } from './soap/envelopes.ts';
import { childNamed, childrenNamed, childrenOf, wordAt } from './soap/reading.ts';

/** Exchange told its reason as a code, such as ErrorNonExistentMailbox. */
export class ExchangeRefusal extends ConnectorError {
  readonly code: string;
  /** How long it wants to be left alone; null where it doesn't say. */
  readonly backOffMs: number | null;
  constructor(code: string, backOffMs: number | null, errorClass: ErrorClass, message: string) {
    super(errorClass, message);
    this.name = 'ExchangeRefusal';
    this.code = code;
    this.backOffMs = backOffMs;
  }
}

export interface Fault {
  code: string;
  /** As Exchange says it; for logs and checks. */
  text: string;
  backOffMs: number | null;
}

/** The reason in a SOAP fault; what isn't told as a code of EWS is told as "SOAP fault". */
export function faultIn({ body }: Envelope): Fault {
  const detail = body.children.find(({ name }) => name.toLowerCase() === 'detail') ?? null;
  const plain = (name: string) => body.children.find((each) => each.name === name)?.text.trim() ?? '';
  const faultCode = plain('faultcode').replace(/^.*:/, '');
  const code = wordAt(detail, 'ResponseCode') ?? (faultCode.startsWith('Error') ? faultCode : 'SOAP fault');
  return { code, text: wordAt(detail, 'Message') ?? plain('faultstring'), backOffMs: backOffIn(detail) };
}

/** The answers to each part of a request: in ResponseMessages, or the only one (automatic replies). */
export function responseMessages(answer: XmlElement): XmlElement[] {
  const many = childNamed(answer, 'ResponseMessages');
  return many ? childrenOf(many) : childrenNamed(answer, 'ResponseMessage');
}

/** Null for an answer that is good, or good with a warning. */
export function faultOf(message: XmlElement): Fault | null {
  const code = wordAt(message, 'ResponseCode') ?? 'NoError';
  if (message.attributes.ResponseClass !== 'Error' && code === 'NoError') return null;
  if (message.attributes.ResponseClass === 'Success') return null;
  // "An inner ErrorServerBusy may be present" in an ErrorInternalServerError.
  const inner = valuesIn(message).find(([name]) => name.endsWith('ResponseCode'))?.[1];
  return {
    code: inner === 'ErrorServerBusy' ? inner : code,
    text: wordAt(message, 'MessageText') ?? '',
    backOffMs: backOffIn(message),
  };
}

/** Of MessageXml: names and values. */
function valuesIn(element: XmlElement | null): [string, string][] {
  const found: [string, string][] = [];
  for (const each of childrenOf(childNamed(element, 'MessageXml'))) {
    if (each.attributes.Name) found.push([each.attributes.Name, each.text.trim()]);
  }
  return found;
}

function backOffIn(element: XmlElement | null): number | null {
  const told = valuesIn(element).find(([name]) => name === 'BackOffMilliseconds')?.[1];
  return told !== undefined && /^\d{1,9}$/.test(told) ? Number(told) : null;
}

const busy = new Set([
  'ErrorServerBusy',
  'ErrorExceededConnectionCount',
  'ErrorTooManyObjectsOpened',
  'ErrorInsufficientResources',
]);
export const isBusy = (code: string): boolean => busy.has(code);

/** They pass by themselves: the mailbox is being moved, a database switches over, a server is in trouble. */
const passing = new Set([
  'ErrorADUnavailable',
  'ErrorConnectionFailed',
  'ErrorInternalServerError',
  'ErrorInternalServerTransientError',
  'ErrorMailboxFailover',
  'ErrorMailboxMoveInProgress',
  'ErrorMailboxStoreUnavailable',
  'ErrorNoRespondingCASInDestinationSite',
  'ErrorProxyRequestProcessingFailed',
  'ErrorServiceUnavailable',
  'ErrorTimeoutExpired',
]);

const noMailbox = new Set(['ErrorNonExistentMailbox', 'ErrorMailRecipientNotFound', 'ErrorCannotFindUser']);
/** The mailbox may still be known by another kind of name (`connectingKinds`). */
export const isUnknownName = (code: string): boolean =>
  noMailbox.has(code) || code === 'ErrorInvalidUserPrincipalName' || code === 'ErrorImpersonationFailed';

/** No single item is at fault. ErrorInternalServerError is what Exchange says of one that is broken. */
export const isOfMailbox = (code: string): boolean =>
  isBusy(code) || isUnknownName(code) || (passing.has(code) && code !== 'ErrorInternalServerError');

/** The schema that was spoken is newer than the server. */
export const isUnknownVersion = (code: string): boolean =>
  code === 'ErrorInvalidServerVersion' || code === 'ErrorIncorrectSchemaVersion';

export function refusal({ code, text, backOffMs }: Fault, host: string, mailbox: string): ExchangeRefusal {
  const [errorClass, message] = meaning(code, text, host, mailbox);
  return new ExchangeRefusal(code, backOffMs, errorClass, message);
}

function meaning(code: string, text: string, host: string, mailbox: string): [ErrorClass, string] {
  if (isBusy(code)) return ['throttled', `${host} asks for a pause (${code}).`];
  if (passing.has(code)) return ['unreachable', `${host} can’t answer for ${mailbox} at the moment (${code}).`];
  if (noMailbox.has(code))
    return ['notFound', `${host} has no mailbox ${mailbox}. It may have been removed or moved away.`];
  switch (code) {
    case 'ErrorImpersonateUserDenied':
    case 'ErrorImpersonationDenied':
      return [
        'consent',
        `The service account may not act for ${mailbox} (${code}). Give it the role ApplicationImpersonation, with a scope that includes this mailbox.`,
      ];
    case 'ErrorImpersonationFailed':
    case 'ErrorInvalidUserPrincipalName':
      return ['notFound', `${host} can’t act for ${mailbox} (${code}): its account in Active Directory can’t be used.`];
    case 'ErrorAccessDenied':
      return ['consent', `${host} doesn’t let the service account read this of ${mailbox} (${code}).`];
    case 'ErrorAccountDisabled':
    case 'ErrorPasswordExpired':
    case 'ErrorPasswordChangeRequired':
      return ['credentials', `The service account can’t sign in at ${host}: ${accountFault[code]}.`];
    case 'ErrorItemNotFound':
    case 'ErrorFolderNotFound':
    case 'ErrorNoCalendar':
      return ['notFound', `What was asked for isn’t in the mailbox ${mailbox} (${code}).`];
    case 'ErrorExceededFindCountLimit':
      return ['throttled', findCountReached(host)];
    case 'ErrorExceededSubscriptionCount':
      return ['throttled', `The service account has more subscriptions at ${host} than its throttling policy allows.`];
    default:
      return ['refused', `${host} refuses the request (${code}${text ? `: ${shortened(text)}` : ''}).`];
  }
}

/** For administrators: what mends it where it doesn't pass. */
export const findCountReached = (host: string): string =>
  `${host} tells less than there is, because of other requests at the same moment or a low EWSFindCountLimit in the throttling policy. It is asked again by itself.`;

const accountFault: Record<string, string> = {
  ErrorAccountDisabled: 'the account is disabled',
  ErrorPasswordExpired: 'its password has expired',
  ErrorPasswordChangeRequired: 'its password must be changed first',
};

const shortened = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(/\.$/, '');

/** An answer that isn't one of EWS, by its HTTP status alone. */
export const httpRefusal = (status: number, host: string): ConnectorError =>
  new ConnectorError(...httpMeaning(status, host));

function httpMeaning(status: number, host: string): [ErrorClass, string] {
  if (status >= 300 && status < 400)
    return ['refused', `${host} leads elsewhere (HTTP ${status}). Enter the address of EWS itself.`];
  if (status === 403)
    return ['consent', `${host} doesn’t let this account or program use Exchange Web Services (HTTP 403).`];
  if (status === 404 || status === 405 || status === 410)
    return ['refused', `There are no Exchange Web Services at this address of ${host} (HTTP ${status}).`];
  if (status >= 500) return ['unreachable', `${host} can’t answer at the moment (HTTP ${status}).`];
  return ['refused', `${host} refuses the request (HTTP ${status}).`];
}

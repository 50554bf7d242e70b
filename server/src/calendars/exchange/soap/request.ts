/** The envelope around every request: SOAP 1.1, with whom we act for and the time zone answers are told in. */
import { element, textElement, writeXml, type XmlNode } from './writer.ts';

export const soapNamespace = 'http://schemas.xmlsoap.org/soap/envelope/';
export const messagesNamespace = 'http://schemas.microsoft.com/exchange/services/2006/messages';
export const typesNamespace = 'http://schemas.microsoft.com/exchange/services/2006/types';

/**
 * Which schema is spoken, from the newest that is asked for to the oldest that has what is needed: streaming
 * notifications and StartTimeZone came with these ("EWS schema versions in Exchange"). Every later server knows them.
 */
export const serverVersions = ['Exchange2013', 'Exchange2010_SP1'] as const;
export type ServerVersion = (typeof serverVersions)[number];

/** How a mailbox is named when acting for its owner; the ways that an address can name one. */
export const connectingKinds = ['PrimarySmtpAddress', 'SmtpAddress', 'PrincipalName'] as const;
export interface ConnectingSid {
  kind: (typeof connectingKinds)[number];
  value: string;
}

/** @param actFor null: the service account itself. */
export function requestEnvelope(operation: XmlNode, version: ServerVersion, actFor: ConnectingSid | null): string {
  const header = [
    element('t:RequestServerVersion', { Version: version }),
    ...(actFor
      ? [
          element('t:ExchangeImpersonation', {}, [
            element('t:ConnectingSID', {}, [textElement(`t:${actFor.kind}`, actFor.value)]),
          ]),
        ]
      : []),
    // Windows' own id for it, which Exchange knows; times without a zone would be taken as the server's otherwise.
    element('t:TimeZoneContext', {}, [element('t:TimeZoneDefinition', { Id: 'UTC' })]),
  ];
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<soap:Envelope xmlns:soap="${soapNamespace}" xmlns:m="${messagesNamespace}" xmlns:t="${typesNamespace}">`,
    `<soap:Header>${header.map(writeXml).join('')}</soap:Header>`,
    `<soap:Body>${writeXml(operation)}</soap:Body>`,
    '</soap:Envelope>',
  ].join('');
}

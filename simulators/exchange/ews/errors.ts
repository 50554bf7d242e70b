/** How Exchange says no: a SOAP fault for the whole request, or an error among the response messages. */
import { type Content, type Element, e, m, s, t } from '../xml/element.ts';

/** Of the whole request: HTTP 500 and a fault. */
export class Fault extends Error {
  readonly code: string;
  readonly values: Record<string, string>;
  constructor(code: string, message: string, values: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.values = values;
  }
}

/** Of one part of the request: a response message of class Error inside a 200; a fault where there are no parts. */
export class Refused extends Fault {}

export const schemaFault = (violation: string): Fault =>
  new Fault('ErrorSchemaValidation', `The request failed schema validation: ${violation}`, { Violation: violation });

const messageXml = (values: Record<string, string>): Element[] =>
  Object.entries(values).map(([name, value]) =>
    ['BackOffMilliseconds', 'PolicyLimit'].includes(name) ? t('Value', { Name: name }, value) : t(name, {}, value),
  );

export function faultBody({ code, message, values }: Fault): Element {
  const details = messageXml(values);
  const fault = s(
    'Fault',
    { ...s('faultcode', `a:${code}`), namespace: '', attributes: { 'xmlns:a': typesNamespace } },
    { ...s('faultstring', message), namespace: '', attributes: { 'xml:lang': 'en-US' } },
    {
      ...s(
        'detail',
        e('ResponseCode', code),
        e('Message', message),
        details.length > 0 ? t('MessageXml', {}, details) : null,
      ),
      namespace: '',
    },
  );
  return fault;
}
const typesNamespace = 'http://schemas.microsoft.com/exchange/services/2006/types';

/** A response message: what went well holds its content. */
export const success = (name: string, ...content: Content[]): Element =>
  m(name, { ResponseClass: 'Success' }, m('ResponseCode', {}, 'NoError'), content);

/** @param empty stands in it too where the schema wants it there: "Items", "Folders". */
export const failure = (name: string, { code, message, values }: Fault, empty?: string): Element =>
  m(
    name,
    { ResponseClass: 'Error' },
    m('MessageText', {}, message),
    m('ResponseCode', {}, code),
    m('DescriptiveLinkKey', {}, 0),
    Object.keys(values).length > 0 ? m('MessageXml', {}, messageXml(values)) : null,
    empty ? m(empty, {}) : null,
  );

/** The answer to an operation that may take several things: one response message each, whatever became of the others. */
export const response = (operation: string, messages: Element[]): Element =>
  m(`${operation}Response`, {}, m('ResponseMessages', {}, messages));

/** What `work` gives, or the refusal that it threw, as a response message. */
export function each(name: string, work: () => Content, empty?: string): Element {
  try {
    return success(name, work());
  } catch (error) {
    if (error instanceof Refused) return failure(name, error, empty);
    throw error;
  }
}

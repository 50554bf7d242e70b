/** One request to a phone system: filled in, signed in, tried again where that helps, its answer understood or refused. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError } from '../../calendars/connector.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { type Answer, failure, readAnswer, TokenRefused } from './answers.ts';
import { atPlace } from './places.ts';
import type { HttpRequestTemplate } from './request-settings.ts';
import type { HttpSettings } from './settings.ts';
import { fillAddress, fillBody, fillHeader, fillText, type Values } from './templates.ts';

export type Template = Pick<HttpRequestTemplate, 'address'> & Partial<HttpRequestTemplate>;

/** What is sent with every request beside what its template says. */
export interface SignIn {
  headers(signal: AbortSignal): Promise<Record<string, string>>;
  /** These were refused. @returns whether others may do. */
  refused(headers: Record<string, string>): boolean;
}

/** A request as it went out and what came back, for people who try settings out. */
export interface Exchange {
  purpose: 'request' | 'token';
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
  /** Null: there was no answer. */
  status: number | null;
  answer: unknown;
}

export interface ClientOptions {
  outbound: Outbound;
  settings: Pick<HttpSettings, 'timeoutMs' | 'attempts' | 'errors' | 'errorMessage' | 'success'>;
  /** Waits until a request may go out. */
  budget(signal: AbortSignal): Promise<void>;
  signIn: SignIn;
  purpose?: Exchange['purpose'];
  onExchange?: ((exchange: Exchange) => void) | undefined;
}

export interface Client {
  /** @throws ConnectorError */
  send(template: Template, values: Values, signal: AbortSignal): Promise<Answer>;
  /** Several in order, what one keeps being known to the next. @returns the last answer, and all values. @throws ConnectorError */
  sendAll(
    templates: readonly Template[],
    values: Values,
    signal: AbortSignal,
    between?: (values: Values) => Values,
  ): Promise<{ answer: Answer; values: Values }>;
}

const maxAnswer = 5_000_000;

export function httpClient(options: ClientOptions): Client {
  const { outbound, settings, budget, signIn, purpose = 'request', onExchange } = options;

  async function once(template: Template, values: Values, signal: AbortSignal): Promise<Answer> {
    const url = fillAddress(template.address, values);
    const { host } = new URL(url);
    const signed = await signIn.headers(signal);
    const headers: Record<string, string> = { accept: 'application/json', ...signed };
    for (const [name, value] of Object.entries(template.headers ?? {}))
      headers[name.toLowerCase()] = fillHeader(value, values);
    const method = template.method ?? 'GET';
    let body: string | null = null;
    if (template.body !== null && template.body !== undefined && template.body !== '') {
      headers['content-type'] ??= 'application/json';
      body = fillBody(template.body, headers['content-type'], values);
    }
    await budget(signal);
    const exchange: Exchange = { purpose, method, url, headers, body, status: null, answer: null };
    onExchange?.(exchange);
    let answer: Answer;
    try {
      answer = readAnswer(
        await outbound.fetch(url, {
          ...{ method, headers, typedBy: 'administrator', signal },
          ...{ timeoutMs: settings.timeoutMs, maxBytes: maxAnswer, maxRedirects: 0 },
          ...(body === null ? {} : { body }),
        }),
      );
    } catch (thrown) {
      if (thrown instanceof ConnectorError) throw thrown;
      // An aborted request ends with the reason of its signal, not with a ConnectorError.
      if (signal.aborted) throw new ConnectorError('unreachable', `${host} did not answer in time.`, { cause: thrown });
      throw thrown;
    }
    exchange.status = answer.status;
    exchange.answer = answer.json;
    const problem = failure(answer, settings, host);
    if (problem instanceof TokenRefused && signIn.refused(signed)) throw new AnotherToken(problem);
    if (problem) throw problem;
    return answer;
  }

  /** Every request here may be repeated: it says what is to be, not what is to change. */
  async function send(template: Template, values: Values, signal: AbortSignal): Promise<Answer> {
    let renewed = false;
    for (let attempt = 1; ; attempt++)
      try {
        return await once(template, values, signal);
      } catch (thrown) {
        if (thrown instanceof AnotherToken) {
          // Once: a new token that is refused as well is no matter of its age.
          if (renewed) throw thrown.error;
          renewed = true;
          attempt--;
          continue;
        }
        if (!(thrown instanceof ConnectorError)) throw thrown;
        const pause = retryPause(thrown, attempt);
        const again = ['throttled', 'unreachable', 'internal'].includes(thrown.errorClass);
        if (!again || attempt >= settings.attempts || signal.aborted || pause > settings.timeoutMs) throw thrown;
        await delay(pause, undefined, { signal }).catch(() => {
          throw thrown;
        });
      }
  }

  return {
    send,
    async sendAll(templates, given, signal, between = (values) => values) {
      let values = given;
      let answer: Answer | null = null;
      for (const template of templates) {
        values = between(values);
        answer = await send(template, values, signal);
        const filled = values;
        for (const [name, place] of Object.entries(template.keep ?? {})) {
          const found = atPlace(new Map([['', answer.json]]), place, (text) => fillText(text, filled));
          if (found === undefined || found === null || found === '')
            throw new ConnectorError(
              'notFound',
              `${new URL(answer.url).host} answered without "${name}", which the next request needs.`,
            );
          values = { ...values, [`found.${name}`]: found };
        }
      }
      return { answer: answer!, values };
    },
  };
}

class AnotherToken extends Error {
  readonly error: ConnectorError;
  constructor(error: ConnectorError) {
    super(error.message);
    this.error = error;
  }
}

/** Milliseconds: what the server asked for, else 200, 400, 800 … with jitter. */
function retryPause({ retryAt }: ConnectorError, attempt: number): number {
  if (retryAt) return Math.max(0, retryAt.epochMilliseconds - Date.now());
  return 200 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

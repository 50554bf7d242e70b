/** What an answer of a phone system means, before anybody looks for a forwarding in it. Pure. */
import { ConnectorError } from '../../calendars/connector.ts';
import type { OutboundResponse } from '../../outbound/outbound.ts';
import { parseRetryAfter } from '../../outbound/retry-after.ts';
import { atPointer, textOf } from './places.ts';
import type { ErrorRule } from './request-settings.ts';
import type { HttpSettings } from './settings.ts';

export interface Answer {
  status: number;
  /** Undefined when the body isn't JSON. */
  json: unknown;
  retryAt: Temporal.Instant | null;
  headers: Headers;
  /** Where it came from. */
  url: string;
}

export function readAnswer(response: OutboundResponse): Answer {
  let json: unknown;
  try {
    json = JSON.parse(response.text());
  } catch {
    json = undefined;
  }
  const { status, headers, url } = response;
  return { status, json, headers, url, retryAt: parseRetryAfter(headers.get('retry-after'), Temporal.Now.instant()) };
}

/** The token of the request is no longer good, so another one may be. */
export class TokenRefused extends ConnectorError {}

type Meaning = Pick<HttpSettings, 'errors' | 'errorMessage' | 'success'>;

/** Null when the answer is good. @param host for the words. */
export function failure(answer: Answer, settings: Meaning, host: string): ConnectorError | null {
  const { status, json, retryAt } = answer;
  const reason = reasonIn(json, settings.errorMessage);
  const rule = settings.errors.find((each) => fits(each, answer));
  switch (rule?.class ?? usualClass(status)) {
    case 'good':
      break;
    case 'expired':
      return new TokenRefused(
        'credentials',
        `${host} refuses the credentials (HTTP ${status})${reason ? `: ${reason}` : ''}.`,
      );
    case 'credentials':
      return new ConnectorError(
        'credentials',
        `${host} refuses the credentials (HTTP ${status})${reason ? `: ${reason}` : ''}.`,
      );
    case 'throttled':
      return new ConnectorError(
        'throttled',
        `${host} asks to come back later (HTTP ${status})${reason ? `: ${reason}` : ''}.`,
        { retryAt },
      );
    case 'internal':
      return new ConnectorError('internal', `${host} failed (HTTP ${status})${reason ? `: ${reason}` : ''}.`);
    case 'notFound':
      return new ConnectorError('notFound', `${host} doesn't know it (HTTP ${status})${reason ? `: ${reason}` : ''}.`);
    case 'refused':
      return new ConnectorError('refused', `${host} refused it (HTTP ${status})${reason ? `: ${reason}` : ''}.`);
  }
  if (rule === undefined && settings.success && atPointer(json, settings.success.at) !== settings.success.is)
    return new ConnectorError(
      'refused',
      `${host} answered, but not with success${reason ? `: ${reason}` : ' (see "success")'}.`,
    );
  return null;
}

function fits({ status, at, is }: ErrorRule, answer: Answer): boolean {
  if (status.length > 0 && !status.includes(answer.status)) return false;
  if (at === null) return true;
  const found = atPointer(answer.json, at);
  return is === null ? found !== undefined && found !== null : textOf(found) === String(is);
}

function usualClass(status: number): ErrorRule['class'] {
  if (status >= 200 && status <= 299) return 'good';
  if (status === 401) return 'expired';
  if (status === 403) return 'credentials';
  if (status === 404) return 'notFound';
  if (status === 429 || status === 503) return 'throttled';
  return status >= 500 ? 'internal' : 'refused';
}

/** Such as 'The line is locked', or ''. One line of at most 200 characters, without its full stop. */
function reasonIn(json: unknown, pointers: string | string[] | null): string {
  for (const pointer of typeof pointers === 'string' ? [pointers] : (pointers ?? [])) {
    const said = atPointer(json, pointer);
    if (typeof said === 'string' && said.trim())
      return said.replace(/\s+/g, ' ').trim().slice(0, 200).replace(/\.$/, '');
  }
  return '';
}

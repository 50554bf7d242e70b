/** A list read whole, page by page. */
import { ConnectorError } from '../../calendars/connector.ts';
import type { Answer } from './answers.ts';
import type { Client, Template } from './client.ts';
import { atPointer } from './places.ts';
import type { HttpList, Paging } from './request-settings.ts';
import { fillAddress, type Values } from './templates.ts';

/** More than any phone system has; a server that goes on for ever doesn't hold us. */
const maxPages = 1_000;

export interface WholeList {
  elements: unknown[];
  pages: number;
}

/** @throws ConnectorError also where an answer has no list: an empty list is told from none. */
export async function readList(
  client: Client,
  list: HttpList,
  values: Values,
  signal: AbortSignal,
): Promise<WholeList> {
  const { method, headers } = list;
  const first = fillAddress(list.address, values);
  const elements: unknown[] = [];
  let address: string | null = startOf(first, list.paging);
  const seen = new Set<string>();
  while (address !== null) {
    if (seen.size >= maxPages || seen.has(address))
      throw new ConnectorError(
        'malformed',
        `The list at ${new URL(first).host} has no end: its pages go round in circles.`,
      );
    seen.add(address);
    // Filled already: what stands in braces now came from the phone system and stays as it is.
    const answer = await client.send(
      { method, address: address.replaceAll('{', '%7B'), headers } as Template,
      values,
      signal,
    );
    const page = atPointer(answer.json, list.list);
    if (!Array.isArray(page))
      throw new ConnectorError(
        'malformed',
        `There is no list at "${list.list}" in the answer of ${new URL(first).host}.`,
      );
    for (const element of page) elements.push(element);
    address = next(list.paging, address, answer, page.length, first);
  }
  return { elements, pages: seen.size };
}

function startOf(address: string, paging: Paging | null): string {
  if (paging?.by === 'offset') return withParameter(address, paging.parameter, '0');
  return paging?.by === 'page' ? withParameter(address, paging.parameter, String(paging.first)) : address;
}

function next(paging: Paging | null, address: string, answer: Answer, count: number, first: string): string | null {
  switch (paging?.by) {
    case undefined:
      return null;
    case 'link': {
      const link = nextLink(answer.headers.get('link'));
      return link === null ? null : sameOrigin(link, address, first);
    }
    case 'next': {
      const link = atPointer(answer.json, paging.at);
      return typeof link === 'string' && link ? sameOrigin(link, address, first) : null;
    }
    case 'offset':
    case 'page': {
      if (count < paging.size) return null;
      const at = Number(new URL(address).searchParams.get(paging.parameter));
      return withParameter(address, paging.parameter, String(at + (paging.by === 'page' ? 1 : paging.size)));
    }
    case 'cursor': {
      const word = atPointer(answer.json, paging.at);
      const more = (typeof word === 'string' && word !== '') || typeof word === 'number';
      return more ? withParameter(address, paging.parameter, String(word)) : null;
    }
  }
}

function withParameter(address: string, name: string, value: string): string {
  const url = new URL(address);
  url.searchParams.set(name, value);
  return url.href;
}

/** Credentials never follow a link to another server. */
function sameOrigin(link: string, address: string, first: string): string {
  const url = URL.canParse(link, address) ? new URL(link, address) : null;
  if (url?.origin !== new URL(first).origin)
    throw new ConnectorError('refused', `The next page of ${new URL(first).host} lies on another server.`);
  return url.href;
}

/** The target of rel="next" (RFC 8288); null when there is none. */
export function nextLink(header: string | null): string | null {
  for (const [, target, parameters] of (header ?? '').matchAll(
    /<([^<>]*)>((?:\s*;\s*[^,;"=\s]+\s*(?:=\s*(?:"[^"]*"|[^,;"\s]*))?)*)/g,
  )) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters ?? '');
    if ((relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/).includes('next')) return target || null;
  }
  return null;
}

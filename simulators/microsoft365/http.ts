/** What the routes of the simulator get and give. */
import type { IncomingMessage } from 'node:http';

export interface Asked {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string;
}
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON; null: nothing. */
  body: object | string | null;
}

export const html = (body: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body,
});
export const redirect = (location: string): Answer => ({ status: 302, headers: { location }, body: null });
export const formOf = ({ body }: Asked): Record<string, string> => Object.fromEntries(new URLSearchParams(body));

export async function askedBy(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'http://simulated'),
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

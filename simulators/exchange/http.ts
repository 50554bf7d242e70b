/** What the parts of the simulator get and give. */
import type { Asked as AskedPlainly } from '../microsoft365/http.ts';
import { page } from '../microsoft365/identity/pages.ts';

export interface Asked extends AskedPlainly {
  /** The same object for all requests of one connection: NTLM signs a connection in. */
  connection: object;
  /** Called back when the client is gone. */
  onGone(callback: () => void): void;
}
export interface Answer {
  status: number;
  headers?: Record<string, string | string[]>;
  body: string | null;
  /** Instead of a body: what comes as it comes. */
  stream?: AsyncIterable<string>;
}

export const html = (title: string, body: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: page(title, body),
});

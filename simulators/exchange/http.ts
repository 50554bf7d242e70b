/** What the parts of the simulator get and give. */

export interface Asked {
  method: string;
  url: URL;
  /** Lower-cased names. */
  headers: Record<string, string>;
  body: string;
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

export const page = (title: string, body: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>body{font:16px/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
<h1>${title}</h1>${body}`,
});

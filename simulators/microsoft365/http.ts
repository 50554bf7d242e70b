/** What the routes of the simulator get and give. */

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

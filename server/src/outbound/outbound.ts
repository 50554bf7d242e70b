/**
 * The one way out (DESIGN.md, rule 10): every request that leaves the server is made here, with the company's proxy,
 * its certificate authority, time and size limits, and the address rules for what users typed.
 */

export interface OutboundRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Who typed the address. 'user': http(s) only, no private, loopback or link-local target unless the administrator
   *  allowed that network. 'administrator': private and loopback ones too (phone systems live there), but no link-local
   *  address or metadata service of a cloud that isn't allowed. */
  typedBy: 'user' | 'administrator';
  /** Until the whole answer is there. Default 30,000 ms. */
  timeoutMs?: number;
  /** Of the decoded body. Default 20 MB; a larger answer is refused while it arrives. */
  maxBytes?: number;
  /** Default 5; each target is checked again. 0: the redirect itself is the answer. Credentials stay with their origin. */
  maxRedirects?: number;
  signal?: AbortSignal;
}

export interface OutboundResponse {
  status: number;
  /** Lower-cased names. */
  headers: Headers;
  /** Where the answer came from, after redirects. */
  url: string;
  body: Uint8Array;
  text(): string;
}

export interface Outbound {
  /**
   * Answers for every HTTP status; a status is no error here.
   * @throws ConnectorError with class 'refused' (address rules), 'unreachable' (DNS, connection, TLS, time limit) or
   *   'malformed' (too large, broken answer); the message names host and reason, never credentials.
   */
  fetch(url: string | URL, request: OutboundRequest): Promise<OutboundResponse>;
  close(): Promise<void>;
}

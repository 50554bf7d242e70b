/**
 * The one way out (DESIGN.md, rule 10): every request that leaves the server is made here, with the company's proxy,
 * its certificate authority, time and size limits, and the address rules for what users typed.
 */
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

export interface OutboundRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Who typed the address. 'user': http(s) only, no private, loopback or link-local target unless the administrator
   *  allowed that network. 'administrator': private and loopback ones too (phone systems live there), but no link-local
   *  address or metadata service of a cloud that isn't allowed. */
  typedBy: 'user' | 'administrator';
  /** PEM of authorities that are trusted for this request beside the system's and the company's. */
  authority?: string | null;
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

export interface OutboundSocket {
  socket: Socket;
  /** To speak TLS over it: with the company's authorities, and the name that the certificate must bear. */
  tlsOptions: ConnectionOptions;
}

export interface OutboundSessionRequest {
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** Until the head of the answer is there. Default 30,000 ms. */
  timeoutMs?: number;
  /** The longest pause within the body. Default 30,000 ms. */
  silenceMs?: number;
  signal?: AbortSignal;
}

export interface OutboundConnection {
  /** Another number, another connection: the server knows nothing of what the one before was told. */
  number: number;
  /** The server's certificate (DER); null without TLS. */
  certificate: Uint8Array | null;
}

export interface OutboundAnswer {
  status: number;
  headers: Headers;
  connection: OutboundConnection;
  /**
   * Unpacked, as it arrives, and as long as it likes: the reader sets the limits. To be read to its end (or left), before
   * the next request. @throws ConnectorError as `fetch` does
   */
  body: AsyncIterable<Uint8Array>;
}

export interface OutboundSession {
  /**
   * One request at a time. Redirects are answers.
   * @throws ConnectorError as `fetch` does
   */
  send(url: URL, request: OutboundSessionRequest): Promise<OutboundAnswer>;
  close(): void;
}

export interface Outbound {
  /**
   * Answers for every HTTP status; a status is no error here.
   * @throws ConnectorError with class 'refused' (address rules), 'unreachable' (DNS, connection, TLS, time limit) or
   *   'malformed' (too large, broken answer); the message names host and reason, never credentials.
   */
  fetch(url: string | URL, request: OutboundRequest): Promise<OutboundResponse>;
  /**
   * A connection of the caller's own, opened by the first request, and anew when it was lost.
   * @param options.authority PEM of authorities that are trusted beside the system's and the company's.
   */
  session(options: { typedBy: OutboundRequest['typedBy']; authority?: string | null }): OutboundSession;
  /**
   * A connection for a protocol that isn't HTTP, such as LDAP: never through the proxy.
   * @param timeoutMs until it is open; default 15,000.
   * @throws ConnectorError 'refused' (address rules) or 'unreachable'
   */
  connect(
    host: string,
    port: number,
    options: { typedBy: OutboundRequest['typedBy']; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<OutboundSocket>;
  close(): Promise<void>;
}

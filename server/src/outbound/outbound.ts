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

export interface Outbound {
  /**
   * Answers for every HTTP status; a status is no error here.
   * @throws ConnectorError with class 'refused' (address rules), 'unreachable' (DNS, connection, TLS, time limit) or
   *   'malformed' (too large, broken answer); the message names host and reason, never credentials.
   */
  fetch(url: string | URL, request: OutboundRequest): Promise<OutboundResponse>;
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

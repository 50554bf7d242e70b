/** An Exchange server as administrators keep it, its credential opened. */
export interface ExchangeServer {
  id: string;
  name: string;
  /** Of EWS (https://mail.example.com/EWS/Exchange.asmx); null: found by Autodiscover from the mail domain. */
  address: string | null;
  mailDomain: string | null;
  signIn: ExchangeSignIn;
  /** PEM of authorities trusted for this server beside those of the system and the network settings; null: none. */
  authority: string | null;
}

export type ExchangeSignIn =
  /** userName: DOMAIN\user or user@domain. */
  | { kind: 'basic' | 'ntlm'; userName: string; password: string }
  /** Ticket of the process's own credentials cache or client keytab. servicePrincipal: null means HTTP@host. */
  | { kind: 'kerberos'; servicePrincipal: string | null }
  /** Client credentials (RFC 6749, 4.4) at an identity provider, Bearer at Exchange. */
  | { kind: 'oauth'; tokenEndpoint: string; clientId: string; clientSecret: string; scope: string };

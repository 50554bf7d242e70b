/** What goes wrong between here and a server, in plain words that name the host and what mends it. */
import { ConnectorError } from '../calendars/connector.ts';

/** Codes of node:tls, node:dns and node:net, and what they mean to the reader. */
const causes: Record<string, string> = {
  ENOTFOUND: 'its name is not known to DNS. Check the spelling',
  EAI_AGAIN: 'the DNS server does not answer. Check this server’s network',
  ECONNREFUSED: 'nothing listens there. Check the port and whether the server runs',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection before the answer was complete',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'it fell silent in the middle of its answer',
  EHOSTUNREACH: 'there is no way to that network',
  ENETUNREACH: 'there is no way to that network',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet. Check both clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  EPROTO: 'it does not speak TLS as expected. Check whether the port is right',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on that port. Check the port, or whether http is meant',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS on that port. Check the port, or whether http is meant',
};
const unknownIssuer =
  'its certificate is from an authority that is not trusted here. If it is your company’s own, an administrator can add it in the network settings';
for (const code of [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]) {
  causes[code] = unknownIssuer;
}

const brokenAnswers = new Set(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW']);

/** Every error of undici, node:tls or zlib as a ConnectorError; one that already is passes as it is. */
export function explain(error: unknown, url: URL): ConnectorError {
  const chain = causeChain(error);
  const known = chain.find((each) => each instanceof ConnectorError);
  if (known) return known;
  const codes = chain.map((each) => (each as { code?: unknown })?.code).filter((code) => typeof code === 'string');
  const code = codes.find((each) => causes[each]);
  if (code)
    return new ConnectorError('unreachable', `${url.host} can’t be reached: ${causes[code]}.`, { cause: error });
  const unreadable = chain.some((each) => (each as { name?: unknown })?.name === 'HTTPParserError');
  if (unreadable || codes.some((each) => brokenAnswers.has(each))) {
    return new ConnectorError('malformed', `${url.host} sent something that is not a valid HTTP answer.`, {
      cause: error,
    });
  }
  const detail = codes[0] ? ` (${codes[0]})` : '';
  return new ConnectorError('unreachable', `${url.host} can’t be reached${detail}.`, { cause: error });
}

/** An error, what it was caused by, and what an AggregateError (one per tried address) holds. */
function causeChain(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let next: unknown[] = [error];
  while (next.length > 0 && chain.length < 50) {
    chain.push(...next);
    next = next.flatMap((each) => {
      const { cause, errors } = (each ?? {}) as { cause?: unknown; errors?: unknown[] };
      return [...(cause ? [cause] : []), ...(Array.isArray(errors) ? errors : [])];
    });
  }
  return chain;
}

/** Where a mail domain's Exchange server is, by Autodiscover: for a form that is being filled in. */
import { discoverExchange, type ResolveSrv } from '../../calendars/exchange/autodiscover/autodiscover.ts';
import type { ExchangeServer } from '../../calendars/exchange/exchange-server.ts';
import { wallTime } from '../../calendars/gate.ts';
import type { Outbound } from '../../outbound/outbound.ts';

/**
 * @param server with a mail domain. @param addresses mail addresses that are known: Autodiscover is asked for a mailbox.
 * @returns the address of EWS. @throws ConnectorError
 */
export async function findExchangeServer(
  outbound: Outbound,
  server: ExchangeServer & { mailDomain: string },
  addresses: readonly string[],
  resolveSrv?: ResolveSrv,
): Promise<string> {
  const domain = `@${server.mailDomain}`;
  const mailbox = addresses.find((address) => address.toLowerCase().endsWith(domain)) ?? `autodiscover${domain}`;
  const found = await discoverExchange({
    ...{ outbound, server, mailbox, time: wallTime, signal: AbortSignal.timeout(60_000) },
    ...(resolveSrv && { resolveSrv }),
  });
  return found.address.href;
}

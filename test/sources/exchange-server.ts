/**
 * The simulated Exchange without a socket: its answers come in the same process, cuts of connections included, so that
 * thousands of histories take seconds. And what it truly holds, taken from its world and not from its answers.
 */
import { setImmediate } from 'node:timers/promises';
import { ConnectorError } from '../../server/src/calendars/connector.ts';
import type { ExchangeServer } from '../../server/src/calendars/exchange/exchange-server.ts';
import type { Time } from '../../server/src/calendars/gate.ts';
import type { Outbound, OutboundSession } from '../../server/src/outbound/outbound.ts';
import { openExchange } from '../../simulators/exchange/exchange.ts';
import type { Habits } from '../../simulators/exchange/habits.ts';
import type { Clock } from '../../simulators/microsoft365/world.ts';

/**
 * With one service account that may act for everybody. @param startAt epoch milliseconds of its clock.
 * @param after what is to happen later on its clock; left out, it doesn't, so that streams say nothing by themselves.
 */
export function inProcessExchange(
  habits: Partial<Habits>,
  seed: number,
  startAt: number,
  after: Clock['after'] = () => {},
) {
  let now = startAt;
  const clock: Clock = { now: () => now, after };
  const origin = 'https://mail.contoso.example';
  const simulated = openExchange({ habits: { ...habits, latency: [0, 0] }, seed, clock }, () => origin);
  const { world } = simulated;
  const { principalName, password } = world.addAccount();
  const server: ExchangeServer = {
    ...{ id: 'exchange', name: 'Exchange', address: `${origin}/EWS/Exchange.asmx`, mailDomain: null, authority: null },
    signIn: { kind: 'basic', userName: principalName, password },
  };
  /** Waiting turns the clock. */
  const time: Time = {
    now: () => now,
    async sleep(milliseconds) {
      now += Math.ceil(Math.max(milliseconds, 0));
      await setImmediate();
    },
  };
  const session = (): OutboundSession => {
    const connection = {};
    return {
      close: () => {},
      async send(url, { method, headers, body = '', signal }) {
        signal?.throwIfAborted();
        const asked = { method, url, headers, body, connection, onGone: () => {} };
        const answer = await simulated.handle(asked);
        const text = answer.body ?? '';
        const told = Object.entries(answer.headers ?? {}).flatMap(([name, value]) =>
          [value].flat().map((one): [string, string] => [name, one]),
        );
        const cut = text.length > 100 && world.chance(world.habits.cuts);
        async function* pieces() {
          if (answer.stream) for await (const envelope of answer.stream) yield Buffer.from(envelope);
          yield Buffer.from(cut ? text.slice(0, text.length >> 1) : text);
          if (cut) throw new ConnectorError('unreachable', 'mail.contoso.example broke the connection off.');
        }
        return {
          ...{ status: answer.status, headers: new Headers(told), body: pieces() },
          connection: { number: 1, certificate: null },
        };
      },
    };
  };
  const outbound: Outbound = {
    session,
    fetch: () => Promise.reject(new Error('EWS is asked over connections of its own.')),
    connect: () => Promise.reject(new Error('Nothing here is reached by a socket.')),
    close: async () => {},
  };
  return {
    ...simulated,
    ...{ world, server, outbound, time },
    turn(milliseconds: number) {
      now += Math.ceil(milliseconds);
    },
  };
}

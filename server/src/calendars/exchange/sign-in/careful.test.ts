import { expect, test } from 'vitest';
import type { OutboundAnswer, OutboundSession } from '../../../outbound/outbound.ts';
import { ConnectorError } from '../../connector.ts';
import { careful } from './careful.ts';

const session = {} as OutboundSession;
const url = new URL('https://mail.example.com/EWS/Exchange.asmx');
const answer = { status: 200 } as OutboundAnswer;
const wrong = () => new ConnectorError('credentials', 'mail.example.com doesn’t let the service account in (Basic).');

/** A server that is told what to say to each try. */
function server() {
  let now = 0;
  const tries: PromiseWithResolvers<OutboundAnswer>[] = [];
  const signIn = careful(
    {
      send: () => {
        const made = Promise.withResolvers<OutboundAnswer>();
        tries.push(made);
        return made.promise;
      },
    },
    { now: () => now, sleep: async () => {} },
  );
  const send = () => signIn.send(session, url, { method: 'POST', headers: {} }).catch((error: ConnectorError) => error);
  const turn = async () => {
    for (let each = 0; each < 20; each++) await Promise.resolve();
  };
  return { send, tries, turn, pass: (milliseconds: number) => (now += milliseconds) };
}

test('a thousand who come with a wrong password try it once, and again after a while', async () => {
  const { send, tries, turn, pass } = server();
  const all = Array.from({ length: 1_000 }, send);
  await turn();
  expect(tries).toHaveLength(1);
  tries[0]!.reject(wrong());
  const told = await Promise.all(all);
  expect(tries).toHaveLength(1);
  expect(new Set(told.map((error) => (error as ConnectorError).message)).size).toBe(1);
  expect((told[1] as ConnectorError).retryAt?.epochMilliseconds).toBe(60_000);
  pass(59_999);
  await send();
  expect(tries).toHaveLength(1);
  for (const minutes of [1, 2, 4, 8, 15, 15]) {
    pass(minutes * 60_000);
    const more = [send(), send()];
    await turn();
    tries.at(-1)!.reject(wrong());
    await Promise.all(more);
  }
  expect(tries).toHaveLength(7);
});

test('once the account was let in, all go at a time; many refusals at a time count as one', async () => {
  const { send, tries, turn, pass } = server();
  const first = send();
  await turn();
  tries[0]!.resolve(answer);
  expect(await first).toBe(answer);
  const many = [send(), send(), send()];
  await turn();
  expect(tries).toHaveLength(4);
  for (const each of tries.slice(1)) each.reject(wrong());
  await Promise.all(many);
  pass(60_000);
  const probe = send();
  await turn();
  expect(tries).toHaveLength(5);
  tries[4]!.resolve(answer);
  expect(await probe).toBe(answer);
});

test('a server that can’t be reached isn’t waited for by everybody', async () => {
  const { send, tries, turn } = server();
  const first = send();
  const others = [send(), send()];
  await turn();
  tries[0]!.reject(new ConnectorError('unreachable', 'mail.example.com can’t be reached.'));
  await first;
  await turn();
  expect(tries).toHaveLength(3);
  for (const each of tries.slice(1)) each.resolve(answer);
  expect(await Promise.all(others)).toEqual([answer, answer]);
});

/** The AMI client against servers that misbehave; the real Asterisk is in test/asterisk.test.ts. */
import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openAmi } from './ami.ts';

const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** @param answer what is sent for each action received; null: nothing. */
async function manager(banner: string, answer: (action: Record<string, string>) => string | null): Promise<number> {
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write(banner);
    let text = '';
    socket.on('data', (chunk) => {
      const blocks = (text + chunk).split('\r\n\r\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split('\r\n').map((line) => line.split(': ') as [string, string]));
        const reply = answer(fields);
        if (reply !== null) socket.write(reply.replaceAll('\n', '\r\n').replaceAll('$ID', fields.ActionID!));
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const banner = 'Asterisk Call Manager/9.0.0\r\n';
const success = 'Response: Success\nActionID: $ID\n\n';
const open = (port: number, timeoutMs = 500) =>
  openAmi({ host: '127.0.0.1', port, tls: false, username: 'u', password: 'sesame-4711', timeoutMs });

test('a list is gathered, whatever events come between', async () => {
  const port = await manager(banner, ({ Action }) =>
    Action === 'DBGetTree'
      ? 'Response: Success\nActionID: $ID\nEventList: start\n\nEvent: Newchannel\nChannel: x\n\nEvent: DBGetTreeResponse\nActionID: $ID\nKey: /CF/101\nVal: 1: 2\n\nEvent: DBGetTreeComplete\nActionID: $ID\nEventList: Complete\n\n'
      : success,
  );
  const ami = await open(port);
  const seen: string[] = [];
  ami.onEvent((event) => seen.push(event.event!));
  const { events } = await ami.action({ Action: 'DBGetTree', Family: 'CF' });
  expect(events).toEqual([{ event: 'DBGetTreeResponse', actionid: expect.any(String), key: '/CF/101', val: '1: 2' }]);
  expect(seen).toEqual(['Newchannel']);
  ami.close();
});

test('many actions go out in one go and are answered each its own, in whatever order; one without an answer fails them all', async () => {
  const held: string[] = [];
  const port = await manager(banner, ({ Action, ActionID }) => {
    if (Action !== 'Ping') return success;
    if (held.push(ActionID!) < 3) return null;
    return held
      .splice(0)
      .reverse()
      .map((id) => `Response: Success\nActionID: ${id}\nPing: Pong ${id}\n\n`)
      .join('');
  });
  const ami = await open(port);
  const pings = (count: number) => Array.from({ length: count }, () => ({ Action: 'Ping' }));
  const answers = await ami.actions(pings(3));
  const ids = answers.map(({ response }) => Number(response.actionid));
  expect(ids).toEqual([ids[0], ids[0]! + 1, ids[0]! + 2]);
  expect(answers.map(({ response }) => response.ping)).toEqual(ids.map((id) => `Pong ${id}`));
  expect(await ami.actions([])).toEqual([]);
  await expect(ami.actions(pings(2))).rejects.toThrow('did not answer Ping in time');
});

test('a line break in a value is refused before anything is sent', async () => {
  const actions: string[] = [];
  const port = await manager(banner, ({ Action }) => {
    actions.push(Action!);
    return success;
  });
  const ami = await open(port);
  await expect(ami.action({ Action: 'DBPut', Val: '1\r\nAction: Originate' })).rejects.toMatchObject({
    errorClass: 'refused',
  });
  await ami.action({ Action: 'Ping' });
  expect(actions).toEqual(['Login', 'Ping']);
  ami.close();
});

test('no answer in time breaks the connection, and whoever waits is told', async () => {
  const port = await manager(banner, ({ Action }) => (Action === 'Login' ? success : null));
  const ami = await open(port, 100);
  const closed = new Promise<void>((resolve) => ami.onClose(resolve));
  const both = [ami.action({ Action: 'Ping' }), ami.action({ Action: 'CoreStatus' })];
  for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected');
  await closed;
  await expect(ami.action({ Action: 'Ping' })).rejects.toMatchObject({ errorClass: 'unreachable' });
});

test.each([
  ['another service', 'SSH-2.0-OpenSSH_9.2\r\n', success, 'malformed', /isn't an Asterisk manager/],
  [
    'a wrong password',
    banner,
    'Response: Error\nActionID: $ID\nMessage: Authentication failed\n\n',
    'credentials',
    /manager\.conf/,
  ],
])('%s is told in plain words, without the password', async (_, hello, reply, errorClass, message) => {
  const port = await manager(hello, () => reply);
  const error = await open(port).catch((thrown) => thrown);
  expect(error).toMatchObject({ errorClass, message: expect.stringMatching(message) });
  expect(`${error.message}${error.stack}`).not.toContain('4711');
});

test('a dead address is told with host and port', async () => {
  const port = await manager(banner, () => null);
  await new Promise((resolve) => servers[0]!.close(resolve));
  await expect(open(port)).rejects.toThrow(`Cannot reach Asterisk at 127.0.0.1:${port} (ECONNREFUSED).`);
});

test('a manager that floods without an end is cut off', async () => {
  const port = await manager(banner, ({ Action }) => (Action === 'Login' ? success : 'x'.repeat(1_200_000)));
  const ami = await open(port, 5_000);
  await expect(ami.action({ Action: 'Ping' })).rejects.toMatchObject({ errorClass: 'malformed' });
});

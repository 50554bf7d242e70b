/** The manager interface asked as barely as can be: all is sent at once, and answers are counted, not read. */
import { once } from 'node:events';
import net from 'node:net';

export interface Raw {
  /** Resolves when as many answers have come. @param actions each without its ending empty line. */
  send(actions: readonly string[]): Promise<void>;
  close(): void;
}

export async function openRaw(port: number): Promise<Raw> {
  const socket = net.connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
  await once(socket, 'connect');
  let left = 0;
  let tail = '';
  let done = () => {};
  socket.on('data', (text: string) => {
    const end = (tail + text).lastIndexOf('\r\n\r\n');
    const seen = end < 0 ? '' : (tail + text).slice(0, end + 4);
    tail = (tail + text).slice(seen.length);
    // An answer of a list counts once, at its end.
    left -= seen.split('\r\nMessage: ').length - seen.split('Message: Result will follow').length;
    left -= seen.split('EventList: Complete').length - 1;
    if (left <= 0) done();
  });
  const send = (actions: readonly string[]) =>
    new Promise<void>((resolve) => {
      left = actions.length;
      done = resolve;
      socket.write(`${actions.join('\r\n\r\n')}\r\n\r\n`);
    });
  await send(['Action: Login\r\nUsername: whenabouts\r\nSecret: secret\r\nEvents: off']);
  return { send, close: () => socket.destroy() };
}

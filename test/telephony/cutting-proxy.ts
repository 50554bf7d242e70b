/** A TCP proxy before a manager port that cuts the connection at a chosen action, before or after Asterisk gets it. */
import net from 'node:net';

export interface CuttingProxy {
  port: number;
  /** How many actions have passed since `cutAt` was called last. */
  passed(): number;
  /** Cuts at the nth action from now, once. unsent: Asterisk never gets it. unanswered: it does, and nobody hears of it. */
  cutAt(nth: number, how: 'unsent' | 'unanswered'): void;
  /** How often it has cut. */
  cuts(): number;
  close(): Promise<void>;
}

export async function startCuttingProxy(target: { host: string; port: number }): Promise<CuttingProxy> {
  let passed = 0;
  let cuts = 0;
  let cut: { nth: number; how: 'unsent' | 'unanswered' } | null = null;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.end();
      });
    }
    let deaf = false;
    upstream.on('data', (chunk) => {
      if (!deaf) client.write(chunk);
    });
    let text = '';
    client.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const action = text.slice(0, end + 4);
        text = text.slice(end + 4);
        passed++;
        if (cut?.nth === passed) {
          const { how } = cut;
          cut = null;
          cuts++;
          deaf = true;
          if (how === 'unanswered') upstream.write(action, 'latin1', () => upstream.end(() => client.destroy()));
          else client.destroy();
          return;
        }
        upstream.write(action, 'latin1');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    passed: () => passed,
    cuts: () => cuts,
    cutAt(nth, how) {
      passed = 0;
      cut = { nth, how };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

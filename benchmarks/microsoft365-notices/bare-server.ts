/** The floor of taking notices: reads a request and answers 202. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveTasks } from '../child.ts';

const server = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(202).end());
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const tasks = { address: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
export type BareServer = typeof tasks;
serveTasks(tasks);

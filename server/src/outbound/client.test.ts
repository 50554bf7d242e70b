import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { makeCertificates } from '../../../test/servers/certificates.ts';
import { createOutbound, type NetworkSettings } from './client.ts';
import type { Outbound, OutboundAnswer, OutboundRequest } from './outbound.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: net.Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const serve = (handler: http.RequestListener) => listen(http.createServer(handler));

function outbound(settings: Partial<NetworkSettings> = {}): Outbound {
  const made = createOutbound({ allowedNetworks: ['127.0.0.0/8'], ...settings });
  cleanups.push(() => made.close());
  return made;
}

const fetchAsUser = (url: string, request: Partial<OutboundRequest> = {}, settings: Partial<NetworkSettings> = {}) =>
  outbound(settings).fetch(url, { typedBy: 'user', ...request });

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => ({ errorClass: 'none', message: 'no error' }),
    (error) => ({ errorClass: error.errorClass, message: error.message }),
  );

test('the answer comes with status, headers, address and text of its charset', async () => {
  const port = await serve((request, response) => {
    response.writeHead(404, { 'content-type': 'text/plain; charset=iso-8859-1', 'x-method': request.method });
    response.end(Buffer.from('caf\xe9', 'latin1'));
  });
  const answer = await fetchAsUser(`http://127.0.0.1:${port}/a`, { method: 'REPORT', body: '<x/>' });
  expect(answer).toMatchObject({ status: 404, url: `http://127.0.0.1:${port}/a` });
  expect(answer.headers.get('x-method')).toBe('REPORT');
  expect(answer.text()).toBe('café');
});

test.each([
  'http://127.0.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f.1:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://127.1:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://localhost:PORT/',
  'http://0.0.0.0:PORT/',
])('users don’t reach the server itself by %s', async (address) => {
  let requests = 0;
  const port = await serve((_, response) => {
    requests++;
    response.end();
  });
  const url = address.replace('PORT', String(port));
  expect(await failure(fetchAsUser(url, {}, { allowedNetworks: [] }))).toMatchObject({
    errorClass: 'refused',
    message: expect.stringMatching(/loopback|unspecified/),
  });
  expect(requests).toBe(0);
});

test('administrators reach private addresses, users after the network is allowed, at once', async () => {
  const port = await serve((_, response) => response.end('ok'));
  let allowedNetworks: string[] = [];
  const out = outbound({ allowedNetworks: async () => allowedNetworks });
  const url = `http://127.0.0.1:${port}/`;
  expect((await out.fetch(url, { typedBy: 'administrator' })).status).toBe(200);
  expect(await failure(out.fetch('http://169.254.169.254/', { typedBy: 'administrator' }))).toMatchObject({
    errorClass: 'refused',
    message: expect.stringContaining('link-local'),
  });
  expect(await failure(out.fetch(url, { typedBy: 'user' }))).toMatchObject({ errorClass: 'refused' });
  allowedNetworks = ['127.0.0.1'];
  expect((await out.fetch(url, { typedBy: 'user' })).text()).toBe('ok');
  allowedNetworks = [];
  expect(await failure(out.fetch(url, { typedBy: 'user' }))).toMatchObject({ errorClass: 'refused' });
});

test('a name that changes its answer is connected at the address that was checked (DNS rebinding)', async () => {
  const hits: string[] = [];
  const port = await serve((request, response) => {
    hits.push(request.socket.localAddress ?? '');
    response.end('public');
  });
  let lookups = 0;
  const resolve = async () => [{ address: lookups++ === 0 ? '127.0.0.2' : '127.0.0.1', family: 4 }];
  const server = http.createServer((request, response) => {
    hits.push(request.socket.localAddress ?? '');
    response.end('inside');
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.2', done));
  cleanups.push(() => new Promise((done) => server.close(done)));
  const out = outbound({ allowedNetworks: ['127.0.0.2'], resolve });
  const first = await out.fetch(`http://rebind.example:${port}/`, {
    typedBy: 'user',
    headers: { connection: 'close' },
  });
  expect(first.text()).toBe('inside'); // the one listening on the permitted 127.0.0.2
  expect({ lookups, hits }).toEqual({ lookups: 1, hits: ['127.0.0.2'] });
  const second = await failure(out.fetch(`http://rebind.example:${port}/`, { typedBy: 'user' }));
  expect(second).toMatchObject({
    errorClass: 'refused',
    message: expect.stringContaining('rebind.example leads to 127.0.0.1'),
  });
  expect(hits).toEqual(['127.0.0.2']);
});

test('one inner address among a name’s answers is enough to refuse it', async () => {
  const resolve = async () => [
    { address: '93.184.215.14', family: 4 },
    { address: '::1', family: 6 },
  ];
  const answer = await failure(fetchAsUser('https://mixed.example/', {}, { allowedNetworks: [], resolve }));
  expect(answer).toMatchObject({ errorClass: 'refused', message: expect.stringContaining('::1') });
});

test('redirects: checked again, credentials left behind at a change of origin, ends where told', async () => {
  const seen: Record<string, string | undefined>[] = [];
  const other = await serve((request, response) => {
    seen.push({ at: 'other', authorization: request.headers.authorization, method: request.method });
    response.end('here');
  });
  const port = await serve((request, response) => {
    seen.push({ at: request.url!, authorization: request.headers.authorization });
    const targets: Record<string, string> = {
      '/same': '/away',
      '/away': `http://127.0.0.1:${other}/x`,
      '/inside': 'http://169.254.169.254/latest/meta-data/',
      '/name': 'http://localhost.example/',
      '/loop': '/loop',
    };
    response.writeHead(302, { location: targets[request.url!] });
    response.end('x'.repeat(1000));
  });
  const out = outbound({ resolve: async () => [{ address: '10.0.0.1', family: 4 }] });
  const ask = (path: string, over: Partial<OutboundRequest> = {}) =>
    out.fetch(`http://127.0.0.1:${port}${path}`, {
      typedBy: 'user',
      method: 'PROPFIND',
      headers: { authorization: 'Bearer t' },
      ...over,
    });
  const answer = await ask('/same');
  expect(answer).toMatchObject({ status: 200, url: `http://127.0.0.1:${other}/x` });
  expect(seen).toEqual([
    { at: '/same', authorization: 'Bearer t' },
    { at: '/away', authorization: 'Bearer t' },
    { at: 'other', authorization: undefined, method: 'PROPFIND' },
  ]);
  expect(await failure(ask('/inside'))).toMatchObject({
    errorClass: 'refused',
    message: expect.stringContaining('link-local'),
  });
  expect(await failure(ask('/name'))).toMatchObject({
    errorClass: 'refused',
    message: expect.stringContaining('10.0.0.1'),
  });
  expect(await failure(ask('/loop'))).toMatchObject({
    errorClass: 'malformed',
    message: expect.stringContaining('5 times'),
  });
  expect((await ask('/away', { maxRedirects: 0 })).status).toBe(302);
});

test('packed answers are unpacked; a bomb is cut off at the limit; a broken pack is said to be one', async () => {
  const bomb = zlib.gzipSync(Buffer.alloc(50_000_000));
  const port = await serve((request, response) => {
    const body = {
      '/bomb': bomb,
      '/broken': Buffer.from('no gzip'),
      '/cut': zlib.gzipSync('half a feed').subarray(0, 20),
    }[request.url!];
    const encoding = request.url === '/br' ? 'br' : 'gzip';
    response.writeHead(200, { 'content-encoding': encoding });
    if (body) response.end(body);
    else response.end(request.url === '/br' ? zlib.brotliCompressSync('brot') : zlib.gzipSync('text'));
  });
  const at = (path: string) => fetchAsUser(`http://127.0.0.1:${port}${path}`, { maxBytes: 1_000_000 });
  expect((await at('/plain')).text()).toBe('text');
  expect((await at('/br')).text()).toBe('brot');
  expect(await failure(at('/bomb'))).toMatchObject({
    errorClass: 'malformed',
    message: expect.stringContaining('1 MB'),
  });
  for (const path of ['/broken', '/cut']) {
    expect(await failure(at(path))).toMatchObject({
      errorClass: 'malformed',
      message: expect.stringContaining('unpacked'),
    });
  }
});

test('a server inside the company isn’t asked to pack its answers, once that is known', async () => {
  const asked: (string | undefined)[] = [];
  const port = await serve((request, response) => {
    asked.push(request.headers['accept-encoding']);
    response.end();
  });
  const out = outbound({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
  for (let time = 0; time < 2; time++) await out.fetch(`http://calendar.local:${port}/`, { typedBy: 'user' });
  expect(asked).toEqual(['gzip, deflate, br', 'identity']);
});

test('too large is refused as announced, and as it arrives when nothing is announced', async () => {
  let written = 0;
  const port = await serve((request, response) => {
    if (request.url === '/announced') return response.writeHead(200, { 'content-length': '99999999' }).write('x');
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      response.once('drain', more);
    };
    more();
  });
  for (const path of ['/announced', '/endless']) {
    const answer = await failure(fetchAsUser(`http://127.0.0.1:${port}${path}`, { maxBytes: 200_000 }));
    expect(answer).toMatchObject({ errorClass: 'malformed', message: expect.stringContaining('200000 bytes') });
  }
  expect(written).toBeLessThan(20_000_000);
});

test('the time limit covers connecting, waiting and a body that drips', async () => {
  const silent = await listen(net.createServer(() => {}));
  const dripping = await serve((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  for (const port of [silent, dripping]) {
    const answer = await failure(fetchAsUser(`http://127.0.0.1:${port}/`, { timeoutMs: 250 }));
    expect(answer).toEqual({
      errorClass: 'unreachable',
      message: `127.0.0.1:${port} did not finish its answer within 0.25 seconds.`,
    });
  }
});

test('the caller’s own signal stops an exchange with the caller’s reason', async () => {
  const port = await listen(net.createServer(() => {}));
  const stop = new AbortController();
  const running = fetchAsUser(`http://127.0.0.1:${port}/`, { signal: stop.signal });
  stop.abort(new Error('shutting down'));
  await expect(running).rejects.toThrow('shutting down');
});

test('dead, dying and babbling servers', async () => {
  const closed = await listen(net.createServer());
  await cleanups.pop()!();
  expect(await failure(fetchAsUser(`http://127.0.0.1:${closed}/`))).toMatchObject({
    errorClass: 'unreachable',
    message: expect.stringContaining('nothing listens there'),
  });
  const dying = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => response.destroy());
  });
  expect(await failure(fetchAsUser(`http://127.0.0.1:${dying}/`))).toMatchObject({
    errorClass: 'unreachable',
    message: expect.stringContaining('closed the connection'),
  });
  const babbling = await listen(net.createServer((socket) => socket.on('data', () => socket.end('SSH-2.0-x\r\n\r\n'))));
  expect(await failure(fetchAsUser(`http://127.0.0.1:${babbling}/`))).toMatchObject({
    errorClass: 'malformed',
    message: expect.stringContaining('valid HTTP'),
  });
  const resolve = async () => {
    throw Object.assign(new Error('x'), { code: 'ENOTFOUND' });
  };
  expect(await failure(fetchAsUser('https://calender.example/', {}, { resolve }))).toMatchObject({
    errorClass: 'unreachable',
    message: expect.stringMatching(/^calender\.example .*DNS/),
  });
});

test('a connection the server closed just before its reuse costs nothing', async () => {
  let requests = 0;
  const port = await listen(
    net.createServer((socket) =>
      socket.on('data', () => {
        requests++;
        if (requests === 2) return socket.destroy();
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      }),
    ),
  );
  const out = outbound();
  for (const _ of [1, 2]) {
    const answer = await out.fetch(`http://127.0.0.1:${port}/`, { typedBy: 'user', method: 'PROPFIND' });
    expect(answer.text()).toBe('ok');
  }
  expect(requests).toBe(3);
});

test.each(['ftp://example.com/', 'file:///etc/passwd', 'nonsense', 'https://', 'https://user:pass@example.com/'])(
  'never fetched: %s',
  async (url) => {
    const answer = await failure(fetchAsUser(url));
    expect(answer).toMatchObject({ errorClass: 'refused' });
    expect(answer.message).not.toContain('pass@');
  },
);

/** A forward proxy that knows CONNECT, notes its targets and leads them all to `port`. */
async function serveProxy(port: number, targets: string[], status = '200 OK'): Promise<number> {
  const proxy = http.createServer((_, response) => response.writeHead(400).end());
  proxy.on('connect', (request, socket) => {
    targets.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    if (status !== '200 OK') return socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return listen(proxy);
}

test('the company’s proxy: public targets go through it by their checked address, inner ones directly', async () => {
  const port = await serve((request, response) => response.end(`for ${request.headers.host}`));
  const targets: string[] = [];
  const proxy = `http://who:pa%40ss@127.0.0.1:${await serveProxy(port, targets)}`;
  const resolve = async (name: string) => [
    { address: name === 'inner.example' ? '127.0.0.1' : '93.184.215.14', family: 4 },
  ];
  const out = outbound({ proxy, resolve });
  expect((await out.fetch('http://public.example/', { typedBy: 'user' })).text()).toBe('for public.example');
  expect(targets).toEqual([`93.184.215.14:80 Basic ${Buffer.from('who:pa@ss').toString('base64')}`]);
  expect((await out.fetch(`http://inner.example:${port}/`, { typedBy: 'user' })).text()).toContain('inner.example');
  expect(targets).toHaveLength(1);
  const inside = outbound({ proxy, resolve: async () => [{ address: '10.0.0.1', family: 4 }], allowedNetworks: [] });
  expect(await failure(inside.fetch('http://inside.example/', { typedBy: 'user' }))).toMatchObject({
    errorClass: 'refused',
  });
  const unresolved = outbound({
    proxy,
    proxyResolvesNames: true,
    resolve: () => Promise.reject(new Error('no DNS here')),
  });
  expect((await unresolved.fetch('http://only-proxy.example/', { typedBy: 'user' })).status).toBe(200);
  expect(targets.at(-1)).toMatch(/^only-proxy\.example:80/);
});

test('a proxy that says no or is dead is named, without its password', async () => {
  const resolve = async () => [{ address: '93.184.215.14', family: 4 }];
  const port = await serveProxy(1, [], '407 Proxy Authentication Required');
  const denied = await failure(
    fetchAsUser('https://public.example/', {}, { resolve, proxy: `http://u:secret@127.0.0.1:${port}` }),
  );
  expect(denied).toMatchObject({
    errorClass: 'unreachable',
    message: expect.stringContaining(`127.0.0.1:${port} wants other`),
  });
  expect(denied.message).not.toContain('secret');
  const dead = await listen(net.createServer());
  await cleanups.pop()!();
  const gone = await failure(
    fetchAsUser('https://public.example/', {}, { resolve, proxy: `http://127.0.0.1:${dead}` }),
  );
  expect(gone.message).toContain(`The proxy 127.0.0.1:${dead} can’t be reached`);
});

test('TLS: the company’s CA is trusted when added, also through the proxy; a wrong name never', async ({ skip }) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-ca-'));
  cleanups.push(() => fs.rmSync(folder, { recursive: true }));
  let made: ReturnType<typeof makeCertificates>;
  try {
    made = makeCertificates(folder, 'DNS:calendar.company.example');
  } catch (error) {
    return skip(`openssl is needed to make a certificate authority: ${(error as Error).message}`);
  }
  const server = https.createServer({ key: made.key, cert: made.certificate }, (_, response) =>
    response.end('private'),
  );
  const port = await listen(server);
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const url = `https://calendar.company.example:${port}/`;
  expect(await failure(fetchAsUser(url, {}, { resolve }))).toMatchObject({
    errorClass: 'unreachable',
    message: expect.stringContaining('authority that is not trusted'),
  });
  expect((await fetchAsUser(url, {}, { resolve, ca: [made.ca] })).text()).toBe('private');
  expect((await fetchAsUser(url, { authority: made.ca }, { resolve })).text()).toBe('private');
  const alone = outbound({ resolve });
  expect((await alone.fetch(url, { typedBy: 'user', authority: made.ca })).status).toBe(200);
  const without = await failure(alone.fetch(url, { typedBy: 'user' }));
  expect(without.message).toContain('authority that is not trusted');
  const session = alone.session({ typedBy: 'user', authority: made.ca });
  const answer = await session.send(new URL(url), { method: 'POST', headers: {} });
  expect(await textOf(answer)).toBe('private');
  expect(answer.connection.certificate).toEqual(new X509Certificate(made.certificate).raw);
  const untrusted = alone.session({ typedBy: 'user' }).send(new URL(url), { method: 'POST', headers: {} });
  expect((await failure(untrusted)).message).toContain('authority that is not trusted');
  const wrongName = await failure(fetchAsUser(`https://else.example:${port}/`, {}, { resolve, ca: [made.ca] }));
  expect(wrongName.message).toContain('certificate is for another name');
  const targets: string[] = [];
  const proxy = `http://127.0.0.1:${await serveProxy(port, targets)}`;
  const away = async () => [{ address: '93.184.215.14', family: 4 }];
  const through = await fetchAsUser('https://calendar.company.example/', {}, { resolve: away, ca: [made.ca], proxy });
  expect({ text: through.text(), targets }).toEqual({ text: 'private', targets: ['93.184.215.14:443'] });
  const plain = await serve((_, response) => response.end());
  const noTls = await failure(fetchAsUser(`https://127.0.0.1:${plain}/`));
  expect(noTls.message).toContain('does not speak TLS');
});

async function textOf(answer: OutboundAnswer): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('a session keeps its connection, says when it is another one, and gives the answer as it arrives', async () => {
  let release = () => {};
  const ports: (number | undefined)[] = [];
  const port = await serve((request, response) => {
    ports.push(request.socket.remotePort);
    if (request.url === '/last') response.setHeader('connection', 'close');
    response.write('one ');
    if (request.url !== '/slow') return void response.end('two');
    release = () => response.end('two');
  });
  const url = (path: string) => new URL(`http://127.0.0.1:${port}${path}`);
  const session = outbound().session({ typedBy: 'user' });
  const request = { method: 'POST', headers: { 'x-one': '1' }, body: '<x/>' };
  const numbers: number[] = [];
  for (const path of ['/a', '/last', '/b']) {
    const answer = await session.send(url(path), request);
    numbers.push(answer.connection.number);
    expect(await textOf(answer)).toBe('one two');
    expect(answer.connection.certificate).toBe(null);
  }
  expect(numbers).toEqual([1, 1, 2]);
  expect(ports[0]).toBe(ports[1]);
  const slow = await session.send(url('/slow'), request);
  const pieces: string[] = [];
  for await (const piece of slow.body) {
    pieces.push(Buffer.from(piece).toString());
    release();
  }
  expect(pieces).toEqual(['one ', 'two']);
});

test('a session ends with the network settings that it was checked by, and obeys them', async () => {
  const port = await serve((_, response) => response.end('here'));
  let allowedNetworks = ['127.0.0.0/8'];
  const made = createOutbound(async () => ({ allowedNetworks }));
  cleanups.push(() => made.close());
  const session = made.session({ typedBy: 'user' });
  const send = () => session.send(new URL(`http://127.0.0.1:${port}/`), { method: 'GET', headers: {} });
  expect(await textOf(await send())).toBe('here');
  allowedNetworks = [];
  expect(await failure(send())).toMatchObject({ errorClass: 'refused' });
  allowedNetworks = ['127.0.0.1'];
  expect((await send()).connection.number).toBe(2);
});

test('a session waits no longer than told: for an answer, for its rest, or when it is called off', async () => {
  const port = await serve((request, response) => {
    if (request.url === '/silent') return;
    response.write('begun');
  });
  const session = outbound().session({ typedBy: 'user' });
  const send = (path: string, signal?: AbortSignal) =>
    session.send(new URL(`http://127.0.0.1:${port}${path}`), {
      method: 'POST',
      headers: {},
      timeoutMs: 1_000,
      silenceMs: 1_000,
      ...(signal && { signal }),
    });
  expect((await failure(send('/silent'))).message).toContain('no answer came in time');
  expect((await failure(send('/begun').then(textOf))).message).toContain('fell silent');
  const controller = new AbortController();
  const answer = await send('/begun', controller.signal);
  controller.abort(new Error('called off'));
  await expect(textOf(answer)).rejects.toThrow('called off');
});

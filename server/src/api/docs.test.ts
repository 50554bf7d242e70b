/** What the server answers beside the API's routes: its documentation and the web client. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../../test/api-client.ts';
import { forwardingEvents } from '../telephony/forwarding-log.ts';
import { webClient } from './static.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

test('the OpenAPI document has every route, with examples and named operations', async () => {
  const { body } = await server.anybody().call('GET', '/api/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((methods) =>
    Object.values(methods),
  );
  expect(operations).toHaveLength(server.server.api!.routes.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  expect(await new Validator().validate(body)).toEqual({ valid: true });
});

test('every event of the forwarding log is explained', async () => {
  const { body } = await server.anybody().call('GET', '/api/openapi.json');
  const { enum: events, description } = body.components.schemas.ForwardingEntry.properties.event;
  expect(events).toEqual(forwardingEvents);
  for (const event of events) expect(description).toMatch(new RegExp(`\\b${event}\\b[^:]*:`));
});

test('the documentation is a page of our own, without scripts from anywhere', async () => {
  const { text, headers } = await server.anybody().call('GET', '/api/docs');
  expect(headers.get('content-type')).toContain('text/html');
  expect(text).toContain('Set how the server reaches the outside');
  expect(text).toContain('<p>API token: <code>administration</code>.</p>');
  expect(text).toContain('<p>No API token may call this.</p>');
  expect(text).not.toMatch(/<script|<link|src=/);
});

test('the web client: assets for ever, pages anew, precompressed where the browser can', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-web-'));
  fs.mkdirSync(path.join(folder, 'assets'));
  fs.writeFileSync(path.join(folder, 'index.html'), '<title>Whenabouts</title>');
  fs.writeFileSync(path.join(folder, 'assets/app-1a2b.js'), 'export {}');
  fs.writeFileSync(path.join(folder, 'assets/app-1a2b.js.gz'), 'zipped');
  const app = new Hono().all('*', webClient(folder));
  const page = await app.request('/accounts/add');
  expect([await page.text(), page.headers.get('cache-control')]).toEqual(['<title>Whenabouts</title>', 'no-cache']);
  const etag = page.headers.get('etag')!;
  expect((await app.request('/', { headers: { 'if-none-match': etag } })).status).toBe(304);
  const zipped = await app.request('/assets/app-1a2b.js', { headers: { 'accept-encoding': 'br, gzip' } });
  expect([await zipped.text(), zipped.headers.get('content-encoding')]).toEqual(['zipped', 'gzip']);
  expect(zipped.headers.get('cache-control')).toContain('immutable');
  expect(await (await app.request('/assets/app-1a2b.js')).text()).toBe('export {}');
  expect((await app.request('/assets/gone-9z.js')).status).toBe(404);
  expect((await app.request('/../package.json')).status).toBe(404);
  expect((await new Hono().all('*', webClient('/nowhere')).request('/')).status).toBe(503);
  fs.rmSync(folder, { recursive: true });
});

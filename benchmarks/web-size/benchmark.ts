/**
 * The JavaScript that the agenda's first load brings: all scripts a real Chromium asks the real server for until the
 * appointments stand on the page (the live worker's too), each gzipped as the server sends it. The floor is react and
 * react-dom alone, built the same way.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { administrator } from '../../test/product.ts';
import { openBrowser, openContext, startServer } from '../../test/web/browser.ts';
import { writeResult } from '../result.ts';

const kB = (bytes: number) => Math.round(bytes / 10) / 100;

const server = await startServer();
const browser = await openBrowser();
try {
  const { context, page } = await openContext(browser);
  const { token, ...rest } = { token: new URL(server.setupUrl).searchParams.get('token'), ...administrator };
  await context.request.post(`${server.url}/api/v1/setup`, {
    data: { token, ...rest },
    headers: { origin: server.url },
  });
  const start = new Date(Date.now() + 1_200_000).toISOString().slice(0, 19).replace(/[-:]/g, '');
  await context.request.post(`${server.url}/api/v1/accounts/file`, {
    headers: { origin: server.url },
    multipart: {
      file: {
        name: 'one.ics',
        mimeType: 'text/calendar',
        buffer: Buffer.from(
          `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//benchmark//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:${start}Z\r\nDTSTART:${start}Z\r\nDURATION:PT1H\r\nSUMMARY:One\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
        ),
      },
    },
  });

  const scripts = new Map<string, Promise<Buffer>>();
  context.on('response', (response) => {
    const type = response.headers()['content-type'] ?? '';
    if (type.startsWith('text/javascript')) scripts.set(response.url(), response.body());
  });
  await page.goto(server.url);
  await page.locator('.row').first().waitFor();
  await page.locator('.my-presence[data-status]').waitFor();
  await page.locator('.presence-card').waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);

  const worker = fs
    .readdirSync(path.join(import.meta.dirname, '../../web/dist/assets'))
    .find((name) => /^live-worker.*\.js$/.test(name));
  if (worker) {
    const url = `${server.url}/assets/${worker}`;
    if (!scripts.has(url))
      scripts.set(
        url,
        context.request.get(url).then((response) => response.body()),
      );
  }
  const sizes = await Promise.all(
    [...scripts].map(async ([url, body]) => ({
      url: new URL(url).pathname,
      bytes: gzipSync(await body, { level: 9 }).length,
    })),
  );
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { url, bytes } of sizes.sort((a, b) => b.bytes - a.bytes))
    console.log(`${kB(bytes).toFixed(2).padStart(8)} kB  ${url}`);

  writeResult({
    name: 'web-size',
    title: 'First load of the agenda',
    command: 'npm run benchmark -- web-size',
    rows: [
      {
        label: `JavaScript of the agenda, ${sizes.length} scripts`,
        unit: 'kB gzip',
        median: kB(total),
        runs: 1,
        floor: kB(await bareReact()),
        floorLabel: 'react and react-dom alone',
        target: { atMost: 150 },
      },
    ],
  });
} finally {
  await browser.close();
  await server.stop();
}

/** A page that renders one empty element, built by the same bundler with the same settings. */
async function bareReact(): Promise<number> {
  const { build } = await import('vite');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-bare-'));
  const entry = path.join(import.meta.dirname, 'bare-react.js');
  await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    build: { outDir: folder, emptyOutDir: true, target: 'es2023', rollupOptions: { input: entry } },
  });
  const assets = path.join(folder, 'assets');
  const bytes = fs
    .readdirSync(assets)
    .map((name) => gzipSync(fs.readFileSync(path.join(assets, name)), { level: 9 }).length)
    .reduce((sum, size) => sum + size, 0);
  fs.rmSync(folder, { recursive: true });
  return bytes;
}

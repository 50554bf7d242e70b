/**
 * The product as people meet it: main.ts in a process of its own, seen through Debian's Chromium. The set-up link is
 * left for the test to open.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { programOf } from '../servers/programs.ts';
import { dropTarget, makeTarget } from '../store.ts';

const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: programOf('chromium')!, args: flags.split(' ') });
}

/** A browser of its own: cookies, language, zone. Everything it complains about is kept in `complaints`. */
export async function openContext(
  browser: Browser,
  options: { language?: 'en' | 'de'; phone?: boolean; keepPages?: boolean } = {},
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    locale: options.language === 'de' ? 'de-DE' : 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: options.phone ? { width: 360, height: 740 } : { width: 1280, height: 860 },
    serviceWorkers: options.keepPages ? 'allow' : 'block',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  return { context, page, complaints };
}

/** Asks the API as whoever is signed in there. @throws Error for every answer but a good one. */
export async function askApi<T>(
  as: BrowserContext,
  { url }: Server,
  method: string,
  path: string,
  data?: unknown,
): Promise<T> {
  const answer = await as.request.fetch(`${url}/api/v1${path}`, {
    ...{ method, data, headers: { origin: url } },
    // A connection that was kept may be closed by the server the moment it is used again.
    maxRetries: 1,
  });
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json().catch(() => undefined)) as T;
}

/** Kept for people to look at, in the folder that WHENABOUTS_PICTURES names; else not taken. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env.WHENABOUTS_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

export interface Server {
  url: string;
  setupUrl: string;
  stop(): Promise<void>;
}

/** Builds the web client where it is stale, and starts the server on a store of its own. */
export async function startServer(): Promise<Server> {
  const { ensureWebBuilt } = (await import(new URL('../../scripts/build-web.js', import.meta.url).href)) as {
    ensureWebBuilt(): Promise<void>;
  };
  await ensureWebBuilt();
  const target = await makeTarget();
  const data = 'folder' in target ? target.folder : fs.mkdtempSync('/tmp/whenabouts-web-');
  const { DATABASE_URL: _inherited, ...inherited } = process.env;
  const child = spawn(process.execPath, [new URL('../../server/src/main.ts', import.meta.url).pathname], {
    env: {
      ...inherited,
      PORT: '0',
      WHENABOUTS_DATA: data,
      ...('url' in target ? { DATABASE_URL: target.url } : {}),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const setupUrl = await printedLink(child);
  return {
    url: new URL(setupUrl).origin,
    setupUrl,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      fs.rmSync(data, { recursive: true, force: true });
      await dropTarget(target);
    },
  };
}

async function printedLink(child: ChildProcess): Promise<string> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await delay(50)) {
    const link = /https?:\/\/\S+\/setup\?token=\S+/.exec(output);
    if (link) return link[0];
    if (child.exitCode !== null) break;
  }
  child.kill('SIGKILL');
  throw new Error(`The server printed no set-up link:\n${output}`);
}

const axe = fs.readFileSync(
  path.join(path.dirname(createRequire(import.meta.url).resolve('axe-core/package.json')), 'axe.min.js'),
  'utf8',
);

/**
 * What axe finds serious or critical on the page as it is now: rule, elements, and what is wrong.
 * @param only these rules; where only the colours have changed since the last look, theirs are enough.
 */
export async function seriousFindings(page: Page, only: string[] = []): Promise<string[]> {
  await page.evaluate(axe);
  const options = { resultTypes: ['violations'], ...(only.length > 0 ? { runOnly: only } : {}) };
  return (await page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ': ' + target + ' ' + failureSummary)))`)) as string[];
}

/** How many pixels the page is wider than the screen. */
export async function sidewaysScroll(page: Page): Promise<number> {
  return (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
}

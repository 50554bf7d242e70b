/** How soon what is typed into a group's form is seen, by the browser's own account of it (Event Timing, W3C). */
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser, openContext } from '../../test/web/browser.ts';

export interface Painting {
  /** Milliseconds from a key to the next painting, of each key, in steps of 8; below 16 the browser tells none: 16. */
  form: number[];
  /** The same of a page that is nothing but a field. */
  bare: number[];
}

const keys = '365';

/** @param cookie "name=value" of an administrator. @param path of a function's form at a group. @throws Error of the browser. */
export async function measurePainting(
  address: string,
  cookie: string,
  path: string,
  { field, rounds }: { field: string; rounds: number },
): Promise<Painting> {
  const browser = await openBrowser();
  try {
    const { context, page } = await openContext(browser);
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url: address }]);
    const bare = await bareField(context);
    await page.goto(`${address}${path}`);
    await page.getByRole('radio', { name: /^Individual/ }).check();
    await watch(page);
    await watch(bare);
    for (let index = 0; index < rounds; index++) {
      for (const where of [page, bare]) {
        await where.bringToFront();
        await where.getByLabel(field, { exact: true }).fill('');
        await where.getByLabel(field, { exact: true }).pressSequentially(keys, { delay: 60 });
      }
    }
    return { form: await told(page, rounds), bare: await told(bare, rounds) };
  } finally {
    await browser.close();
  }

  async function bareField(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    await page.setContent(`<!doctype html><label>${field} <input></label>`);
    return page;
  }
}

const watch = (page: Page) =>
  page.evaluate(`window.painted = []; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === 'keydown') window.painted.push(entry.duration);
  }).observe({ type: 'event', durationThreshold: 16 })`);

async function told(page: Page, rounds: number): Promise<number[]> {
  await page.bringToFront();
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200)))');
  const slow = (await page.evaluate('window.painted')) as number[];
  return [...slow, ...Array<number>(Math.max(0, rounds * keys.length - slow.length)).fill(16)];
}

/**
 * Makes the README's pictures from the sample company: docs/images/agenda.png (1280 px) and agenda-phone.png (360 px,
 * dark). From the project's root: node scripts/run.js test/web/screenshots.ts
 */
import fs from 'node:fs';
import path from 'node:path';
import { administrator } from '../product.ts';
import { openBrowser, openContext, startServer } from './browser.ts';

const folder = path.join(import.meta.dirname, '../../docs/images');
fs.mkdirSync(folder, { recursive: true });
const server = await startServer();
const browser = await openBrowser();
try {
  const { context, page } = await openContext(browser);
  const headers = { origin: server.url };
  const token = new URL(server.setupUrl).searchParams.get('token');
  await context.request.post(`${server.url}/api/v1/setup`, { data: { token, ...administrator }, headers });
  await page.goto(`${server.url}/start`);
  await page.getByRole('button', { name: 'Make the sample company' }).click();
  await page.locator('.row').first().waitFor({ timeout: 60_000 });
  // The reminder of what begins next, and the join button that has stepped forward.
  await page
    .getByText(/starts in \d min/)
    .first()
    .waitFor();
  await page.locator('.my-presence[data-status]').waitFor();
  // Just made, a phone may still be on its way.
  await page.locator('.my-presence-failing').waitFor({ state: 'detached', timeout: 60_000 });
  await page.mouse.move(0, 0); // over nothing that would look chosen
  await page.screenshot({ path: path.join(folder, 'agenda.png') });
  const phone = await browser.newContext({
    storageState: await context.storageState(),
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2,
    colorScheme: 'dark',
    locale: 'en-GB',
    timezoneId: administrator.timeZone,
    serviceWorkers: 'block',
  });
  const small = await phone.newPage();
  await small.goto(server.url);
  await small.locator('.row').first().waitFor();
  await small.screenshot({ path: path.join(folder, 'agenda-phone.png') });
} finally {
  await browser.close();
  await server.stop();
}
console.log(`Made agenda.png and agenda-phone.png in ${path.relative(process.cwd(), folder)}.`);

/**
 * The web client in real Chromium against the real server: one first run, one sample company, and what people do then.
 * The tests build on one another in the order in which they stand.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AccountList } from '../../server/src/api/schemas/accounts.ts';
import { until } from '../product.ts';
import { describeWith } from '../servers/needs.ts';
import {
  askApi,
  openBrowser,
  openContext,
  type Server,
  seriousFindings,
  sidewaysScroll,
  startServer,
} from './browser.ts';

const admin = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'correct horse battery staple' };
const colleague = { name: 'Grace Hopper', email: 'grace@example.com', password: 'nanoseconds are 30 cm long' };

const icsFile = (start: Date) => {
  const stamp = (at: Date) => `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//web//EN',
    'BEGIN:VEVENT',
    'UID:file-1@example.com',
    `DTSTAMP:${stamp(start)}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(new Date(start.getTime() + 3_600_000))}`,
    'SUMMARY:From the file',
    'LOCATION:Room 7',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT15M',
    'END:VALARM',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:broken@example.com',
    'DTSTART:yesterday',
    'SUMMARY:Broken',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
};

/** All rules in light; in dark those about colours, for nothing else differs. */
async function lightAndDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await seriousFindings(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await seriousFindings(page, ['color-contrast', 'link-in-text-block']);
  return [...light.map((finding) => `light: ${finding}`), ...dark.map((finding) => `dark: ${finding}`)];
}

describeWith(['chromium'], 'the web client', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let other: Page;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), openBrowser()]);
    ({ context, page, complaints } = await openContext(browser));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('leads from the set-up link by the sample company to a full agenda', async () => {
    await page.goto(server.setupUrl);
    await page.getByLabel('Your name').fill(admin.name);
    await page.getByLabel('E-mail address').fill(admin.email);
    await page.getByLabel('Password', { exact: true }).fill('short');
    expect(await page.getByText('Too short').isVisible()).toBe(true);
    await page.getByLabel('Password', { exact: true }).fill(admin.password);
    expect(await page.getByLabel('Time zone').inputValue()).toBe('Europe/Berlin');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create the administrator' }).click();
    await page.getByRole('heading', { name: 'How would you like to begin?', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Make the sample company' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the sample company' }).click();
    await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor({ timeout: 60_000 });
    await page.locator('.row').first().waitFor();
    expect(await page.locator('.row').count()).toBeGreaterThan(5);
    expect(await page.locator('.next-up').textContent()).toMatch(/starts in|began|Now/);
    expect(complaints).toEqual([]);
  });

  it('invites a colleague, who chooses a password and is in', async () => {
    await page.goto(`${server.url}/administration/users`);
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.getByLabel('Name', { exact: true }).fill(colleague.name);
    await page.getByLabel('E-mail address').fill(colleague.email);
    await page.getByRole('button', { name: 'Create and show the link' }).click();
    const link = await page.getByLabel('Invitation link', { exact: true }).and(page.locator('input')).inputValue();
    expect(new URL(link).pathname).toMatch(/^\/invitation\/.{20,}/);

    ({ page: other } = await openContext(browser));
    await other.goto(`${server.url}${new URL(link).pathname}`);
    await other.getByLabel('Password', { exact: true }).fill(colleague.password);
    expect(await seriousFindings(other)).toEqual([]);
    await other.getByRole('button', { name: 'Begin' }).click();
    await other.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
    await other.getByText('No calendar is connected yet').waitFor();
    expect(await other.getByRole('link', { name: 'Administration' }).count()).toBe(0);
  });

  it('shows a presence set by hand to another browser at once, and takes it back by undo', async () => {
    await other.goto(`${server.url}/colleagues`);
    const row = other.locator('.person', { hasText: admin.name });
    await row.locator('[data-status]').first().waitFor();

    await page.goto(server.url);
    await page.getByRole('button', { name: /^My presence/ }).click();
    await page.getByRole('radio', { name: /Do not disturb/ }).check({ force: true });
    await page.getByRole('radio', { name: 'Until I change it' }).check();
    await page.getByLabel('Note for colleagues (optional)').fill('Writing the report');
    await page.getByRole('button', { name: 'Set it' }).click();
    await row.and(other.locator('[data-status=doNotDisturb]')).waitFor({ timeout: 5000 });
    await page.getByRole('button', { name: /^My presence: ?Do not disturb/ }).waitFor();

    await page.getByRole('button', { name: 'Undo' }).click();
    await row.and(other.locator('[data-status]:not([data-status=doNotDisturb])')).waitFor({ timeout: 5000 });
  });

  it('finds colleagues by name and status, and walks along them by arrow keys', async () => {
    await other.keyboard.press('/');
    await other.keyboard.type('lovel');
    await other.getByText('1 person', { exact: true }).waitFor();
    expect(await other.locator('.person').count()).toBe(1);
    await other.getByLabel('Search by name or e-mail').fill('');
    await other.getByLabel('Status').selectOption('Unavailable');
    await other.getByText('Nobody fits').waitFor();
    await other.getByLabel('Status').selectOption('Any status');
    await other.locator('.person').nth(2).waitFor();
    await other.locator('.person[tabindex="0"]').focus();
    await other.keyboard.press('ArrowDown');
    await other.keyboard.press('ArrowDown');
    await other.locator('.person[data-index="2"]:focus').waitFor();
    await other.keyboard.press('Home');
    await other.locator('.person[data-index="0"]:focus').waitFor();
  });

  it('reads an uploaded file, shows it in the agenda, and names what it could not read', async () => {
    await other.goto(`${server.url}/accounts/add`);
    await other.getByRole('radio', { name: /iCalendar file/ }).check({ force: true });
    await other.locator('input[type=file]').setInputFiles({
      name: 'team.ics',
      mimeType: 'text/calendar',
      buffer: Buffer.from(icsFile(new Date(Date.now() + 3 * 60_000))),
    });
    await other.getByRole('button', { name: 'Add the file' }).click();
    await other.locator('.row', { hasText: 'From the file' }).first().getByText('Room 7').waitFor();
    await other.goto(`${server.url}/accounts`);
    const card = other.getByRole('article', { name: 'team.ics' });
    await card.getByText('All is well').waitFor();
    await card.getByText('1 entry could not be read').click();
    expect(await card.getByText('broken@example.com').isVisible()).toBe(true);
    await card.getByRole('button', { name: 'Read now' }).click();
    await other.getByText('It is being read.').waitFor();
  });

  it('reminds beside the agenda, and lets one dismiss, undo and snooze', async () => {
    await other.goto(server.url);
    const reminder = other.locator('.reminder', { hasText: 'From the file' });
    await reminder.getByText(/starts in \d min/).waitFor();
    await other.getByRole('button', { name: /^Dismiss the reminder/ }).click();
    await reminder.waitFor({ state: 'detached' });
    await other.getByRole('button', { name: 'Undo' }).click();
    await reminder.waitFor();
    await other.getByLabel(/^Remind me of/).selectOption('5 min');
    await reminder.waitFor({ state: 'detached' });
  });

  it('is told what changed after it was read and before its stream stood', async () => {
    const late = await other.context().newPage();
    const stream = Promise.withResolvers<void>();
    await late.addInitScript('delete globalThis.SharedWorker'); // of workers no request can be held up
    await late.route('**/api/v1/live*', async (route) => {
      await stream.promise;
      await route.continue();
    });
    await late.goto(`${server.url}/accounts`);
    await late.getByRole('article', { name: 'team.ics' }).waitFor();
    const empty = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//web//EN', 'END:VCALENDAR', ''].join('\r\n');
    await other.context().request.post(`${server.url}/api/v1/accounts/file`, {
      headers: { origin: server.url },
      multipart: { file: { name: 'later.ics', mimeType: 'text/calendar', buffer: Buffer.from(empty) } },
    });
    await until(
      'the file as read',
      () => askApi<AccountList>(other.context(), server, 'GET', '/accounts'),
      ({ accounts }) => accounts.some(({ name, health }) => name === 'later.ics' && health.status === 'ok'),
    );
    stream.resolve();
    await late.getByRole('article', { name: 'later.ics' }).getByText('All is well').waitFor();
    await late.close();
  });

  it('draws only the rows on the screen of a company of thousands', async () => {
    const people = Array.from({ length: 5000 }, (_, index) => ({
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      displayName: `Person ${String(index).padStart(4, '0')}`,
      email: `p${index}@example.com`,
      timeZone: 'Europe/Berlin',
      sample: false,
    }));
    const list = /\/api\/v1\/users(\?|$)/;
    await other.route(list, (route) => {
      const { searchParams } = new URL(route.request().url());
      const [from, limit] = [Number(searchParams.get('after') ?? 0), Number(searchParams.get('limit') ?? 1_000)];
      const to = from + Math.min(limit, 100);
      const next = to < people.length ? String(to) : null;
      return route.fulfill({ json: { users: people.slice(from, to), next, total: people.length } });
    });
    await other.goto(`${server.url}/colleagues`);
    await other.getByText('5,000 people').or(other.getByText('5000 people')).waitFor();
    await other.locator('.person').first().focus();
    // It grows as one comes near its end.
    for (const last of [99, 199]) {
      await other.keyboard.press('End');
      await other.locator(`.person[data-index="${last}"][aria-setsize="5000"]:focus`).waitFor();
      await other.locator(`.people[style*="height: ${(last + 101) * 56}px"]`).waitFor();
    }
    expect(await other.locator('.person').count()).toBeLessThan(60);
    await other.unroute(list);
  });

  it('says by its steps why a calendar cannot be connected', async () => {
    await other.goto(`${server.url}/accounts/add`);
    await other.getByLabel('Server or e-mail address').fill('http://127.0.0.1:9/');
    await other.getByLabel('User name').fill('grace');
    await other.getByLabel('Password or app password').fill('wrong');
    await other.getByRole('button', { name: 'Check the connection' }).click();
    await other.locator('.steps [data-ok=false], .problem').first().waitFor();
    expect(await other.getByRole('button', { name: 'Connect', exact: true }).count()).toBe(0);
    await other.getByLabel('Server or e-mail address').fill('');
  });

  it('speaks German as soon as it is chosen, dates included', async () => {
    await other.goto(`${server.url}/settings`);
    await other.getByLabel('Language').selectOption('Deutsch');
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByRole('heading', { name: 'Einstellungen', level: 1 }).waitFor();
    await other.getByRole('link', { name: 'Agenda', exact: true }).click();
    await other.getByRole('heading', { name: 'Heute', level: 1 }).waitFor();
    const weekday = new Intl.DateTimeFormat('de', { weekday: 'long', timeZone: 'Europe/Berlin' }).format(new Date());
    expect(await other.locator('.day h2').first().textContent()).toContain(weekday);
    expect(await other.evaluate('document.documentElement.lang')).toBe('de');
    await other.goto(`${server.url}/accounts/add`);
    await other.getByLabel('Server oder E-Mail-Adresse').fill('http://127.0.0.1:9/');
    await other.getByLabel('Benutzername').fill('grace');
    await other.getByLabel('Passwort oder App-Passwort').fill('wrong');
    await other.getByRole('button', { name: 'Verbindung prüfen' }).click();
    const fault = other.locator('.steps [data-ok=false]');
    await fault.getByText('Das wurde nicht zugelassen.').waitFor();
    await fault.getByText('127.0.0.1').waitFor();
  });

  it('goes by keyboard alone: skip link, shortcuts, days, presence', async () => {
    await page.goto(server.url);
    await page.locator('.row').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/day=\d{4}-\d{2}-\d{2}/);
    await page.keyboard.press('t');
    await page.waitForURL((url) => url.search === '');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('p');
    await page.getByRole('dialog', { name: 'My presence' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Colleagues', level: 1 }).waitFor();
  });

  it('has nothing serious for axe on any page, light and dark, and scrolls sideways nowhere on a phone', async () => {
    const pages = ['/', '/colleagues', '/calls', '/accounts', '/accounts/add', '/settings', '/start'];
    const found: string[] = [];
    for (const path of [...pages, '/nowhere']) {
      await page.goto(server.url + path);
      await page.locator('h1, .empty-title').first().waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      for (const finding of await lightAndDark(page)) found.push(`${path} ${finding}`);
      await page.setViewportSize({ width: 360, height: 740 });
      const wide = await sidewaysScroll(page);
      if (wide > 0) found.push(`${path} is ${wide} px too wide for a phone`);
      await page.setViewportSize({ width: 1280, height: 860 });
    }
    expect(found).toEqual([]);
  }, 120_000);

  it('has nothing serious for axe in its dialogs either', async () => {
    const found: string[] = [];
    await page.goto(server.url);
    await page.getByRole('button', { name: /^My presence/ }).click();
    await page.getByRole('radio', { name: /Out of office/ }).check({ force: true });
    found.push(...(await lightAndDark(page)));
    await page.goto(`${server.url}/administration/phones`);
    await page.getByRole('button', { name: 'Connect a phone system' }).click();
    await page.getByLabel('Kind').waitFor();
    found.push(...(await lightAndDark(page)));
    expect(found).toEqual([]);
  });

  it('tells when it is offline, and when it is back', async () => {
    await page.goto(server.url);
    await page.locator('.row').first().waitFor();
    await context.setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await context.setOffline(false);
    await page.getByText('You are offline.').waitFor({ state: 'detached' });
  });

  it('signs out and in again, to the page one came for, and refuses a wrong password', async () => {
    await page.goto(`${server.url}/settings`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    await page.goto(`${server.url}/accounts`);
    await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    await page.getByLabel('E-mail address').fill(admin.email);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('E-mail address or password is wrong.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Password', { exact: true }).fill(admin.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor();
  });

  it('removes the sample company after asking, and leaves one’s own', async () => {
    await page.goto(`${server.url}/administration/sample`);
    await page.getByRole('button', { name: 'Remove the sample company' }).click();
    const question = page.getByRole('dialog', { name: 'Remove the sample company' });
    await question.getByRole('button', { name: 'Remove it' }).click();
    await page.getByRole('button', { name: 'Make the sample company' }).waitFor({ timeout: 60_000 });
    await page.goto(`${server.url}/administration/users`);
    await page.locator('.user-row').nth(1).waitFor();
    expect(await page.locator('.user-row strong').allTextContents()).toEqual([admin.name, colleague.name]);
    await page.goto(server.url);
    await page.getByText('No calendar is connected yet').waitFor();
  });
});

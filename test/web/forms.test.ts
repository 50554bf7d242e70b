/**
 * The forms that reach out, filled in by a browser against what they lead to: a real Radicale, a simulated phone system
 * and a receiver of webhooks. The tests build on one another in the order in which they stand.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noHabits } from '../../simulators/http/stand-in.ts';
import { type Pbx, startPbx } from '../../simulators/pbx/pbx.ts';
import { startWazo, type Wazo, wazoUser } from '../../simulators/wazo/wazo.ts';
import { administrator, until } from '../product.ts';
import { describeWith } from '../servers/needs.ts';
import { type Radicale, startRadicale } from '../servers/radicale.ts';
import { openBrowser, openContext, type Server, seriousFindings, sidewaysScroll, startServer } from './browser.ts';

const extension = '201';
const deputy = '207';

describeWith(['chromium'], 'forms that reach out', () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let pbx: Pbx;
  let wazo: Wazo;
  const deliveries: { headers: http.IncomingHttpHeaders; body: string }[] = [];
  const receiver = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    deliveries.push({ headers: request.headers, body });
    response.end();
  });

  beforeAll(async () => {
    [server, browser, pbx, wazo] = await Promise.all([
      startServer(),
      openBrowser(),
      startPbx({ extensions: [extension, deputy], badHabits: false }),
      startWazo({ extensions: ['301', '302'], habits: noHabits }),
      once(receiver.listen(0, '127.0.0.1'), 'listening'),
    ]);
    const opened = await openContext(browser);
    ({ page, complaints } = opened);
    const token = new URL(server.setupUrl).searchParams.get('token');
    const data = { token, ...administrator };
    await opened.context.request.post(`${server.url}/api/v1/setup`, { data, headers: { origin: server.url } });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await pbx?.stop();
    await wazo?.stop();
    receiver.close();
  });

  const radio = (name: RegExp) => page.getByRole('radio', { name }).check({ force: true });
  const saved = () => page.getByText('Saved.').first().waitFor();

  it('allows a private network, and says beside the field what is no network', async () => {
    await page.goto(`${server.url}/administration/network`);
    const networks = page.getByLabel('Allowed private networks');
    await networks.fill('127.0.0.0/8\nat home');
    await page.getByRole('button', { name: 'Save' }).click();
    await networks.and(page.locator('[aria-invalid=true]')).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await networks.fill('127.0.0.0/8');
    expect(await page.getByLabel('The proxy looks up names').isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await saved();
    await page.reload();
    expect(await networks.inputValue()).toBe('127.0.0.0/8');
  });

  describeWith(['radicale'], 'with a real CalDAV server', () => {
    let radicale: Radicale;
    beforeAll(async () => {
      radicale = await startRadicale();
      const start = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 120_000);
      await putAppointment(await radicale.makeCalendar('work'), 'Planning', start);
      await putAppointment(await radicale.makeCalendar('family'), 'Dentist', start);
    });
    afterAll(() => radicale?.stop());

    async function putAppointment(calendar: string, title: string, start: Date): Promise<void> {
      const stamp = (at: Date) => `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
      const text = [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//test//forms//EN',
        'BEGIN:VEVENT',
        `UID:${title}@example.com`,
        `DTSTAMP:${stamp(start)}`,
        `DTSTART:${stamp(start)}`,
        `DTEND:${stamp(new Date(start.getTime() + 3_600_000))}`,
        `SUMMARY:${title}`,
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n');
      const headers = { 'content-type': 'text/calendar' };
      const response = await radicale.request('PUT', `${calendar}${title}.ics`, text, headers);
      expect(response.status).toBe(201);
    }

    it('connects the calendars that were chosen, after a wrong password', async () => {
      await page.goto(`${server.url}/accounts/add`);
      await page.getByLabel('Server or e-mail address').fill(radicale.address);
      await page.getByLabel('User name').fill(radicale.user);
      await page.getByLabel('Password or app password').fill('wrong');
      await page.getByRole('button', { name: 'Check the connection' }).click();
      await page.locator('.steps [data-ok=false]', { hasText: 'The sign-in was refused.' }).waitFor();
      await page.getByLabel('Password or app password').fill(radicale.password);
      await page.getByRole('button', { name: 'Check the connection' }).click();
      await page.getByRole('checkbox', { name: 'family' }).uncheck();
      expect(await page.getByRole('checkbox', { name: 'work' }).isChecked()).toBe(true);
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByLabel('Name (optional)').fill('My Radicale');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      // Late in the evening it stands on two days.
      await page.locator('.row strong', { hasText: 'Planning' }).first().waitFor();
      expect(await page.locator('.row', { hasText: 'Dentist' }).count()).toBe(0);
      await page.goto(`${server.url}/accounts`);
      const card = page.getByRole('article', { name: 'My Radicale' });
      await card.getByText('All is well').waitFor();
      await card.getByRole('button', { name: '2 calendars' }).click();
      expect(await card.getByRole('checkbox', { name: 'work' }).isChecked()).toBe(true);
      expect(await card.getByRole('checkbox', { name: 'family' }).isChecked()).toBe(false);
    });

    it('reads another calendar as soon as it is ticked', async () => {
      const card = page.getByRole('article', { name: 'My Radicale' });
      await card.getByRole('checkbox', { name: 'family' }).check();
      await page.getByRole('link', { name: 'Agenda', exact: true }).click();
      await page.locator('.row strong', { hasText: 'Dentist' }).first().waitFor();
    });

    it('removes an account after asking, and its appointments with it', async () => {
      await page.goto(`${server.url}/accounts`);
      const card = page.getByRole('article', { name: 'My Radicale' });
      await card.getByRole('button', { name: 'Remove' }).click();
      const question = page.getByRole('dialog', { name: 'Remove “My Radicale”?' });
      await question.getByRole('button', { name: 'Cancel' }).click();
      await question.waitFor({ state: 'detached' });
      await card.getByRole('button', { name: 'Remove' }).click();
      await question.getByRole('button', { name: 'Remove the account' }).click();
      await card.waitFor({ state: 'detached' });
      await page.goto(server.url);
      await page.getByText('No calendar is connected yet').waitFor();
    });
  });

  it('connects a phone system by templates in fields, with faults told beside them', async () => {
    await page.goto(`${server.url}/administration/phones`);
    await page.getByRole('button', { name: 'Connect a phone system' }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect a phone system' });
    await dialog.getByLabel('Kind').selectOption('HTTP requests by template');
    await dialog.getByLabel('Name', { exact: true }).fill('Switchboard');
    const address = `${pbx.url}/api/extensions/{{extension}}/forwarding`;
    const set = dialog.getByRole('group', { name: 'Forward calls' });
    await set.getByLabel('Address').fill(address.replace('{{extension}}', '{{phone}}'));
    await set.getByLabel('Body').fill('{"mode": "always", "target": "{{target}}"}');
    await dialog.getByRole('group', { name: 'End the forwarding' }).getByLabel('Address').fill(address);
    await dialog.getByRole('group', { name: 'Read the state back' }).getByLabel('Address').fill(address);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await set.getByText('{{phone}} is unknown.').waitFor();
    await set.getByLabel('Address').fill(address);
    await dialog.getByLabel('Mode', { exact: true }).selectOption('Active');
    await dialog.getByText('Edit everything as JSON').click();
    const json = dialog.getByLabel('Request templates (JSON)');
    expect(JSON.parse(await json.inputValue())).toMatchObject({ set: { address }, read: { target: '/target' } });
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByText('Edit everything as JSON').click();
    expect(await set.getByLabel('Address').inputValue()).toBe(address);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('article', { name: 'Switchboard' }).getByText('0 extensions').waitFor();
  });

  it('fills a phone system from a recipe, and tries it out on one extension', async () => {
    wazo.byHand('301', { always: { on: true, to: '0301234' }, busy: { on: true, to: '305' } });
    await page.goto(`${server.url}/administration/phones`);
    await page.getByRole('button', { name: 'Connect a phone system' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Kind').selectOption('HTTP requests by template');
    await dialog.getByLabel('Name', { exact: true }).fill('Wazo');
    await dialog.getByLabel('Recipe').selectOption('Wazo');
    await dialog.getByLabel('Address of the server').fill(`${wazo.url}/`);
    await dialog.getByLabel('User name').fill(wazoUser.username);
    await dialog.getByLabel('Password', { exact: true }).fill('not the right one');
    const trial = dialog.getByRole('group', { name: 'Try it' });
    await trial.getByLabel('Extension').fill('301');
    await trial.getByRole('button', { name: 'Read it' }).click();
    await trial.getByText('refuses the credentials').waitFor();
    await dialog.getByLabel('Password', { exact: true }).fill(wazoUser.password);
    await trial.getByLabel('Extension').press('Enter');
    await trial.getByText('All calls → 0301234').waitFor();
    await trial.getByText('All calls → 305').waitFor();
    await trial.getByText('The list of all extensions says the same.').waitFor();
    expect(await dialog.count()).toBe(1); // Enter tried it out, and saved nothing.
    await trial.locator('summary').last().click();
    expect(await trial.textContent()).not.toContain(wazoUser.password);
    for (const title of ['Busy, unanswered', 'Reading all', 'Tokens'])
      await dialog.locator('summary', { hasText: title }).click();
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await sidewaysScroll(page)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 860 });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const card = page.getByRole('article', { name: 'Wazo' });
    await card.getByRole('button', { name: 'Change', exact: true }).click();
    // What was a recipe is shown again in its parts, with the stored sign-in.
    expect(JSON.parse(await dialog.getByLabel('Forward calls').inputValue()).address).toContain(
      '/forwards/unconditional',
    );
    await trial.getByLabel('Extension').fill('302');
    await trial.getByRole('button', { name: 'Read it' }).click();
    await trial.getByText('None').first().waitFor();
    await page.keyboard.press('Escape');
    expect(wazo.said.some(({ method }) => method === 'PUT')).toBe(false);
  });

  it('gives a user an extension, and proves by the check that it can be read', async () => {
    await page.goto(`${server.url}/administration/users`);
    await page.getByRole('link', { name: administrator.displayName }).click();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByLabel('Extension on “Switchboard”').fill(extension);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await saved();
    await page.goto(`${server.url}/administration/phones`);
    const card = page.getByRole('article', { name: 'Switchboard' });
    await card.getByText('1 extension', { exact: false }).waitFor();
    await card.getByRole('button', { name: 'Check' }).click();
    await card.getByText(`Extension ${extension} is not forwarded.`).waitFor();
    expect(await card.locator('.steps [data-ok=false]').count()).toBe(0);
  });

  it('forwards calls by a profile that was changed here, shows it, and gives it back', async () => {
    await page.goto(`${server.url}/administration/locations`);
    await page.getByRole('link', { name: 'Main location' }).click();
    await page.getByRole('link', { name: 'Presence management' }).click();
    await page.getByRole('link', { name: /^Profiles/ }).click();
    await page.getByRole('button', { name: 'Change the profile Appointment' }).click();
    // What the location's phone system can't do is told where it is chosen, with the reason.
    const cannot = page.locator('.cannot-do', { hasText: 'Switchboard can’t do this' });
    await page.getByLabel('Call forwarding').selectOption('Internal calls');
    await cannot.getByText('no word for "internal"').waitFor();
    await page.getByText('Calls when busy or unanswered').click();
    await page.getByLabel('Calls that find the user busy').selectOption('Voicemail');
    await cannot.nth(1).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Calls that find the user busy').selectOption('Leave them as they are');
    await page.getByLabel('Call forwarding').selectOption('All calls');
    await page.getByLabel('Target').selectOption('A number');
    await page.getByLabel('Number').fill(deputy);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.locator('.list li', { hasText: `Calls go to ${deputy}` }).waitFor();

    await page.getByRole('button', { name: /^My presence/ }).click();
    await radio(/^Appointment/);
    await page.getByRole('radio', { name: 'Until I change it' }).check();
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.locator('.my-presence', { hasText: `Calls go to ${deputy}` }).waitFor();
    const phone = async () => pbx.state(extension);
    await until('the phone is forwarded', phone, ({ mode, target }) => mode === 'always' && target === deputy);
    await page.getByRole('button', { name: /^My presence/ }).click();
    await page.getByText('Set and checked at the phone system').waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByRole('button', { name: 'Back to automatic' }).click();
    await page.getByText('Calls ring here').first().waitFor();
    await until('the phone is given back', phone, ({ mode }) => mode === 'off');
    await page.getByRole('link', { name: 'What happened with my calls' }).click();
    await page.getByText('Given back: the phone is as it was before').waitFor();
    await page.locator('.log').getByText(`Calls go to ${deputy}`, { exact: true }).waitFor();
  });

  it('adds a webhook, shows its secret once, and sends a signed test', async () => {
    await page.goto(`${server.url}/administration/webhooks`);
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a webhook' });
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/presence`;
    await dialog.getByLabel('Address').fill(url);
    await dialog.getByRole('button', { name: 'Add a webhook' }).click();
    const secret = await dialog.getByLabel('Secret', { exact: true }).and(page.locator('input')).inputValue();
    expect(secret).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: `Send a test to ${url}` }).click();
    await until(
      'the test arrives',
      async () => deliveries.length,
      (count) => count > 0,
    );
    expect(deliveries[0]!.headers).toHaveProperty('webhook-signature');
    await page.getByRole('status').filter({ hasText: /\S/ }).first().waitFor();
  });

  it('changes the password, refusing a wrong current one beside its field', async () => {
    const next = 'a new set of several words';
    await page.goto(`${server.url}/settings/security`);
    await page.getByLabel('Current password').fill('not it');
    await page.getByLabel('New password', { exact: true }).fill(next);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The current password is wrong.').waitFor();
    await page.getByLabel('Current password').fill(administrator.password);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The password is changed.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail address').fill(administrator.email);
    await page.getByLabel('Password', { exact: true }).fill(next);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
    // Requests that were refused on purpose are named by the browser itself.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });
});

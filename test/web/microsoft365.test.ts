/**
 * Microsoft 365 by a user's consent, in real Chromium: an administrator registers a Graph application and checks it, the
 * user is led to the simulated sign-in by itself and consents, the agenda fills and presence follows an appointment that
 * is running, moved away, until the grant is revoked and the user is told; also in German and on a phone.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tame } from '../../simulators/microsoft365/habits.ts';
import { type Microsoft365, startMicrosoft365 } from '../../simulators/microsoft365/microsoft365.ts';
import { administrator, until } from '../product.ts';
import { describeWith } from '../servers/needs.ts';
import { openBrowser, openContext, type Server, seriousFindings, sidewaysScroll, startServer } from './browser.ts';

describeWith(['chromium'], 'Microsoft 365 by consent', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let cloud: Microsoft365;
  let tenantId: string;

  beforeAll(async () => {
    [server, browser, cloud] = await Promise.all([startServer(), openBrowser(), startMicrosoft365({ habits: tame })]);
    ({ context, page, complaints } = await openContext(browser));
    tenantId = cloud.world.addTenant().id;
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api('POST', '/setup', { token, ...administrator });
    await api('PUT', '/settings/network', {
      ...{ allowedNetworks: ['127.0.0.0/8'], certificateAuthorities: [], proxy: null },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await cloud?.stop();
  });

  async function api<T>(method: string, path: string, data?: unknown): Promise<T> {
    const headers = { origin: server.url };
    const answer = await context.request.fetch(`${server.url}/api/v1${path}`, { method, data, headers });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json().catch(() => undefined)) as T;
  }
  const at = (path: string) => page.goto(`${server.url}/${path}`);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const dialog = () => page.getByRole('dialog');
  async function picture(name: string): Promise<void> {
    if (process.env.WHENABOUTS_PICTURES)
      await page.screenshot({ path: `${process.env.WHENABOUTS_PICTURES}/${name}.png`, fullPage: true });
  }
  const status = async () => (await api<{ status: string }>('GET', '/users/me/presence')).status;
  const readNow = async () => {
    const { accounts } = await api<{ accounts: { id: string }[] }>('GET', '/accounts');
    await api('POST', `/accounts/${accounts[0]!.id}/sync`);
  };

  it('a Graph application is registered, and the check says what is still wrong', async () => {
    const redirect = `${server.url}/api/v1/graph/callback`;
    const registered = cloud.world.addApplication({ tenantId, name: 'Whenabouts', kind: 'public' });
    await at('administration/graph/calendars');
    await page.getByText('There is no Graph application yet').waitFor();
    await button('Add a Graph application').press('Enter');
    await dialog().getByLabel('Display name').fill('Contoso calendars');
    await dialog().getByLabel('Application (client) id').fill(registered.clientId);
    await dialog().getByLabel('Directory (tenant) id').fill(tenantId);
    await dialog().getByLabel('Cloud').selectOption({ label: 'Addresses of its own' });
    await dialog().getByLabel('Sign-in address').fill(cloud.url);
    await dialog().getByLabel('Graph address').fill(cloud.url);
    await picture('m365-form');
    await button('Save').click();
    const card = page.getByRole('article', { name: 'Contoso calendars' });
    await card.waitFor();
    expect(await card.getByLabel('Redirect address of Contoso calendars').inputValue()).toBe(redirect);
    await card.getByRole('button', { name: 'Check', exact: true }).click();
    await button('Check now').click();
    await page.getByText('isn’t registered at the application').waitFor();
    registered.redirectUris.push(redirect);
    await button('Check now').click();
    await page.getByText(`The redirect address ${redirect} is registered.`).waitFor();
    await picture('m365-check');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('the group asks for it, and the user is led to Microsoft and back by itself', async () => {
    const { mailbox } = cloud.world.addUser({ tenantId, name: 'Ada', address: administrator.email });
    const local = (minutes: number) =>
      Temporal.Now.zonedDateTimeISO('UTC').add({ minutes }).toPlainDateTime().toString({ smallestUnit: 'minute' });
    const review = mailbox.create({ subject: 'Quarterly review', timeZone: 'UTC', start: local(-10), end: local(50) });
    const { groups } = await api<{ groups: { id: string }[] }>('GET', '/groups');
    await at(`administration/groups/${groups[0]!.id}/synchronization`);
    await page.getByRole('radio', { name: /^Individual/ }).check();
    await page.getByLabel('Microsoft 365 by the user’s own consent').press('Space');
    await page.getByLabel('Ask users for it by itself').press('Space');
    await page.getByLabel('Graph application', { exact: true }).selectOption({ label: 'Contoso calendars' });
    await picture('m365-settings');
    await button('Save').click();
    await dialog().getByRole('button', { name: 'Save now' }).click();
    await page.getByText('Saved.', { exact: true }).first().waitFor();

    await at('');
    await dialog().getByText('Your group wants your Microsoft 365 calendar to be connected.').waitFor();
    await dialog().getByText('To read your calendars. Nothing can be changed in them.').waitFor();
    await picture('m365-ask');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Sign in at Microsoft' }).click();
    await button('Accept').click();
    await page.getByText('Your Microsoft 365 mailbox is connected.').waitFor();
    await page.getByText('Quarterly review').first().waitFor();
    await until('presence follows', status, (found) => found === 'appointment');
    await picture('m365-agenda');

    mailbox.update(review.number, { start: local(24 * 60), end: local(25 * 60) });
    await readNow();
    await until('presence follows the move', status, (found) => found !== 'appointment');
  });

  it('a revoked grant is told, in German and on a phone too, and can be put off', async () => {
    cloud.world.userBy(administrator.email)!.validFrom = Date.now() + 1_000;
    await readNow();
    const failing = async () =>
      (await api<{ accounts: { health: { errorClass: string } }[] }>('GET', '/accounts')).accounts[0]!.health
        .errorClass;
    await until('the account says so', failing, (found) => found === 'credentials');
    await page.setViewportSize({ width: 360, height: 740 });
    await at('accounts');
    await dialog().getByText('no longer accepts the sign-in').waitFor();
    await picture('m365-phone');
    expect(await sidewaysScroll(page)).toBe(0);
    await dialog().getByRole('button', { name: 'Later' }).press('Enter');
    await page.reload();
    await button('Sign in again').click();
    await dialog().getByRole('button', { name: 'Sign in at Microsoft' }).waitFor();
    await page.keyboard.press('Escape');
    await api('PATCH', '/me', { language: 'de' });
    await at('accounts');
    await button('Neu anmelden').waitFor();
    await at('administration/graph/calendars');
    await page.getByText('Umleitungsadresse', { exact: true }).waitFor();
    await picture('m365-de');
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaints.filter((text) => !text.includes(cloud.url))).toEqual([]);
  });
});

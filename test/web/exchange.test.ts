/**
 * Exchange servers in real Chromium: an administrator adds one by the keyboard, is told beside the fields what doesn't
 * fit, checks it down to a mailbox, has a group read from it, and may not remove it while it is; in German on a phone too.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Exchange, startExchange } from '../../simulators/exchange/exchange.ts';
import { tame } from '../../simulators/exchange/habits.ts';
import { administrator } from '../product.ts';
import { describeWith } from '../servers/needs.ts';
import {
  askApi,
  openBrowser,
  openContext,
  type Server,
  seriousFindings,
  sidewaysScroll,
  startServer,
  takePicture,
} from './browser.ts';

const password = 'Simulated-1';

describeWith(['chromium'], 'Exchange servers', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let exchange: Exchange;

  beforeAll(async () => {
    [server, browser, exchange] = await Promise.all([startServer(), openBrowser(), startExchange({ habits: tame })]);
    ({ context, page, complaints } = await openContext(browser));
    exchange.world.addAccount({ password, impersonates: [administrator.email] });
    exchange.world.addUser({ name: 'Ada', address: administrator.email });
    exchange.world.addUser({ name: 'Ben', address: 'ben@example.com' });
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api('POST', '/setup', { token, ...administrator });
    await api('PUT', '/settings/network', {
      ...{ allowedNetworks: ['127.0.0.0/8'], certificateAuthorities: [], proxy: null },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await exchange?.stop();
  });

  const api = <T>(method: string, path: string, data?: unknown) => askApi<T>(context, server, method, path, data);
  const at = (path: string) => page.goto(`${server.url}/${path}`);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const dialog = () => page.getByRole('dialog');
  const card = () => page.getByRole('article', { name: 'Head office' });
  const picture = (name: string) => takePicture(page, name);

  it('one is added by the keyboard, with faults told beside their fields', async () => {
    await at('administration/exchange');
    await page.getByText('There is no Exchange server yet').waitFor();
    await button('Add an Exchange server').press('Enter');
    await dialog().getByLabel('Display name').fill('Head office');
    // A domain that nobody can have (RFC 2606).
    await dialog().getByLabel('Mail domain').fill('mail.invalid');
    await dialog().getByRole('button', { name: 'Find' }).press('Enter');
    await dialog().getByText('The user name of the service account is missing.').waitFor();
    await dialog().getByLabel('User name of the service account').fill('CONTOSO\\svc-whenabouts');
    await dialog().getByLabel('Its password').fill('mistyped');
    await dialog().getByRole('button', { name: 'Find' }).press('Enter');
    await dialog().getByText('No Exchange server was found for mail.invalid. Enter its address.').waitFor();
    await dialog().getByLabel('Mail domain').fill('ada@example.com');
    await dialog().getByLabel('Address of Exchange Web Services').fill('mail.example.com');
    await dialog().getByLabel('Certificate authorities for this server').fill('none');
    await picture('exchange-form');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Save' }).press('Enter');
    await dialog().getByText('Write an address such as https://mail.example.com/EWS/Exchange.asmx.').waitFor();
    await dialog().getByText('Write a mail domain, such as example.com.').waitFor();
    await dialog().getByText('This is not a certificate').waitFor();
    await dialog().getByLabel('Certificate authorities for this server').fill('');
    await dialog().getByLabel('Mail domain').fill('');
    await dialog().getByLabel('Address of Exchange Web Services').fill(exchange.url);
    await dialog().getByRole('button', { name: 'Save' }).press('Enter');
    await card().getByText(`${exchange.url}/EWS/Exchange.asmx`).waitFor();
    await dialog().waitFor({ state: 'detached' });
    await page.getByText('Saved.', { exact: true }).first().waitFor();
  });

  it('the check names the first fault, and the command that mends it', async () => {
    await card().getByRole('button', { name: 'Check', exact: true }).press('Enter');
    await card().getByLabel('A mailbox that is to be read').fill(administrator.email);
    await button('Check now').press('Enter');
    await card().getByText('doesn’t let the service account in').waitFor();

    await card().getByRole('button', { name: 'Change', exact: true }).press('Enter');
    await dialog().getByLabel('Its password').fill(password);
    await dialog().getByRole('button', { name: 'Save' }).press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await card().getByRole('button', { name: 'Check', exact: true }).press('Enter');
    await card().getByLabel('A mailbox that is to be read').fill('ben@example.com');
    await button('Check now').press('Enter');
    await card().getByText('The service account may not act for ben@example.com').waitFor();
    expect(await card().getByLabel('What helps in the Exchange Management Shell:').inputValue()).toContain(
      "-Role ApplicationImpersonation -User 'CONTOSO\\svc-whenabouts'",
    );
    await picture('exchange-check-fault');
    await card().getByLabel('A mailbox that is to be read').fill(administrator.email);
    await button('Check now').press('Enter');
    await card().getByText(`tells of changes in ${administrator.email}`).waitFor();
    await picture('exchange-check');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('a group is read from it, and it stays as long as it is', async () => {
    const { groups } = await api<{ groups: { id: string }[] }>('GET', '/groups');
    await at(`administration/groups/${groups[0]!.id}/synchronization`);
    await page.getByRole('radio', { name: /^Individual/ }).check();
    await page.getByRole('radio', { name: 'Exchange server' }).check();
    await page.getByLabel('Exchange server', { exact: true }).last().selectOption({ label: 'Head office' });
    await page.getByLabel('“Out of office” sets automatic replies').last().press('Space');
    await picture('exchange-settings');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Save').click();
    await dialog().getByText('The Exchange mailbox of 1 user will be read by this server.').waitFor();
    await dialog().getByRole('button', { name: 'Save now' }).click();
    await page.getByText('Saved.', { exact: true }).first().waitFor();
    const stored = await api<{ value: { source: string; exchange: object } }>(
      'GET',
      `/groups/${groups[0]!.id}/functions/synchronization`,
    );
    expect(stored.value).toMatchObject({ source: 'exchange', exchange: { automaticReplies: true } });

    await at('administration/exchange');
    await button('Remove Head office').press('Enter');
    await dialog().getByRole('button', { name: 'Remove' }).press('Enter');
    await dialog().getByText('“Head office” is in use').or(dialog().getByText('"Head office" is in use')).waitFor();
    await page.keyboard.press('Escape');
  });

  it('on a phone and in German', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await api('PATCH', '/me', { language: 'de' });
    await at('administration/exchange');
    await card().getByText('Benutzername des Dienstkontos').waitFor();
    await card().getByRole('button', { name: 'Prüfen', exact: true }).press('Enter');
    await card().getByLabel('Ein Postfach, das gelesen werden soll').fill(administrator.email);
    await button('Jetzt prüfen').press('Enter');
    await card().getByText(`meldet Änderungen in ${administrator.email}`).waitFor();
    await picture('exchange-de-check');
    expect(await sidewaysScroll(page)).toBe(0);
    await card().getByRole('button', { name: 'Ändern', exact: true }).press('Enter');
    await dialog().getByLabel('Maildomäne').waitFor();
    await picture('exchange-de-form');
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaints.filter((text) => !/status of (400|409|422)/.test(text))).toEqual([]);
  });
});

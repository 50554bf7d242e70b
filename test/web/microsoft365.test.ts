/**
 * Microsoft 365 by a user's consent, in real Chromium: an administrator registers Graph applications and checks them, the
 * user is led to the simulated sign-in by itself and consents, the agenda fills, presence and the phone follow an
 * appointment that is running, moved away, back and deleted; another sign-in by a pasted address; the grant is revoked
 * and the user is told; also in German and on a phone.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tame } from '../../simulators/microsoft365/habits.ts';
import { type Microsoft365, startMicrosoft365 } from '../../simulators/microsoft365/microsoft365.ts';
import { type Pbx, startPbx } from '../../simulators/pbx/pbx.ts';
import { pbxSettings } from '../../simulators/pbx/settings.ts';
import { administrator, until } from '../product.ts';
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

describeWith(['chromium'], 'Microsoft 365 by consent', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let cloud: Microsoft365;
  let pbx: Pbx;
  let tenantId: string;

  beforeAll(async () => {
    [server, browser, cloud, pbx] = await Promise.all([
      startServer(),
      openBrowser(),
      startMicrosoft365({ habits: tame }),
      startPbx({ extensions: ['201'], badHabits: false }),
    ]);
    ({ context, page, complaints } = await openContext(browser));
    tenantId = cloud.world.addTenant().id;
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api('POST', '/setup', { token, ...administrator });
    await api('PUT', '/settings/network', {
      ...{ allowedNetworks: ['127.0.0.0/8'], certificateAuthorities: [], proxy: null },
    });
    const { id: userId } = await api<{ id: string }>('GET', '/me');
    const { id: phoneSystemId } = await api<{ id: string }>('POST', '/phone-systems', {
      ...{ name: 'Switchboard', kind: 'http', mode: 'active', settings: pbxSettings(pbx.url) },
    });
    pbx.byHand('201', { mode: 'always', target: '555' });
    await api('POST', '/extensions', { userId, phoneSystemId, number: '201' });
    const { profiles } = await api<{ profiles: { id: string; key: string | null }[] }>('GET', '/profiles');
    const { id: profileId } = profiles.find(({ key }) => key === 'appointment')!;
    const forwarding = { mode: 'all', target: { kind: 'number', number: '299' } };
    await api('PATCH', `/profiles/${profileId}`, { forwarding });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await Promise.all([cloud?.stop(), pbx?.stop()]);
  });

  const api = <T>(method: string, path: string, data?: unknown) => askApi<T>(context, server, method, path, data);
  const at = (path: string) => page.goto(`${server.url}/${path}`);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const dialog = () => page.getByRole('dialog');
  const picture = (name: string) => takePicture(page, name);
  const status = async () => (await api<{ status: string }>('GET', '/users/me/presence')).status;
  const calls = (target: string) =>
    until(
      `201 forwarded to ${target}`,
      async () => pbx.state('201').target,
      (found) => found === target,
    );
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

  it('another one proves itself by a certificate, entered with its key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whenabouts-certificate-'));
    const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const how = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=whenabouts', '-days', '30'];
    execFileSync('openssl', [...how, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' });
    const [privateKey, certificate] = [readFileSync(keyFile, 'utf8'), readFileSync(certificateFile, 'utf8')];
    rmSync(folder, { recursive: true });
    const redirectUris = [`${server.url}/api/v1/graph/callback`];
    const registered = cloud.world.addApplication({ tenantId, name: 'Certified', certificates: [], redirectUris });
    await button('Add a Graph application').click();
    await dialog().getByLabel('Display name').fill('By certificate');
    await dialog().getByLabel('Application (client) id').fill(registered.clientId);
    await dialog().getByLabel('Directory (tenant) id').fill(tenantId);
    await dialog().getByLabel('Cloud').selectOption({ label: 'Addresses of its own' });
    await dialog().getByLabel('Sign-in address').fill(cloud.url);
    await dialog().getByLabel('Graph address').fill(cloud.url);
    await dialog().getByLabel('Proves itself by').selectOption('certificate');
    await dialog()
      .getByRole('textbox', { name: /^Certificate/ })
      .fill(certificate);
    await dialog().getByLabel('Private key').fill('It is in the drawer.');
    await button('Save').click();
    await dialog().getByText('Paste it as PEM text').waitFor();
    await picture('m365-certificate');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByLabel('Private key').fill(privateKey);
    await button('Save').click();
    const card = page.getByRole('article', { name: 'By certificate' });
    await card.getByText(/Certificate [0-9A-F]{40}, good until/).waitFor();
    expect(await page.content()).not.toContain('PRIVATE KEY');
    await card.getByRole('button', { name: 'Check', exact: true }).click();
    await card.getByRole('button', { name: 'Check now' }).click();
    await card.getByText('doesn’t know the certificate').waitFor();
    registered.certificates.push(certificate);
    await card.getByRole('button', { name: 'Check now' }).click();
    await card.getByText('The directory knows the application and its certificate.').waitFor();
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
    await calls('299');
    await picture('m365-agenda');

    mailbox.update(review.number, { start: local(24 * 60), end: local(25 * 60) });
    await readNow();
    await until('presence follows the move', status, (found) => found !== 'appointment');
    await calls('555');
    mailbox.update(review.number, { start: local(-5), end: local(55) });
    await readNow();
    await until('presence follows back', status, (found) => found === 'appointment');
    await calls('299');
    mailbox.delete(review.number);
    await readNow();
    await calls('555');
    expect(await status()).not.toBe('appointment');
  });

  it('out of office answers mail where the group wants it, and the user allows it', async () => {
    const { mailbox } = cloud.world.userBy(administrator.email)!;
    const { groups } = await api<{ groups: { id: string }[] }>('GET', '/groups');
    await at(`administration/groups/${groups[0]!.id}/synchronization`);
    const replies = page.getByRole('group', { name: 'Microsoft 365' }).getByLabel('“Out of office” sets automatic');
    await replies.press('Space');
    await page.getByLabel('Automatic replies to people outside').selectOption({ label: 'To the user’s contacts' });
    await picture('m365-replies-settings');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Save').click();
    await dialog().getByRole('button', { name: 'Save now' }).click();
    await page.getByText('Saved.', { exact: true }).first().waitFor();

    await api('PUT', '/users/me/presence/manual', { status: 'outOfOffice', end: { rule: 'untilChanged' } });
    await at('accounts');
    const account = page.getByRole('article').filter({ hasText: administrator.email });
    await account.getByText('the permission MailboxSettings.ReadWrite is missing').waitFor();
    await dialog().getByText('To set automatic replies while you are out of office').waitFor();
    await dialog().getByRole('button', { name: 'Sign in at Microsoft' }).click();
    await button('Accept').click();
    await page.getByText('Automatic replies are on until you are back.').waitFor();
    await picture('m365-replies');
    expect(mailbox!.automaticReplies).toMatchObject({ status: 'scheduled', externalAudience: 'contactsOnly' });
    expect(mailbox!.automaticReplies.internalReplyMessage).toContain('I am out of office until further notice.');

    await api('PATCH', '/me', { language: 'de' });
    await at('');
    await page
      .getByRole('button', { name: /Abwesend/ })
      .first()
      .click();
    await dialog().getByText('Automatische Antworten sind an, bis Sie zurück sind.').waitFor();
    await picture('m365-replies-de');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Zurück zu automatisch' }).click();
    await until(
      'the mailbox as before',
      async () => mailbox!.automaticReplies.status,
      (found) => found === 'disabled',
    );
    await dialog().getByText('Automatische Antworten sind an').waitFor({ state: 'detached' });
    expect(mailbox!.automaticReplies.internalReplyMessage).toBe('');
    await api('PATCH', '/me', { language: 'en' });
  });

  it('an application that leads to a page of Microsoft’s own: its address is pasted, and only the right one counts', async () => {
    const registered = cloud.world.addApplication({ tenantId, name: 'Desktop', kind: 'public' });
    const custom = { cloud: 'custom', loginAddress: cloud.url, graphAddress: cloud.url };
    const { id: graphApplicationId } = await api<{ id: string }>('POST', '/graph-applications', {
      ...{ name: 'Desktop calendars', clientId: registered.clientId, tenantId, ...custom },
    });
    const { groups } = await api<{ groups: { id: string }[] }>('GET', '/groups');
    await api('PUT', `/groups/${groups[0]!.id}/functions/synchronization`, {
      ...{ mode: 'individual', value: { microsoft365: { allowed: true, required: true, graphApplicationId } } },
    });
    await at('');
    await dialog().getByText('no longer accepts the sign-in').waitFor();
    await dialog().getByText('If Microsoft doesn’t lead back here').click();
    const opened = context.waitForEvent('page');
    await dialog().getByRole('button', { name: 'Open the sign-in in a new tab' }).click();
    const tab = await opened;
    await tab.getByRole('button', { name: 'Accept' }).click();
    await tab.waitForURL(/\/common\/oauth2\/nativeclient\?/);
    const address = tab.url();
    await tab.close();
    const field = dialog().getByLabel('Address of the empty page');
    await field.fill(`${cloud.url}/common/oauth2/nativeclient`);
    await dialog().getByRole('button', { name: 'Finish' }).click();
    await dialog().getByText('it has "code=" and "state=" in it').waitFor();
    await picture('m365-paste');
    expect(await seriousFindings(page)).toEqual([]);
    await field.fill(address);
    await dialog().getByRole('button', { name: 'Finish' }).click();
    await page.getByText('Your Microsoft 365 mailbox is connected.').waitFor();
    const { accounts } = await api<{ accounts: object[] }>('GET', '/accounts');
    expect(accounts).toHaveLength(1);
    await readNow();
    const { state } = await api<{ state: string }>('GET', '/users/me/graph-consent');
    expect(state).toBe('good');
  });

  it('a revoked grant is told, in German and on a phone too, and can be put off', async () => {
    cloud.world.userBy(administrator.email)!.validFrom = Date.now() + 1_000;
    await page.evaluate(() => localStorage.removeItem('whenabouts.microsoft365Asked')); // as signing in anew does
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
    await page.getByText('Umleitungsadresse', { exact: true }).first().waitFor();
    await picture('m365-de');
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    const refused = / 400 \(Bad Request\)/; // what was filled in wrongly above
    expect(complaints.filter((text) => !text.includes(cloud.url) && !refused.test(text))).toEqual([]);
  });
});

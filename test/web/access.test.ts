/**
 * People and access in real Chromium: the second factor from set-up to sign-in, sessions, tokens, the audit log, what
 * colleagues are to each other, and acting for somebody. The tests build on one another in the order in which they stand.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeOfStep, fromBase32, stepAt } from '../../server/src/organization/sign-in/totp.ts';
import { administrator } from '../product.ts';
import { startIdentityProvider } from '../servers/identity-provider.ts';
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

const anna = { displayName: 'Anna Seghers', email: 'anna@example.com', password: 'the seventh cross, 1942' };

describeWith(['chromium'], 'people and access', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let other: { context: BrowserContext; page: Page; complaints: string[] };
  let annaId: string;

  const api = <T>(from: BrowserContext, method: string, path: string, data?: unknown) =>
    askApi<T>(from, server, method, path, data);

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), openBrowser()]);
    ({ context, page, complaints } = await openContext(browser));
    other = await openContext(browser);
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api(context, 'POST', '/setup', { token, ...administrator });
    const { displayName, email, password } = anna;
    const made = await api<{ user: { id: string }; invitation: { url: string } }>(context, 'POST', '/users', {
      displayName,
      email,
    });
    annaId = made.user.id;
    await api(other.context, 'POST', `/invitations/${made.invitation.url.split('/').at(-1)}`, { password });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  let secret: Uint8Array = new Uint8Array();
  let usedStep = 0;
  let recoveryCodes: string[] = [];
  /** A code that was not used yet: each time step's is taken once, and the next one is taken a little early. */
  const nextCode = () => {
    usedStep = Math.max(usedStep + 1, stepAt(Temporal.Now.instant()));
    return codeOfStep(secret, usedStep);
  };

  it('sets up a second factor by its secret, and shows the recovery codes once', async () => {
    await page.goto(`${server.url}/settings/security`);
    await page.getByRole('button', { name: 'Set it up' }).click();
    const picture = page.getByRole('img', { name: 'QR code for the authenticator app' });
    await picture.waitFor();
    expect(await page.evaluate("document.querySelector('.qr').naturalWidth")).toBeGreaterThan(20);
    secret = fromBase32(await page.getByLabel('Secret').inputValue());
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await page.getByText('This is not the code that the app shows now.').waitFor();
    await page.getByLabel('Code', { exact: true }).fill(nextCode());
    await page.getByRole('button', { name: 'Switch it on' }).click();
    const list = page.getByRole('list', { name: 'Recovery codes' });
    await list.waitFor();
    recoveryCodes = await list.getByRole('listitem').allTextContents();
    expect(recoveryCodes).toHaveLength(10);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('whenabouts-recovery-codes.txt');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();
    await page.reload();
    await page.getByText(/^The second step is on since/).waitFor();
    expect(await list.count()).toBe(0);
  });

  it('asks for a code at the next sign-in, and leads to the page one came for', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    await page.goto(`${server.url}/administration/audit`);
    await enter(page, administrator.password);
    await page.getByRole('heading', { name: 'Second step', level: 1 }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Code', { exact: true }).fill('123456');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This code is wrong, too old, or was used already.').waitFor();
    await page.getByLabel('Code', { exact: true }).fill(nextCode());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor();
  });

  it('takes a recovery code instead, once, on another device', async () => {
    const third = await openContext(browser, { language: 'de', phone: true });
    await third.page.goto(`${server.url}/settings/security`);
    await third.page.getByLabel('E-Mail-Adresse').fill(administrator.email);
    await third.page.getByLabel('Passwort', { exact: true }).fill(administrator.password);
    await third.page.getByRole('button', { name: 'Anmelden' }).click();
    await third.page.getByRole('button', { name: 'Mit Wiederherstellungscode' }).click();
    expect(await sidewaysScroll(third.page)).toBeLessThanOrEqual(0);
    await third.page.getByLabel('Wiederherstellungscode').fill(recoveryCodes[0]!);
    await third.page.getByRole('button', { name: 'Anmelden' }).click();
    // The page is in the user's language from here on.
    await third.page.getByText('9 recovery codes are left.').waitFor();

    await page.goto(`${server.url}/settings/security`);
    const sessions = page.locator('.list li', { hasText: 'Chrome on Linux' });
    await sessions.nth(1).waitFor();
    expect(await sessions.filter({ hasText: 'This one' }).count()).toBe(1);
    await sessions
      .filter({ hasNotText: 'This one' })
      .getByRole('button', { name: /^End the session/ })
      .click();
    await page.getByText('The session is ended.').waitFor();
    await sessions.nth(1).waitFor({ state: 'detached' });
    await third.page.goto(`${server.url}/settings/security`);
    await third.page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(third.page.url()).pathname).toBe('/sign-in');
    await third.context.close();
  });

  it('makes a token that reads and no more, and withdraws it', async () => {
    await other.page.goto(`${server.url}/settings/security`);
    await other.page.getByRole('button', { name: 'Make a token' }).click();
    const dialog = other.page.getByRole('dialog', { name: 'Make a token' });
    // A user may not hand on what only administrators may.
    expect(await dialog.getByRole('checkbox').count()).toBe(4);
    await dialog.getByLabel('What is it for?').fill('Time recording');
    expect(await seriousFindings(other.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make it' }).click();
    const token = await dialog.getByLabel('Token', { exact: true }).inputValue();
    await dialog.getByRole('button', { name: 'Close' }).click();
    const asked = (method: string, path: string) =>
      fetch(`${server.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    expect((await asked('GET', '/users/me/presence')).status).toBe(200);
    expect((await asked('DELETE', '/users/me/presence/manual')).status).toBe(403);
    await other.page.getByRole('button', { name: 'Withdraw the token Time recording' }).click();
    await other.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await other.page.getByText('No tokens yet').waitFor();
    expect((await asked('GET', '/users/me/presence')).status).toBe(401);
  });

  it('shows a change in the audit log, from what to what, in both languages', async () => {
    await page.goto(`${server.url}/administration/audit`);
    await page.getByText('Ada Lovelace made the user “Anna Seghers”.').waitFor();
    await api(context, 'PATCH', `/users/${annaId}`, { displayName: 'Anna Radványi', mobileNumber: '+49 170 1234567' });
    await page.reload();
    const line = page.locator('.audit > li', { hasText: 'Ada Lovelace changed the user “Anna Radványi”.' });
    await line.waitFor();
    expect(await line.locator('dt').allTextContents()).toEqual(expect.arrayContaining(['Name', 'Mobile number']));
    expect(await line.locator('del').first().textContent()).toBe('Anna Seghers');
    expect(await line.locator('ins').first().textContent()).toBe('Anna Radványi');
    await page.getByLabel('What').selectOption('API tokens');
    await page.getByText('Anna Seghers made the API token “Time recording”.').waitFor();
    await line.waitFor({ state: 'detached' });
    expect(await seriousFindings(page)).toEqual([]);
    await api(context, 'PATCH', '/me', { language: 'de' });
    await page.goto(`${server.url}/administration/audit`);
    await page.getByText('Ada Lovelace hat den Benutzer „Anna Radványi“ geändert.').waitFor();
    await api(context, 'PATCH', '/me', { language: 'en' });
    await page.goto(`${server.url}/administration/audit`);
    await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor();
  });

  it('lets one’s own choice decide what a colleague sees of the agenda, and takes it back by undo', async () => {
    const { groupId } = await api<{ groupId: string }>(context, 'GET', '/me');
    const detail = { external: 'nothing', employee: 'nothing', colleague: 'allButPrivate', assistant: 'allButPrivate' };
    const value = { detail, relationship: { withinLocation: 'employee', acrossLocations: 'external' } };
    await api(context, 'PUT', `/groups/${groupId}/functions/privacy`, { mode: 'individual', value });
    const now = Date.now();
    const [from, to] = [now - 3_600_000, now + 3_600_000].map((at) => new Date(at).toISOString());
    const seen = () => context.request.get(`${server.url}/api/v1/users/${annaId}/agenda?from=${from}&to=${to}`);
    expect((await seen()).status()).toBe(403);

    await other.page.goto(`${server.url}/settings/colleagues`);
    await other.page.getByText('Of your agenda they see nothing.').first().waitFor();
    const row = other.page.locator('.relationships li', { hasText: administrator.displayName });
    await row.getByText('Employee · as usual between your locations').waitFor();
    expect(await seriousFindings(other.page)).toEqual([]);
    await row.getByLabel('What Ada Lovelace is to you').selectOption('Team colleague');
    await row.getByText('Team colleague · your own choice').waitFor();
    expect((await seen()).status()).toBe(200);
    await other.page.getByRole('button', { name: 'Undo' }).click();
    await row.getByText('Employee · as usual between your locations').waitFor();
    expect((await seen()).status()).toBe(403);
  });

  it('lets an assistant set presence for somebody, who is told who it was', async () => {
    // Ada makes Anna her assistant.
    await page.goto(`${server.url}/settings/colleagues`);
    await page.getByLabel('What Anna Radványi is to you').selectOption('Assistant');
    await page.getByText('Anna Radványi: Assistant from now on.').waitFor();
    await page.goto(server.url);
    await page.locator('.my-presence[data-status=available], .my-presence[data-status=unavailable]').waitFor();

    await other.page.goto(`${server.url}/colleagues`);
    await other.page.getByRole('button', { name: 'Change the presence of Ada Lovelace' }).click();
    const panel = other.page.getByRole('dialog', { name: 'For Ada Lovelace' });
    await panel.getByText('You act for Ada Lovelace').waitFor();
    await panel.getByRole('radio', { name: /Do not disturb/ }).check({ force: true });
    await panel.getByRole('radio', { name: 'Until I change it' }).check();
    expect(await seriousFindings(other.page)).toEqual([]);
    await panel.getByRole('button', { name: 'Set it' }).click();
    await other.page.getByText('For Ada Lovelace: Do not disturb is set.').waitFor();

    await page.locator('.my-presence[data-status=doNotDisturb]').waitFor();
    await page.getByRole('button', { name: /^My presence/ }).click();
    await page.getByText('Set by Anna Radványi').first().waitFor();
    await page.getByRole('button', { name: 'Back to automatic' }).click();
    await page.locator('.my-presence:not([data-status=doNotDisturb])').waitFor();
    await page.goto(`${server.url}/settings/history`);
    await page.locator('.history li', { hasText: 'Set by Anna Radványi' }).first().waitFor();
  });

  it('leads whoever needs a second step and has none to setting it up, and to nothing else', async () => {
    await page.goto(`${server.url}/administration/sign-in`);
    const ofUsers = page.getByLabel('All other users');
    await ofUsers.check();
    await page.getByText('Saved.').waitFor();
    await other.page.goto(`${server.url}/colleagues`);
    await other.page.getByText('Your role needs the second step.').waitFor();
    expect(new URL(other.page.url()).pathname).toBe('/settings/security');
    await other.page.getByRole('button', { name: 'Set it up' }).waitFor();
    expect(await other.page.getByRole('heading', { name: 'API tokens' }).count()).toBe(0);
    expect(await seriousFindings(other.page)).toEqual([]);
    await Promise.all([page.waitForResponse((answer) => answer.request().method() !== 'GET'), ofUsers.uncheck()]);
  });

  it('adds an identity provider by its form, checks it in steps, and lets somebody in by its button', async () => {
    const provider = await startIdentityProvider(`${server.url}/api/v1/sign-in/callback`);
    try {
      const network = await api<Record<string, unknown>>(context, 'GET', '/settings/network');
      await api(context, 'PUT', '/settings/network', { ...network, allowedNetworks: ['127.0.0.0/8', '::1/128'] });
      await page.goto(`${server.url}/administration/sign-in/new`);
      const redirect = page.getByLabel('Redirect address', { exact: true });
      expect(await redirect.inputValue()).toBe(`${server.url}/api/v1/sign-in/callback`);
      await page.getByLabel('Name', { exact: true }).fill('Example Ltd');
      await page.getByLabel('Issuer').fill(provider.issuer);
      await page.getByLabel('Client id').fill(provider.clientId);
      await page.getByLabel('Client secret').and(page.locator('input')).fill(provider.clientSecret);
      await page.getByLabel('Scopes').fill('openid profile email groups');
      await page.getByLabel('Make a user at the first sign-in').check();
      await page.getByRole('button', { name: 'Add a group' }).click();
      await page.getByLabel('Group 1', { exact: true }).fill('auditors');
      await page.getByLabel('Role of group 1').selectOption('Reader');
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Save' }).click();
      const card = page.getByRole('article', { name: 'Example Ltd' });
      await card.getByRole('button', { name: 'Check Example Ltd' }).click();
      await card.locator('.steps li').nth(3).waitFor();
      expect(await card.locator('.steps [data-ok=false]').allTextContents()).toEqual([]);

      provider.account = {
        ...{ sub: 'mary-1', email: 'mary@example.com', email_verified: true, name: 'Mary Somerville' },
        groups: ['auditors'],
      };
      const third = await openContext(browser);
      await third.page.goto(`${server.url}/administration/audit`);
      await third.page.getByRole('link', { name: 'Sign in with Example Ltd' }).click();
      await third.page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor();
      await third.page.getByText('Mary Somerville signed in.').waitFor();
      // A reader may look and change nothing.
      await third.page.getByText('You may look at everything here, and change nothing.').waitFor();
      await third.context.close();
    } finally {
      await provider.stop();
    }
  });

  it('has nothing serious for axe on its pages, light and dark, and scrolls sideways nowhere on a phone', async () => {
    const own = ['/settings', '/settings/security', '/settings/colleagues', '/settings/history'];
    const places = ['audit', 'sign-in', 'sign-in/new', 'leaving'].map((place) => `/administration/${place}`);
    const found: string[] = [];
    for (const path of [...own, ...places]) {
      await page.goto(server.url + path);
      await page.locator('h1').first().waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        const rules = scheme === 'dark' ? ['color-contrast', 'link-in-text-block'] : [];
        for (const finding of await seriousFindings(page, rules)) found.push(`${path} ${scheme}: ${finding}`);
      }
      await page.setViewportSize({ width: 360, height: 740 });
      const wide = await sidewaysScroll(page);
      if (wide > 0) found.push(`${path} is ${wide} px too wide for a phone`);
      await page.setViewportSize({ width: 1280, height: 860 });
    }
    expect(found).toEqual([]);
    // Requests that were refused on purpose are named by the browser itself.
    const refused = (text: string) => text.startsWith('Failed to load resource');
    expect([...complaints, ...other.complaints].filter((text) => !refused(text))).toEqual([]);
  });

  async function enter(at: Page, password: string): Promise<void> {
    await at.getByLabel('E-mail address').fill(administrator.email);
    await at.getByLabel('Password', { exact: true }).fill(password);
    await at.getByRole('button', { name: 'Sign in' }).click();
  }
});

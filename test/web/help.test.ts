/**
 * Helping people in real Chromium, as an administrator does on their pages: a second extension, profiles that people make
 * for themselves, a role with locations, sessions and the second step, profiles of a group begun anew, a removal that
 * waits and is taken back; and what is said to somebody who has tried too many passwords.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeOfStep, fromBase32, stepAt } from '../../server/src/organization/sign-in/totp.ts';
import { type Pbx, startPbx } from '../../simulators/pbx/pbx.ts';
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

const ben = { displayName: 'Ben Bauer', email: 'ben@example.com', password: 'seven bridges of koenigsberg' };

describeWith(['chromium'], 'helping people', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let pbx: Pbx;
  let bens: BrowserContext;
  let benId: string;

  const api = <T>(from: BrowserContext, method: string, path: string, data?: unknown) =>
    askApi<T>(from, server, method, path, data);
  const at = (path: string) => page.goto(`${server.url}/administration/${path}`);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  /** Ben's first phone, as the phone system itself tells. */
  async function forwardedTo(target: string | null): Promise<void> {
    const there = () => (pbx.state('201').mode === 'off' ? null : pbx.state('201').target);
    for (const deadline = Date.now() + 8_000; there() !== target && Date.now() < deadline; )
      await api(context, 'GET', `/users/${benId}/presence`);
    expect(there()).toBe(target);
  }

  beforeAll(async () => {
    [server, browser, pbx] = await Promise.all([
      startServer(),
      openBrowser(),
      startPbx({ extensions: ['201', '202'], badHabits: false }),
    ]);
    ({ context, page, complaints } = await openContext(browser));
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api(context, 'POST', '/setup', { token, ...administrator });
    const network = { allowedNetworks: ['127.0.0.0/8'], certificateAuthorities: [], proxy: null };
    await api(context, 'PUT', '/settings/network', network);
    const address = `${pbx.url}/api/extensions/{{extension}}/forwarding`;
    await api(context, 'POST', '/phone-systems', {
      ...{ name: 'Switchboard', kind: 'http', mode: 'active' },
      settings: {
        set: { method: 'PUT', address, body: '{"mode": "always", "target": "{{target}}"}' },
        clear: { method: 'DELETE', address },
        read: { address, target: '/target' },
      },
    });
    const { displayName, email, password } = ben;
    const made = await api<{ user: { id: string }; invitation: { url: string } }>(context, 'POST', '/users', {
      displayName,
      email,
    });
    benId = made.user.id;
    ({ context: bens } = await openContext(browser));
    await api(bens, 'POST', `/invitations/${made.invitation.url.split('/').at(-1)}`, { password });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await pbx?.stop();
  });

  it('gives somebody two extensions on one phone system', async () => {
    await at(`users/${benId}`);
    await button('Change').click();
    await dialog().getByLabel('Extension on “Switchboard”').fill('201');
    await dialog().getByRole('button', { name: 'Another extension on “Switchboard”' }).click();
    await dialog().getByLabel('Extension 2 on “Switchboard”').fill('202');
    await page.keyboard.press('Enter');
    await page.getByText('201, 202').waitFor();
  });

  it('lets somebody make profiles of their own, choose one, and remove it once it is free', async () => {
    const own = await bens.newPage();
    const ofOwn = (name: string) => own.getByRole('button', { name, exact: true });
    const window = own.getByRole('dialog');
    own.on('pageerror', ({ message }) => complaints.push(message));
    await own.goto(`${server.url}/settings/profiles`);
    await own.getByText('No profile of your own yet').waitFor();
    await ofOwn('Add a profile').press('Enter');
    await window.getByLabel('Name').fill('At the customer’s');
    await window.getByLabel('Status').selectOption({ label: 'Out of office' });
    await window.getByLabel('Call forwarding').selectOption({ label: 'Internal calls' });
    await window.getByText('Switchboard can’t do this; your calls ring on there.').first().waitFor();
    await window.getByLabel('Call forwarding').selectOption({ label: 'All calls' });
    await window.getByLabel('Target').selectOption({ label: 'A number' });
    await window.getByLabel('Number').fill('207');
    await window.getByLabel('Note for colleagues (optional)').fill('Back {{until}}');
    expect(await seriousFindings(own)).toEqual([]);
    await takePicture(own, 'own-profile-form');
    await own.keyboard.press('Enter');
    await own.getByText('Out of office · Calls go to 207').waitFor();

    await own.locator('.my-presence').click();
    await window.getByRole('radio', { name: 'At the customer’s' }).check();
    await window.getByRole('radio', { name: 'Until I change it' }).check();
    await ofOwn('Set it').click();
    await forwardedTo('207');
    await ofOwn('Remove the profile At the customer’s').press('Enter');
    await window.getByRole('button', { name: 'Remove' }).press('Enter');
    await window.getByText('can’t be removed: chosen just now by Ben Bauer').waitFor();
    await own.keyboard.press('Escape');
    await own.locator('.my-presence').click();
    await ofOwn('Back to automatic').click();
    await own.keyboard.press('Escape');
    await forwardedTo(null);
    await ofOwn('Remove the profile At the customer’s').press('Enter');
    await window.getByRole('button', { name: 'Remove' }).press('Enter');
    await own.getByText('No profile of your own yet').waitFor();
    const removed = own.locator('.notice', { hasText: '“At the customer’s” is removed.' });
    await removed.getByRole('button', { name: 'Undo' }).press('Enter');
    await own.getByText('Out of office · Calls go to 207').waitFor();
    expect(await seriousFindings(own)).toEqual([]);
    await takePicture(own, 'own-profiles');
    await own.close();
  });

  it('lets one take a central profile as one’s own, in German and on a phone, where the group allows it', async () => {
    const small = await openContext(browser, { language: 'de', phone: true });
    await small.context.addCookies(await bens.cookies());
    await api(bens, 'PATCH', '/me', { language: 'de' });
    const own = small.page;
    await own.goto(`${server.url}/settings/profiles`);
    await own.getByRole('button', { name: 'Als eigenes übernehmen: Gleich zurück' }).press('Enter');
    await own.getByLabel('Notiz für andere (freiwillig)').fill('Kaffee');
    expect(await sidewaysScroll(own)).toBe(0);
    expect(await seriousFindings(own)).toEqual([]);
    await takePicture(own, 'own-profile-form-phone');
    await own.keyboard.press('Enter');
    await own.getByText('statt „Gleich zurück“').waitFor();
    expect(await own.getByText('von Ihrem Standort').count()).toBe(6);
    expect(await sidewaysScroll(own)).toBe(0);
    await takePicture(own, 'own-profiles-phone');

    const { locations } = await api<{ locations: { id: string }[] }>(context, 'GET', '/locations');
    const allow = (ownAllowed: boolean) =>
      api(context, 'PUT', `/locations/${locations[0]!.id}/functions/profiles`, { value: { ownAllowed } });
    await allow(false);
    await own.reload();
    await own.getByText('Ihre Gruppe erlaubt keine eigenen Profile').waitFor();
    expect(await own.getByText('von Ihrem Standort').count()).toBe(7);
    expect(await own.getByRole('button', { name: /übernehmen|hinzufügen/ }).count()).toBe(0);
    expect(await seriousFindings(own)).toEqual([]);
    await takePicture(own, 'own-profiles-forbidden');
    await allow(true);
    await api(bens, 'PATCH', '/me', { language: 'en' });
    complaints.push(...small.complaints);
    await small.context.close();
  });

  it('gives a role with locations, ends sessions, and removes the second step', async () => {
    const { secret } = await api<{ secret: string }>(bens, 'POST', '/me/second-factor');
    const code = codeOfStep(fromBase32(secret), stepAt(Temporal.Now.instant()));
    await api(bens, 'POST', '/me/second-factor/confirm', { code });
    await at(`users/${benId}`);
    await page.getByLabel('Role', { exact: true }).selectOption('Administrator of locations');
    await page.getByText('Choose at least one location.').waitFor();
    expect(await button('Save the role').isDisabled()).toBe(true);
    await page.getByRole('group', { name: 'Locations' }).getByRole('checkbox').first().check();
    await button('Save the role').click();
    await page.getByText('The role of Ben Bauer is saved and counts at once.').waitFor();
    await api(bens, 'GET', '/locations');
    expect(await seriousFindings(page)).toEqual([]);

    await button('Remove the second step').click();
    await dialog().getByRole('button', { name: 'Remove the second step' }).click();
    await page.getByText('Not set up.').waitFor();
    // Whoever's second step goes is signed out; what is left of sessions ends by its own button.
    await api(bens, 'POST', '/session', { email: ben.email, password: ben.password });
    await page.reload();
    await button('End all sessions').click();
    await dialog().getByRole('button', { name: 'End all sessions' }).click();
    await page.getByText('Nowhere at the moment.').waitFor();
    await expect(api(bens, 'GET', '/me')).rejects.toThrow('401');
  });

  it('begins the profiles of a group anew from its location', async () => {
    const { groups } = await api<{ groups: { id: string }[] }>(context, 'GET', '/groups');
    await at(`groups/${groups[0]!.id}/profiles`);
    await page.getByRole('radio', { name: /^Individual/ }).check();
    await button('Save').click();
    await page.getByRole('button', { name: 'Save now' }).click();
    await page.getByText('Saved.').first().waitFor(); // the list is the group's own from then on
    await page.getByRole('button', { name: 'Change the profile Be right back' }).click();
    await dialog().getByLabel('Note for colleagues (optional)').fill('Coffee');
    await page.keyboard.press('Enter');
    await page.getByText('Coffee').waitFor();
    await button('Start again').click();
    await button('Replace them').click();
    await page.getByText('Coffee').waitFor({ state: 'detached' });
  });

  it('dials nothing before a number where a prefix is nothing', async () => {
    const { locations } = await api<{ locations: { id: string }[] }>(context, 'GET', '/locations');
    await at(`locations/${locations[0]!.id}/dialling`);
    await page.getByLabel('Country').selectOption({ label: 'Germany (+49)' });
    await page.getByLabel('International prefix').selectOption('nothing');
    await button('Save').click();
    await page.getByText('Everything is saved.').waitFor(); // a “Saved.” of before may still be shown
    const number = page.getByLabel('Number as somebody would write it');
    await number.fill('+44 20 7946 0018');
    await number.press('Enter');
    await page.locator('.try-dialled', { hasText: /^442079460018$/ }).waitFor();
    await page.getByLabel('International prefix').selectOption('as usual there: 00');
    await button('Undo changes').click();
    expect(await page.getByLabel('International prefix').inputValue()).toBe('nothing');
  });

  it('says what a removal will do, shows why it waits, and takes it back', async () => {
    const { profiles } = await api<{ profiles: { id: string; name: string }[] }>(
      context,
      'GET',
      `/users/${benId}/presence/profiles`,
    );
    const profileId = profiles.find(({ name }) => name === 'Do not disturb')!.id;
    await api(context, 'PATCH', `/profiles/${profileId}`, {
      forwarding: { mode: 'all', target: { kind: 'number', number: '205' } },
    });
    await api(context, 'PUT', `/users/${benId}/presence/manual`, { profileId, end: { rule: 'untilChanged' } });
    await forwardedTo('205');
    await pbx.kill();
    await at(`users/${benId}`);
    await button('Remove').click();
    await dialog().getByText('Extensions 201, 202 get back what was set there before.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Remove the user' }).click();
    await page.getByRole('heading', { name: 'Removals', level: 1 }).waitFor();
    const leaving = page.getByRole('article', { name: 'User Ben Bauer' });
    await leaving.locator('[data-state=failed]').waitFor();
    await leaving.getByRole('button', { name: 'Take the removal back: User Ben Bauer' }).click();
    await dialog().getByRole('button', { name: 'Take it back' }).click();
    await leaving.getByText('taken back').waitFor();
    await pbx.start();
    await api(bens, 'POST', '/session', { email: ben.email, password: ben.password });
  });

  it('tells who has tried too many passwords when to try again', async () => {
    const stranger = await openContext(browser);
    const tried = { email: 'nobody@example.com', password: 'guessing' };
    for (let times = 0; times < 10; times += 1)
      await expect(api(stranger.context, 'POST', '/session', tried)).rejects.toThrow('401');
    await stranger.page.goto(`${server.url}/`);
    await stranger.page.getByLabel('E-mail address').fill(tried.email);
    await stranger.page.getByLabel('Password', { exact: true }).fill(tried.password);
    await stranger.page.keyboard.press('Enter');
    await stranger.page.getByText(/^Too many failed tries\. You can try again at \d\d:\d\d\.$/).waitFor();
    await stranger.page.locator('.locked-out-left', { hasText: /^[01]:\d\d$/ }).waitFor();
    expect(await seriousFindings(stranger.page)).toEqual([]);
  });

  it('leaves nothing to complain about', () => {
    // Requests that were refused on purpose are named by the browser itself.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });
});

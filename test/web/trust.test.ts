/**
 * Trusting a phone system, in real Chromium: it is watched, switched on, changed by hand at the phone, taken back, paused
 * and given back; a user's own pause; the alert of a system that paused itself; also in German and on a phone.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pbx, startPbx } from '../../simulators/pbx/pbx.ts';
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

const numbers = Array.from({ length: 8 }, (_, at) => String(201 + at));

describeWith(['chromium'], 'trusting a phone system', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let pbx: Pbx;
  let systemId: string;
  let me: string;

  const api = <T>(method: string, path: string, data?: unknown) => askApi<T>(context, server, method, path, data);
  const at = (path: string) => page.goto(`${server.url}/${path}`);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const dialog = () => page.getByRole('dialog');
  const phone = (number: string, target: string | null) =>
    until(
      `${number} forwarded to ${target}`,
      async () => pbx.state(number).target,
      (found) => found === target,
    );
  const picture = (name: string) => takePicture(page, name);

  beforeAll(async () => {
    [server, browser, pbx] = await Promise.all([
      startServer(),
      openBrowser(),
      startPbx({ extensions: numbers, badHabits: false }),
    ]);
    ({ context, page, complaints } = await openContext(browser));
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api('POST', '/setup', { token, ...administrator });
    const network = { allowedNetworks: ['127.0.0.0/8'], certificateAuthorities: [], proxy: null };
    await api('PUT', '/settings/network', network);
    const address = `${pbx.url}/api/extensions/{{extension}}/forwarding`;
    ({ id: systemId } = await api<{ id: string }>('POST', '/phone-systems', {
      ...{ name: 'Switchboard', kind: 'http', guardShare: 50 },
      settings: {
        set: { method: 'PUT', address, body: '{"mode": "always", "target": "{{target}}"}' },
        clear: { method: 'DELETE', address },
        read: { address, target: '/target' },
      },
    }));
    ({ id: me } = await api<{ id: string }>('GET', '/me'));
    await api('POST', '/extensions', { userId: me, phoneSystemId: systemId, number: '201' });
    const { id: profileId } = await api<{ id: string }>('POST', '/profiles', {
      ...{
        name: 'Away',
        status: 'outOfOffice',
        forwarding: { mode: 'all', target: { kind: 'number', number: '299' } },
      },
    });
    await api('PUT', '/users/me/presence/manual', { profileId, end: { rule: 'untilChanged' } });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await pbx?.stop();
  });

  it('is only watched at first, and shows what it would do', async () => {
    await at('administration/phones');
    await page.getByText('Only watched: nothing is written to its phones.').waitFor();
    await picture('1-phones');
    await page.getByRole('link', { name: 'What it would do' }).click();
    const line = page.getByRole('row', { name: /201/ });
    await line.getByText('goes to 299').waitFor();
    await page.getByText('It would forward 1 of 1 phones now.').waitFor();
    await page.getByText('would be set: goes to 299').waitFor();
    await picture('2-outlook');
    expect(await seriousFindings(page)).toEqual([]);
    expect(pbx.state('201').target).toBeNull();
  });

  it('is switched on with a summary', async () => {
    await button('Switch on …').press('Enter');
    await dialog().getByText('It would forward 1 of 1 phones now.').waitFor();
    await picture('3-switch-on');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Switch on', exact: true }).press('Enter');
    await phone('201', '299');
    await page.getByText('by Whenabouts').waitFor();
  });

  it('a change by hand at the phone is shown to its user, who takes it back', async () => {
    await at('');
    await page.locator('.my-presence').click();
    await dialog().getByText('Set and checked at the phone system').waitFor();
    // Looked at anew when it is resumed: else this system, which tells nothing by itself, is asked after 30 s.
    await api('PUT', '/users/me/forwarding-pause', { giveBack: false });
    pbx.byHand('201', { mode: 'always', target: '777' });
    await dialog().getByText('Forwarding is paused by Ada Lovelace').waitFor();
    await dialog().getByRole('button', { name: 'Resume forwarding' }).click();
    await dialog().getByText('Calls go to 777').waitFor();
    await picture('4-by-hand');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Take it back' }).click();
    await phone('201', '299');
    await dialog().getByText('Set and checked at the phone system').waitFor();
  });

  it('a user pauses the own forwarding, and gets back what was set by hand', async () => {
    await dialog().getByRole('button', { name: 'Pause forwarding for me' }).click();
    await phone('201', '777');
    await dialog().getByText('Forwarding is paused by Ada Lovelace').waitFor();
    await picture('5-own-pause');
    await dialog().getByRole('button', { name: 'Resume forwarding' }).click();
    await phone('201', '299');
  });

  it('an administrator gives everything back now, with a reason, and resumes', async () => {
    await at('administration/phones');
    await button('Pause or give back …').click();
    await dialog().getByLabel('Why (optional)').fill('The exchange is being moved.');
    await picture('6-pause');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Give back and pause' }).click();
    await phone('201', '777');
    await page.getByText('Everything is given back: nothing of Whenabouts is on any of these phones.').waitFor();
    await page.getByText('“The exchange is being moved.”').waitFor();
    await picture('7-given-back');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Resume').click();
    await phone('201', '299');
  });

  it('asks whether a system with another address is the same one, while something of ours is on its phones', async () => {
    const asked = await openContext(browser); // which complains of the refused request
    await asked.context.addCookies(await context.cookies());
    await asked.page.goto(`${server.url}/administration/phones`);
    await asked.page.getByRole('button', { name: 'Change', exact: true }).click();
    const form = asked.page.getByRole('dialog');
    const read = form.getByRole('group', { name: 'Read the state back' });
    const address = read.getByLabel('Address', { exact: true });
    await address.fill((await address.inputValue()).replace('127.0.0.1', 'localhost'));
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('phones still forward by Whenabouts, 1 of them').waitFor();
    await takePicture(asked.page, '7-moved');
    expect(await seriousFindings(asked.page)).toEqual([]);
    await form.getByLabel('The same phone system at a new address').check();
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await phone('201', '299');
    await asked.context.close();
  });

  it('tells administrators of a system that paused itself, who look at it and let the changes through', async () => {
    const { groups } = await api<{ groups: { id: string }[] }>('GET', '/groups');
    const people = await Promise.all(
      numbers.slice(1).map(async (number) => {
        const wish = { displayName: `User ${number}`, email: `u${number}@example.com`, groupId: groups[0]!.id };
        const { user } = await api<{ user: { id: string } }>('POST', '/users', wish);
        await api('POST', '/extensions', { userId: user.id, phoneSystemId: systemId, number });
        return user.id;
      }),
    );
    const { profiles } = await api<{ profiles: { id: string; key: string | null }[] }>(
      'GET',
      `/users/${people[0]}/presence/profiles`,
    );
    const profileId = profiles.find(({ key }) => key === 'outOfOffice')!.id;
    for (const id of people)
      await api('PUT', `/users/${id}/presence/manual`, { profileId, end: { rule: 'untilChanged' } });
    await at('administration/phones');
    // One change of one profile that everybody has chosen.
    const forwarding = { mode: 'all', target: { kind: 'number', number: '298' } };
    await api('PATCH', `/profiles/${profileId}`, { forwarding });
    const alert = page.getByRole('alert').filter({ hasText: '“Switchboard” has paused itself.' });
    await alert.waitFor();
    await picture('8-alert');
    expect(await seriousFindings(page)).toEqual([]);
    await alert.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('row', { name: /205/ }).getByText('goes to 298').waitFor();
    await picture('9-held-back');
    expect(pbx.state('205').target).toBeNull();
    await button('Let the changes through').click();
    for (const number of numbers.slice(1)) await phone(number, '298');
    await alert.waitFor({ state: 'detached' });
  });

  it('speaks German, and fits a phone', async () => {
    await api('PATCH', '/me', { language: 'de' });
    const small = await openContext(browser, { language: 'de', phone: true });
    await small.context.addCookies(await context.cookies());
    await small.page.goto(`${server.url}/administration/phones/${systemId}`);
    await small.page.getByText('Was an jedem Telefon gesetzt ist, was dort gewollt ist, und warum.').waitFor();
    await small.page.getByText('geht an 299').first().waitFor();
    await takePicture(small.page, '10-phone');
    expect(await sidewaysScroll(small.page)).toBe(0);
    expect(await seriousFindings(small.page)).toEqual([]);
    expect(small.complaints).toEqual([]);
  });

  it('leaves nothing to complain about', () => expect(complaints).toEqual([]));
});

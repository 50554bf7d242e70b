/**
 * An administrator who is new to it, from the empty system to locations, groups with methods of their own, dialling
 * rules, profiles with forwarding, users by hand and from a file: in real Chromium, mostly by keyboard, then in German.
 * The tests build on one another in the order in which they stand.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pbx, startPbx } from '../../simulators/pbx/pbx.ts';
import { administrator } from '../product.ts';
import { describeWith } from '../servers/needs.ts';
import { openBrowser, openContext, type Server, seriousFindings, sidewaysScroll, startServer } from './browser.ts';

describeWith(['chromium'], 'the administration', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let pbx: Pbx;

  beforeAll(async () => {
    [server, browser, pbx] = await Promise.all([
      startServer(),
      openBrowser(),
      startPbx({ extensions: ['201', '202'], badHabits: false }),
    ]);
    ({ context, page, complaints } = await openContext(browser));
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api('post', '/setup', { token, ...administrator });
    await api('put', '/settings/network', {
      allowedNetworks: ['127.0.0.0/8'],
      certificateAuthorities: [],
      proxy: null,
    });
    const forwarding = `${pbx.url}/api/extensions/{{extension}}/forwarding`;
    await api('post', '/phone-systems', {
      name: 'Switchboard',
      kind: 'http',
      settings: {
        set: { method: 'PUT', address: forwarding, body: '{"mode": "always", "target": "{{target}}"}' },
        clear: { method: 'DELETE', address: forwarding },
        read: { address: forwarding, target: '/target' },
      },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await pbx?.stop();
  });

  async function api<T>(method: 'post' | 'put' | 'get', path: string, data?: unknown): Promise<T> {
    const options = { headers: { origin: server.url }, ...(data === undefined ? {} : { data }) };
    const answer = await context.request[method](`${server.url}/api/v1${path}`, options);
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json().catch(() => undefined)) as T;
  }
  const at = (path: string) => page.goto(`${server.url}/administration/${path}`);
  const heading = (name: string) => page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  const place = (name: string) => page.getByRole('treeitem', { name, exact: true });
  const saved = () => page.getByText('Saved.').first().waitFor();
  const save = () => page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = () => page.getByRole('dialog');

  it('walks its tree by arrow keys, and finds places by name', async () => {
    await page.goto(`${server.url}/administration`);
    await heading('Administration');
    await place('System settings').focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Graph API');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Calendar synchronization');
    await page.keyboard.press('Enter');
    await heading('Calendar synchronization by Graph API');
    await page.getByText('There is no Graph application yet').waitFor();
    expect(await place('Calendar synchronization').getAttribute('aria-current')).toBe('page');
    await place('Calendar synchronization').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await place('Calendar synchronization').waitFor({ state: 'detached' });
    await page.getByRole('searchbox', { name: 'Find a page' }).fill('loca');
    await place('Exchange servers').waitFor({ state: 'detached' });
    await place('Locations').click();
    await heading('Locations');
    await page.getByRole('searchbox', { name: 'Find a page' }).fill('');
  });

  it('makes two locations with three groups, by keyboard', async () => {
    for (const [location, zone, groups] of [
      ['Berlin', 'Europe/Berlin', ['Sales', 'Production']],
      ['Vienna', 'Europe/Vienna', ['Support']],
    ] as const) {
      await at('locations');
      await page.getByRole('button', { name: 'Add a location' }).press('Enter');
      await dialog().getByLabel('Name').fill(location);
      await dialog().getByLabel('Time zone').selectOption(zone);
      await dialog().getByLabel('Name').press('Enter');
      await heading(location);
      for (const group of groups) {
        await page.getByRole('button', { name: 'Add a group' }).press('Enter');
        await dialog().getByLabel('Name').fill(group);
        await page.keyboard.press('Enter');
        await heading(group);
        await page.getByText(`Configuration group of the location “${location}”.`).waitFor();
        await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: location }).click();
        await heading(location);
      }
    }
    await at('locations');
    await page.getByRole('button', { name: 'Add a location' }).click();
    await dialog().getByLabel('Name').fill('Berlin');
    await page.keyboard.press('Enter');
    await dialog().locator('[aria-invalid=true], .problem').first().waitFor();
    await page.keyboard.press('Escape');
  });

  async function groupFunction(group: string, name: string): Promise<void> {
    const { groups } = await api<{ groups: { id: string; name: string }[] }>('get', '/groups');
    await at(`groups/${groups.find((one) => one.name === group)!.id}`);
    await page.getByRole('link', { name }).click();
    await heading(name);
  }

  it('gives each group its method; what this version lacks says so', async () => {
    await groupFunction('Sales', 'Calendar synchronization');
    await page.getByText('Server-side', { exact: true }).waitFor();
    await page.getByRole('radio', { name: /^Individual/ }).check();
    await page.getByText('The same as the location “Berlin” so far.').waitFor();
    await page.getByRole('radio', { name: /^Locally/ }).check();
    await page.getByText('nothing is read this way until that version is here').waitFor();
    await page.getByText('1 setting is other than in “Berlin”.').waitFor();
    await save();
    await page.getByText('Nothing changes for anybody now.').waitFor();
    await groupFunction('Production', 'Calendar synchronization');
    await page.getByRole('radio', { name: /^Individual/ }).check();
    await page.getByRole('radio', { name: /^Off/ }).check();
    await page.getByRole('button', { name: 'Take that for “How calendars come here”' }).click();
    await page.getByText('The same as the location “Berlin” so far.').waitFor();
    await page.getByRole('radio', { name: /^Off/ }).check();
    await save();
    await page.getByText('Nothing changes for anybody now.').waitFor();
    await groupFunction('Support', 'Calendar synchronization');
    await page.getByRole('radio', { name: /^Individual/ }).check();
    await page.getByRole('switch', { name: 'iCalendar addresses and files' }).uncheck({ force: true });
    await page.getByLabel('Days after today', { exact: true }).fill('1000');
    await save();
    await page.locator('input[aria-invalid=true]').waitFor();
    await page.getByLabel('Days after today', { exact: true }).fill('90');
    await save();
    await page.getByText('Nothing changes for anybody now.').waitFor();
    const { groups } = await api<{ groups: { name: string; functions: Record<string, string> }[] }>('get', '/groups');
    const individual = groups.filter(({ functions }) => functions.synchronization === 'individual');
    expect(individual.map(({ name }) => name).sort()).toEqual(['Production', 'Sales', 'Support']);
  });

  it('sets dialling rules, shows how a number will be dialled, and keeps a predefined target', async () => {
    await at('locations');
    await page.getByRole('link', { name: /^Berlin/ }).click();
    await page.getByRole('link', { name: 'Dialling rules' }).click();
    await page.getByLabel('Country').selectOption({ label: 'Germany (+49)' });
    await page.getByLabel('Area code').fill('30');
    await page.getByLabel('For an outside line').fill('0');
    await page.getByLabel('Internal numbers').fill('200-299');
    await save();
    await page.getByText('Everything is saved.').waitFor(); // a “Saved.” of before may still be shown
    const number = page.getByLabel('Number as somebody would write it');
    await number.fill('+44 20 7946 0018');
    await number.press('Enter');
    await page.locator('.try-dialled', { hasText: '000442079460018' }).waitFor();
    await number.fill('0900 1234567');
    await number.press('Enter');
    await page.locator('.try-result[data-kind=refused]').waitFor();
    await place('Predefined targets').first().click();
    await page.getByRole('button', { name: 'Add a target' }).click();
    await dialog().getByLabel('Name').fill('Reception');
    await dialog().getByLabel('Number').fill('207');
    await page.keyboard.press('Enter');
    await page.locator('.list li', { hasText: 'Reception' }).getByText('207').first().waitFor();
  });

  it('lets a profile of the location forward there; its groups show it as theirs', async () => {
    await place('Presence management').first().click();
    await page.getByRole('link', { name: /^Profiles/ }).click();
    await page.getByRole('button', { name: 'Change the profile Appointment' }).click();
    await dialog().getByLabel('Call forwarding').selectOption('All calls');
    await dialog().getByLabel('Target', { exact: true }).selectOption('A predefined target');
    await dialog().getByLabel('Predefined target').selectOption({ index: 0 });
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.locator('.profile-list li', { hasText: 'Calls go to Reception' }).waitFor();
    await groupFunction('Sales', 'Profiles');
    await page.locator('.profile-list li', { hasText: 'Calls go to Reception' }).waitFor();
    expect(await page.getByRole('button', { name: 'Change the profile Appointment' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Change them there' }).waitFor();
  });

  it('adds a user with an extension; the second who wants it is refused at the field, and nothing is lost', async () => {
    await at('users');
    for (const [name, number] of [
      ['Grace Hopper', '201'],
      ['Alan Turing', '202'],
    ]) {
      await page.getByRole('button', { name: 'Add a user' }).click();
      await dialog().getByLabel('Name', { exact: true }).fill(name!);
      await dialog()
        .getByLabel('E-mail address')
        .fill(`${name!.split(' ')[0]!.toLowerCase()}@example.com`);
      await dialog().getByLabel('Configuration group').selectOption({ label: 'Sales' });
      await dialog().getByLabel('Extension on “Switchboard”').fill('201');
      if (number !== '201') {
        await dialog().getByLabel('Deputy').fill('grace');
        await dialog()
          .getByRole('option', { name: /Grace Hopper/ })
          .waitFor();
        await dialog().getByLabel('Deputy').press('Enter');
      }
      await dialog().getByRole('button', { name: 'Create and show the link' }).click();
      if (number !== '201') {
        const field = dialog().getByLabel('Extension on “Switchboard”');
        await field.and(page.locator('[aria-invalid=true]')).waitFor();
        await field.fill(number!);
        await dialog().getByRole('button', { name: 'Create and show the link' }).click();
      }
      await dialog().getByLabel('Invitation link', { exact: true }).and(page.locator('input')).waitFor();
      await page.keyboard.press('Escape');
    }
    await page.getByRole('searchbox', { name: /^Search/ }).fill('tur');
    await page.getByText('1 user', { exact: true }).waitFor();
    await page.getByRole('link', { name: /Alan Turing/ }).click();
    await heading('Alan Turing');
    await page.locator('.phones', { hasText: '202' }).waitFor();
    await page.locator('.user-facts').getByRole('link', { name: 'Grace Hopper' }).waitFor();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await dialog().getByRole('button', { name: 'Reset' }).click();
    await page.getByText('There was nothing to reset.').waitFor();
  });

  it('tells for whom a change is before it is saved, and asks before changes are left behind', async () => {
    await at('locations');
    await page.getByRole('link', { name: /^Berlin/ }).click();
    await page.getByRole('link', { name: 'Presence management' }).click();
    await page.getByRole('link', { name: 'Automatic activation' }).click();
    await page.getByLabel('Ends at', { exact: true }).fill('18:30');
    await page.getByText('As delivered: 17:00.').waitFor();
    await place('Users').click();
    await dialog().getByText('Leave without saving?').waitFor();
    await page.keyboard.press('Escape');
    await heading('Automatic activation');
    await save();
    await dialog().getByText('Save for 2 users?').waitFor();
    await dialog().getByText('Alan Turing').waitFor();
    await dialog().getByText('18:30').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Save now' }).click();
    await saved();
    await page.getByText('Everything is saved.').waitFor();
    await groupFunction('Sales', 'Automatic activation');
    await page.getByText('18:30').waitFor();
    await page.getByRole('radio', { name: /^Individual/ }).check();
    expect(await page.getByLabel('Ends at', { exact: true }).inputValue()).toBe('18:30');
    await page.getByRole('button', { name: 'Undo changes' }).click();
    await page.getByText('Everything is saved.').waitFor();
  });

  it('imports users from a file: columns, difference, progress, result', async () => {
    await at('import');
    await page.getByRole('button', { name: 'Add an import' }).click();
    await dialog().getByLabel('Name').fill('HR list');
    await dialog().getByRole('button', { name: 'Go on' }).click();
    const lines = Array.from({ length: 30 }, (_, index) => `Anna ${index};anna${index}@example.com;Berlin;Production`);
    const csv = ['Anzeigename;Kontakt;Standort;Gruppe', ...lines, 'Ada;ada@example.com;;'].join('\r\n');
    const file = { name: 'hr.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: 'Read the file' }).click();
    const meaning = page.getByLabel('What the column Kontakt means');
    await meaning.selectOption('E-mail address');
    await page.getByRole('button', { name: 'Read again so' }).click();
    await page.getByRole('button', { name: 'Show the difference' }).click();
    await page.getByRole('button', { name: '30 new' }).waitFor();
    await page.getByRole('button', { name: '1 kept elsewhere' }).click();
    await page.locator('.plan-row', { hasText: 'Ada' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Carry out 30 changes' }).click();
    await page.getByRole('heading', { name: 'Carried out' }).waitFor();
    await page.getByRole('link', { name: 'To the users' }).click();
    await page.getByText('33 users').waitFor();
  });

  it('keeps work groups with members found by typing', async () => {
    await at('work-groups');
    await page.getByRole('button', { name: 'Add a work group' }).first().click();
    await dialog().getByLabel('Name').fill('Front desk');
    await page.keyboard.press('Enter');
    const members = page.getByRole('dialog', { name: 'Members of Front desk' });
    for (const name of ['Grace Hopper', 'Alan Turing']) {
      await members.getByLabel('Add somebody').fill(name);
      await members.getByRole('option', { name: new RegExp(name) }).waitFor();
      await page.keyboard.press('Enter');
      await members.getByRole('button', { name: `Take ${name} out` }).waitFor();
    }
    await page.keyboard.press('Escape');
    await page.getByText('2 members').waitFor();
  });

  it('draws only what is seen of a tree of 500 groups, and takes what is typed into a form beside it', async () => {
    const { groups } = await api<{ groups: { id: string; name: string; locationId: string }[] }>('get', '/groups');
    const sales = groups.find(({ name }) => name === 'Sales')!;
    const many = Array.from({ length: 500 }, (_, index) => ({
      ...sales,
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      name: `Group ${index}`,
    }));
    await page.route('**/api/v1/groups', (route) => route.fulfill({ json: { groups: [...groups, ...many] } }));
    await at(`groups/${sales.id}/synchronization`);
    const field = page.getByLabel('Days after today', { exact: true });
    await field.fill('');
    await field.pressSequentially('365');
    expect(await field.inputValue()).toBe('365');
    expect(await page.getByRole('treeitem').count()).toBeLessThan(80);
    await page.unroute('**/api/v1/groups');
    await page.getByRole('button', { name: 'Undo changes' }).click();
  });

  it('speaks German, and says in German what the server refuses', async () => {
    await api('post', '/session', { email: administrator.email, password: administrator.password });
    await page.goto(`${server.url}/settings`);
    await page.getByLabel('Language').selectOption('Deutsch');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByRole('heading', { name: 'Einstellungen', level: 1 }).waitFor();
    await at('locations');
    await heading('Standorte');
    await page.getByRole('link', { name: /^Berlin/ }).click();
    await page.getByRole('link', { name: 'Wählregeln' }).click();
    await page.getByLabel('Interne Nummern').fill('300-20');
    await page.getByRole('button', { name: 'Speichern' }).click();
    await page.getByText('Schreiben Sie einen Bereich gleich langer Nummern').waitFor();
    await page.getByRole('button', { name: 'Änderungen verwerfen' }).click();
  });

  it('has nothing serious for axe on any of its pages, light and dark, and scrolls sideways nowhere on a phone', async () => {
    const { locations } = await api<{ locations: { id: string; name: string }[] }>('get', '/locations');
    const { groups } = await api<{ groups: { id: string; name: string }[] }>('get', '/groups');
    const { users } = await api<{ users: { id: string; displayName: string }[] }>('get', '/users?search=grace');
    const location = `locations/${locations.find(({ name }) => name === 'Berlin')!.id}`;
    const group = `groups/${groups.find(({ name }) => name === 'Support')!.id}`;
    // One of each kind of page: those of other functions are drawn by the same form. Others have looked at themselves above.
    const pages = [
      ...['', 'exchange', 'network', `users/${users[0]!.id}`, location, `${location}/dialling`],
      ...[`${group}/profiles`, `${group}/synchronization`, `${location}/privacy`],
    ];
    const found: string[] = [];
    for (const path of pages) {
      await page.emulateMedia({ colorScheme: 'light' });
      await at(path);
      await page.locator('h1').first().waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      for (const finding of await seriousFindings(page)) found.push(`${path} light: ${finding}`);
      await page.emulateMedia({ colorScheme: 'dark' });
      for (const finding of await seriousFindings(page, ['color-contrast', 'link-in-text-block']))
        found.push(`${path} dark: ${finding}`);
      await page.setViewportSize({ width: 360, height: 740 });
      const wide = await sidewaysScroll(page);
      if (wide > 0) found.push(`${path} is ${wide} px too wide for a phone`);
      await page.setViewportSize({ width: 1280, height: 860 });
    }
    expect(found).toEqual([]);
    // Requests that were refused on purpose are named by the browser itself.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  }, 120_000);
});

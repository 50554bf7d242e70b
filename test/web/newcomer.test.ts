/**
 * From nothing to the first call that an appointment sends elsewhere, as an administrator new to it would go, in real
 * Chromium: the set-up link, two locations with three groups and methods of their own, a real Asterisk, a profile that
 * forwards, 200 users from a file (in English, by keyboard where forms allow) and 200 from a real directory (in German);
 * then one of them accepts the invitation, adds a calendar file, and a real call rings where the profile says.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AsteriskLab, startAsterisk } from '../servers/asterisk.ts';
import { describeWith } from '../servers/needs.ts';
import { type Phones, startPhones } from '../servers/sipp.ts';
import { type Slapd, startSlapd } from '../servers/slapd.ts';
import { openBrowser, openContext, type Server, seriousFindings, startServer } from './browser.ts';

const admin = { name: 'Ada Admin', email: 'ada@example.com', password: 'correct horse battery staple' };
const imported = 200;

describeWith(['chromium', 'asterisk', 'sipp', 'slapd'], 'a newcomer', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let lab: AsteriskLab;
  let phones: Phones;
  let slapd: Slapd;

  beforeAll(async () => {
    const people = Array.from({ length: imported }, (_, index) => ({
      uid: `d${index}`,
      name: `Directory Person ${index}`,
      attributes: { telephoneNumber: `+49 30 1234-${3000 + index}`, preferredLanguage: 'de' },
    }));
    [server, browser, lab, slapd] = await Promise.all([
      startServer(),
      openBrowser(),
      startAsterisk(),
      startSlapd(people),
    ]);
    phones = await startPhones(lab);
    ({ context, page, complaints } = await openContext(browser));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await phones?.stop();
    await Promise.all([lab?.stop(), slapd?.stop()]);
  });

  const at = (path: string) => page.goto(`${server.url}/administration/${path}`);
  const heading = (name: string) => page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  const dialog = () => page.getByRole('dialog');

  it('sets the system up and makes two locations with three groups, each with its own method', async () => {
    await page.goto(server.setupUrl);
    await page.getByLabel('Your name').fill(admin.name);
    await page.getByLabel('E-mail address').fill(admin.email);
    await page.getByLabel('Password', { exact: true }).fill(admin.password);
    await page.keyboard.press('Enter');
    await heading('How would you like to begin?');
    for (const [location, zone, groups] of [
      ['Berlin', 'Europe/Berlin', ['Office', 'Field']],
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
        await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: location }).click();
        await heading(location);
      }
    }
    for (const [location, group, method] of [
      ['Berlin', 'Field', /^Off/],
      ['Vienna', 'Support', /^Locally/],
    ] as const) {
      await at('locations');
      await page.getByRole('link', { name: new RegExp(`^${location}`) }).click();
      await page.getByRole('link', { name: group }).click();
      await page.getByRole('link', { name: 'Calendar synchronization' }).click();
      await page.getByRole('radio', { name: /^Individual/ }).check();
      await page.getByRole('radio', { name: method }).check();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Nothing changes for anybody now.').waitFor();
    }
  });

  it('connects the phone system, and lets a profile of Berlin forward', async () => {
    await at('phones');
    await page.getByRole('button', { name: 'Connect a phone system' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name', { exact: true }).fill('Headquarters');
    await form.getByLabel('Host').fill(lab.ami.host);
    await form.getByLabel('Port').fill(String(lab.ami.port));
    await form.getByLabel('User name').fill(lab.ami.username);
    await form.getByLabel('Password', { exact: true }).fill(lab.ami.password);
    await form.getByLabel('Password', { exact: true }).press('Enter');
    await form.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('The manager user may do all that is needed.').waitFor();
    // It is only watched until somebody switches it on.
    await page.getByRole('button', { name: 'Switch on …' }).click();
    await dialog().getByText('It would forward 0 of 0 phones now.').waitFor();
    await dialog().getByRole('button', { name: 'Switch on', exact: true }).click();
    await page.getByText('“Headquarters” is switched on.').waitFor();
    await at('locations');
    await page.getByRole('link', { name: /^Berlin/ }).click();
    await page.getByRole('link', { name: 'Presence management' }).click();
    await page.getByRole('link', { name: /^Profiles/ }).click();
    await page.getByRole('button', { name: 'Change the profile Appointment' }).click();
    await dialog().getByLabel('Call forwarding').selectOption('All calls');
    await dialog().getByLabel('Target', { exact: true }).selectOption('A number');
    await dialog().getByLabel('Number', { exact: true }).fill('102');
    await page.keyboard.press('Enter');
    await page.locator('.profile-list li', { hasText: 'Calls go to 102' }).waitFor();
  });

  it('imports 200 users from a file', async () => {
    await at('import');
    await page.getByRole('button', { name: 'Add an import' }).click();
    await dialog().getByLabel('Name').fill('HR list');
    await dialog().getByLabel('Name').press('Enter');
    const lines = Array.from(
      { length: imported },
      (_, index) => `File Person ${index};file${index}@example.com;Berlin;Office;${index === 0 ? '101' : 2000 + index}`,
    );
    const csv = ['Name;E-mail;Location;Group;Extension', ...lines].join('\r\n');
    await page.getByLabel('Extensions belong to').selectOption('Headquarters');
    const file = { name: 'hr.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: 'Read the file' }).click();
    await page.getByRole('button', { name: 'Show the difference' }).click();
    await page.getByRole('button', { name: `${imported} new` }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: `Carry out ${imported} changes` }).press('Enter');
    await page.getByRole('heading', { name: 'Carried out' }).waitFor({ timeout: 60_000 });
  });

  it('imports 200 users from the directory, in German', async () => {
    const network = {
      allowedNetworks: ['127.0.0.0/8'],
      proxy: null,
      certificateAuthorities: [slapd.certificateAuthority],
    };
    const options = { headers: { origin: server.url }, data: network };
    expect((await context.request.put(`${server.url}/api/v1/settings/network`, options)).ok()).toBe(true);
    await page.goto(`${server.url}/settings`);
    await page.getByLabel('Language').selectOption('Deutsch');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await heading('Einstellungen');
    await at('import');
    await page.getByRole('button', { name: 'Import hinzufügen' }).click();
    await dialog().getByLabel('Woher').selectOption('Verzeichnis (LDAP, Active Directory)');
    await dialog().getByLabel('Name').fill('Verzeichnis');
    await dialog().getByLabel('Adresse').fill(slapd.secureAddress);
    await dialog().getByLabel('Wo die Benutzer sind (Basis)').fill(slapd.base);
    await page.keyboard.press('Enter');
    await page.getByLabel('Wer liest (DN)').fill(slapd.reader.dn);
    await page.getByLabel('Passwort', { exact: true }).fill(slapd.reader.password);
    await page.getByRole('button', { name: 'Speichern und prüfen' }).click();
    await page.getByRole('button', { name: 'Lesen und vergleichen' }).click();
    await page.getByRole('button', { name: `${imported} neu` }).waitFor({ timeout: 30_000 });
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: `${imported} Änderungen ausführen` }).press('Enter');
    await page.getByRole('heading', { name: 'Ausgeführt' }).waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Zu den Benutzern' }).click();
    await page.getByText(`von ${2 * imported + 1} Personen`).waitFor();
  });

  it('invites one of them, whose calendar then sends a real call elsewhere', async () => {
    await page.getByRole('searchbox').last().fill('File Person 0');
    await page.getByRole('link', { name: /^File Person 0/ }).click();
    await heading('File Person 0');
    await page
      .getByRole('button', { name: /Einladungslink/ })
      .first()
      .click();
    const link = await page.getByLabel('Einladungslink', { exact: true }).and(page.locator('input')).inputValue();
    const { page: own, complaints: ownComplaints } = await openContext(browser);
    await own.goto(`${server.url}${new URL(link).pathname}`);
    await own.getByLabel('Password', { exact: true }).fill(admin.password);
    await own.keyboard.press('Enter');
    await own.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
    expect(await phones.placeCall('101')).toBe('101');
    await own.goto(`${server.url}/accounts/add`);
    await own.getByText('iCalendar file', { exact: true }).first().click();
    const now = Temporal.Now.instant();
    const calendar = {
      name: 'mine.ics',
      mimeType: 'text/calendar',
      buffer: Buffer.from(busy(now.subtract({ minutes: 5 }), now.add({ minutes: 55 }))),
    };
    await own.locator('input[type=file]').setInputFiles(calendar);
    await own.getByRole('button', { name: 'Add the file' }).click();
    await own.waitForURL(`${server.url}/`); // by itself, when it has been taken
    await own.getByText('Weekly round').first().waitFor();
    await own.locator('[data-status=appointment]').first().waitFor();
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; )
      if ((await phones.placeCall('101')) === '102') break;
    expect(await phones.placeCall('101')).toBe('102');
    expect([...complaints, ...ownComplaints]).toEqual([]);
  });
});

function busy(start: Temporal.Instant, end: Temporal.Instant): string {
  const stamp = (at: Temporal.Instant) => at.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
  return [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//newcomer//EN', 'BEGIN:VEVENT', 'UID:weekly@example.com'],
    ...[`DTSTAMP:${stamp(start)}`, `DTSTART:${stamp(start)}`, `DTEND:${stamp(end)}`, 'SUMMARY:Weekly round'],
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');
}

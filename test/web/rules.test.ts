/**
 * Rules from appointments to profiles in real Chromium: an administrator makes one by keyboard, tries it, saves it, and
 * presence follows; then a choice for one appointment, taken back; one's own rules on a phone, in German.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { administrator } from '../product.ts';
import { describeWith } from '../servers/needs.ts';
import { openBrowser, openContext, type Server, seriousFindings, sidewaysScroll, startServer } from './browser.ts';

const pictures = process.env.WHENABOUTS_PICTURES;

function calendar(): string {
  const stamp = (minutes: number) =>
    `${new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const event = (uid: string, from: number, minutes: number, more: string[]) => [
    ...['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', `DTSTART:${stamp(from)}`],
    ...[`DTEND:${stamp(from + minutes)}`, ...more, 'END:VEVENT'],
  ];
  const lines = [
    ...event('focus', -20, 90, ['SUMMARY:Focus on figures', 'RRULE:FREQ=DAILY;COUNT=4']),
    ...event('talk', 1_500, 30, ['SUMMARY:Talk', 'LOCATION:Room 7']),
  ];
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

describeWith(['chromium'], 'rules', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let group: { id: string; name: string };

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), openBrowser()]);
    ({ context, page, complaints } = await openContext(browser));
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api('post', '/setup', { token, ...administrator });
    await context.request.post(`${server.url}/api/v1/accounts/file`, {
      headers: { origin: server.url },
      multipart: { file: { name: 'a.ics', mimeType: 'text/calendar', buffer: Buffer.from(calendar()) } },
    });
    [group] = (await api<{ groups: [typeof group] }>('get', '/groups')).groups;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function api<T>(method: 'post' | 'put' | 'patch' | 'get', path: string, data?: unknown): Promise<T> {
    const options = { headers: { origin: server.url }, ...(data === undefined ? {} : { data }) };
    const answer = await context.request[method](`${server.url}/api/v1${path}`, options);
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json().catch(() => undefined)) as T;
  }
  /** What the page itself shows, told live. */
  const presence = (status: string) => page.locator(`.my-presence[data-status="${status}"]`).waitFor();
  const dialog = () => page.getByRole('dialog');
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  const picture = async (name: string) => {
    if (pictures) await page.screenshot({ path: `${pictures}/rules-${name}.png`, fullPage: true });
  };

  it('are made by keyboard, tried, saved, and followed', async () => {
    await page.goto(`${server.url}/administration/groups/${group.id}/activation`);
    await presence('appointment');
    await page.getByRole('radio', { name: /Individual/ }).check();
    await page.getByText('No rule yet').waitFor();
    await button('Add a rule').press('Enter');
    await dialog().getByLabel('Name').fill('Focus');
    await dialog().getByLabel('Add a condition').selectOption({ label: 'Words in the title' });
    await dialog().getByLabel('Words in the title', { exact: true }).fill('focus, deep work');
    await button('Take the rule over').press('Enter');
    await dialog().getByText('Choose a profile.').waitFor();
    await dialog().getByLabel('Profile', { exact: true }).selectOption({ label: 'Do not disturb' });
    await dialog().getByLabel('Minutes before the start').fill('5');
    await dialog().getByText('from 5 min before').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture('form');
    await button('Take the rule over').press('Enter');
    await page.getByText('Appointments shown as busy, with “focus” or “deep work” in the title').waitFor();

    await button('Duplicate “Focus”').press('Enter');
    await button('Move “Focus (copy)” up').press('Enter');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Move “Focus (copy)” down');
    await button('Remove “Focus (copy)”').press('Enter');

    await page.getByText('Left empty: the first ten users by name.').waitFor();
    await button('Try it').press('Enter');
    await page.getByText('4 appointments come out differently:').waitFor();
    await page.getByText('1 appointment stays as it is').waitFor();
    await page.getByRole('heading', { name: 'Presence over time' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture('tried');
    await button('Save').click();
    await dialog().getByText('1 rule: Focus').waitFor();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. This is what has changed:').waitFor();
    await presence('doNotDisturb');
  });

  it('give way to a choice for one appointment, which can be taken back', async () => {
    await page.goto(server.url);
    await button('Focus on figures').first().press('Enter');
    await dialog().getByText('because of the rule “Focus”').waitFor();
    await dialog().getByLabel('No presence').check();
    expect(await seriousFindings(page)).toEqual([]);
    await picture('choice');
    await dialog().getByRole('button', { name: 'Choose this' }).press('Enter');
    await presence('available');
    await button('Focus on figures').nth(1).press('Enter');
    await dialog().getByText('because of the rule “Focus”').waitFor(); // of the series only the one was meant
    await page.keyboard.press('Escape');
    await button('Undo').click();
    await presence('doNotDisturb');
  });

  it('are one’s own too, on a phone and in German', async () => {
    await api('patch', '/me', { language: 'de' });
    const { page: small } = await openContext(browser, { language: 'de', phone: true });
    await small.context().addCookies(await context.cookies());
    await small.goto(`${server.url}/settings/rules`);
    await small.getByRole('heading', { name: 'Ihre eigenen Regeln' }).waitFor();
    await small.getByText('Dann die Regeln Ihrer Gruppe').waitFor();
    await small.getByText('Termine, angezeigt als gebucht, mit „focus“ oder „deep work“ im Betreff').waitFor();
    await small.getByRole('button', { name: 'Regel hinzufügen' }).click();
    const form = small.getByRole('dialog');
    await form.getByLabel('Name').fill('Besprechungen');
    await form.getByLabel('Sie ergeben keine Präsenz').check();
    expect(await sidewaysScroll(small)).toBe(0);
    if (pictures) await small.screenshot({ path: `${pictures}/rules-phone-form.png` });
    await form.getByRole('button', { name: 'Regel übernehmen' }).click();
    await small.getByRole('button', { name: 'Ausprobieren' }).click();
    await small.getByText('Aus 5 Terminen wird etwas anderes:').waitFor();
    expect(await sidewaysScroll(small)).toBe(0);
    expect(await seriousFindings(small)).toEqual([]);
    if (pictures) await small.screenshot({ path: `${pictures}/rules-phone.png`, fullPage: true });
    await small.getByRole('button', { name: 'Speichern' }).click();
    await small.getByText('Gespeichert. Das hat sich geändert:').waitFor();
    await presence('available');
    // A program or a file may name what isn't there.
    await api('put', '/users/me/rules', { rules: [{ name: 'Reisen', when: {}, effect: { profile: 'Verreist' } }] });
    await small.reload();
    await small.getByText('Ein Profil „Verreist“ ist hier nicht eingeschaltet').waitFor();
    expect(await sidewaysScroll(small)).toBe(0);
    expect(complaints).toEqual([]);
  });
});

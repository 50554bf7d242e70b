/**
 * Why somebody's presence is what it is, in real Chromium: the stack, a choice that ends with its appointment, a page that
 * tells that nobody is there, and notes in two languages. The tests build on one another.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daytimeZone } from '../daytime.ts';
import { administrator } from '../product.ts';
import { describeWith } from '../servers/needs.ts';
import { openBrowser, openContext, type Server, seriousFindings, sidewaysScroll, startServer } from './browser.ts';

const pictures = process.env.WHENABOUTS_PICTURES;
const colleague = { displayName: 'Greta Grün', email: 'greta@example.com', password: 'nanoseconds are 30 cm long' };

function calendar(): string {
  const stamp = (minutes: number) =>
    `${new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const event = (uid: string, title: string, from: number, minutes: number) => [
    ...['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', `DTSTART:${stamp(from)}`],
    ...[`DTEND:${stamp(from + minutes)}`, `SUMMARY:${title}`, 'END:VEVENT'],
  ];
  const lines = [...event('figures', 'Figures', -20, 90), ...event('call', 'Call with Bern', -10, 30)];
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

describeWith(['chromium'], 'why presence is what it is', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let groupId: string;
  let meId: string;
  let gretaId: string;
  let other: { context: BrowserContext; page: Page };

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), openBrowser()]);
    ({ context, page, complaints } = await openContext(browser));
    other = await openContext(browser, { language: 'de', phone: true });
    const token = new URL(server.setupUrl).searchParams.get('token');
    await api(context, 'post', '/setup', { token, ...administrator });
    const made = await api(context, 'post', '/users', { ...colleague, password: undefined, language: 'de' });
    const link = (made as { invitation: { url: string } }).invitation.url.split('/').at(-1);
    await api(other.context, 'post', `/invitations/${link}`, { password: colleague.password });
    const file = { name: 'a.ics', mimeType: 'text/calendar', buffer: Buffer.from(calendar()) };
    for (const of of [context, other.context])
      await of.request.post(`${server.url}/api/v1/accounts/file`, {
        ...{ headers: { origin: server.url }, multipart: { file } },
      });
    gretaId = ((await api(other.context, 'get', '/me')) as { id: string }).id;
    await api(context, 'put', `/users/${gretaId}/presence/claims/door`, { status: 'available' });
    // Ends are told by the time alone on the day itself.
    for (const of of [context, other.context]) await api(of, 'patch', '/me', { timeZone: daytimeZone() });
    const { groups } = (await api(context, 'get', '/groups')) as { groups: { id: string }[] };
    groupId = groups[0]!.id;
    meId = ((await api(context, 'get', '/me')) as { id: string }).id;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function api(
    of: BrowserContext,
    method: 'post' | 'put' | 'patch' | 'get' | 'delete',
    path: string,
    data?: unknown,
  ): Promise<unknown> {
    const options = { headers: { origin: server.url }, ...(data === undefined ? {} : { data }) };
    const answer = await of.request[method](`${server.url}/api/v1${path}`, options);
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json().catch(() => undefined);
  }
  const shows = (status: string) => page.locator(`.my-presence[data-status="${status}"]`).waitFor();
  const dialog = () => page.getByRole('dialog');
  const picture = async (name: string, of = page) => {
    if (pictures) await of.screenshot({ path: `${pictures}/${name}.png` });
  };

  it('names all that has a say, and offers to end a choice with the appointment that is running', async () => {
    await page.goto(server.url);
    await shows('appointment');
    await page.getByRole('button', { name: /^My presence/ }).click();
    const running = dialog().locator('.claims').first().locator('li');
    await running.nth(2).waitFor();
    const texts = await running.allTextContents();
    expect(texts[0]).toMatch(/Appointment “Figures”.*This counts now/);
    expect(texts[1]).toMatch(/Appointment “Call with Bern”.*The longer one counts/);
    expect(texts[2]).toMatch(/Nothing in the calendar.*Ranks below an appointment/);
    await dialog()
      .getByRole('radio', { name: /Do not disturb/ })
      .check({ force: true });
    await dialog()
      .getByRole('radio', { name: /^Until “Figures” ends \(\d\d:\d\d\)$/ })
      .check();
    await dialog().getByLabel('Note for colleagues (optional)').fill('With {{subject}}');
    await dialog().getByRole('button', { name: 'Set it' }).click();
    await page.getByText(/A note knows nothing of {{subject}}/).waitFor();
    await dialog().getByLabel('Note for colleagues (optional)').fill('{{status}} until {{until}}');
    expect(await seriousFindings(page)).toEqual([]);
    await picture('claims-form');
    await dialog().getByRole('button', { name: 'Set it' }).click();
    await shows('doNotDisturb');
    await page.getByRole('button', { name: /^My presence/ }).click();
    await running.filter({ hasText: 'Set by hand' }).and(page.locator('.counts')).waitFor();
    await running.filter({ hasText: 'Figures' }).getByText('Ranks below what is set by hand.').waitFor();
    await dialog()
      .getByText(/^Do not disturb until \d\d:\d\d$/)
      .waitFor();
    await dialog().locator('.stack-of-claims').scrollIntoViewIfNeeded();
    await picture('claims-stack');
    await page.keyboard.press('Escape');
  });

  it('tells a note in the language of who reads it, also on a phone', async () => {
    await other.page.goto(`${server.url}/colleagues`);
    const row = other.page.locator('.person', { hasText: administrator.displayName });
    await row.getByText(/Bitte nicht stören until \d\d:\d\d/).waitFor();
    expect(await sidewaysScroll(other.page)).toBe(0);
    await picture('claims-note-german', other.page);
    await other.page.goto(server.url);
    await other.page.getByRole('button', { name: /^Meine Präsenz/ }).click();
    await other.page.getByText('Was mitredet, das Stärkste zuerst').waitFor();
    await other.page.locator('.stack-of-claims').scrollIntoViewIfNeeded();
    await picture('claims-phone', other.page);
    expect(await seriousFindings(other.page)).toEqual([]);
    expect(await sidewaysScroll(other.page)).toBe(0);
  });

  it('shows administrators the same without subjects', async () => {
    await page.goto(`${server.url}/administration/users/${gretaId}`);
    const list = page.locator('.claims').first();
    await list.getByText('Told by “door”').waitFor();
    expect(await list.getByText('An appointment in the calendar').count()).toBe(2);
    expect(await page.getByText('Figures').count()).toBe(0);
    await picture('claims-administration');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('lets presence follow whether somebody is at the page, as the group says', async () => {
    await page.goto(`${server.url}/administration/groups/${groupId}/activation`);
    await page.getByRole('radio', { name: /^Individual/ }).check();
    const computers = page.getByRole('group', { name: 'What the users’ computers tell' });
    await computers.getByLabel('When nobody uses the computer').selectOption('Be right back');
    await computers.getByLabel('After how many minutes').fill('1');
    await computers.getByLabel('When the screen is locked').selectOption('Unavailable');
    await computers.scrollIntoViewIfNeeded();
    await picture('claims-settings');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog().getByRole('button', { name: 'Save now' }).click();
    await page.getByText('Everything is saved.').waitFor();
    const idle = await context.newPage();
    const tells = async (state: string, after: () => Promise<unknown>) => {
      const told = idle.waitForRequest(
        (request) => request.url().endsWith('/presence/client') && request.postDataJSON().state === state,
      );
      await after();
      await told;
    };
    await idle.clock.install();
    await page.close();
    await api(context, 'delete', `/users/${meId}/presence/manual`);
    page = idle;
    await idle.goto(server.url);
    await shows('appointment');
    await tells('active', () => idle.clock.fastForward('00:10'));
    await idle.clock.fastForward('01:10');
    await expect.poll(reports, { timeout: 8_000 }).toMatchObject({ state: 'idle' });
    await idle.mouse.move(100, 100);
    await expect.poll(reports, { timeout: 8_000 }).toMatchObject({ state: 'active' });
    // With the browser's leave the whole computer counts, and its locked screen.
    await allowIdleDetection(idle);
    await idle.reload();
    await tells('active', () => idle.clock.fastForward('00:10'));
    const devtools = await context.newCDPSession(idle);
    const locked = { isUserActive: false, isScreenUnlocked: false };
    await tells('locked', () => devtools.send('Emulation.setIdleOverride', locked));
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
  });

  async function allowIdleDetection(of: Page): Promise<void> {
    const devtools = await context.newCDPSession(of);
    const { targetInfo } = await devtools.send('Target.getTargetInfo');
    const session = await browser.newBrowserCDPSession();
    await session.send('Browser.setPermission', {
      ...{ permission: { name: 'idle-detection' }, setting: 'granted', origin: server.url },
      browserContextId: targetInfo.browserContextId!,
    });
  }

  /** What the stack says the computer tells. */
  async function reports(): Promise<{ state: string }> {
    const { entries } = (await api(context, 'get', `/users/${meId}/presence/stack`)) as {
      entries: { reason: { client?: string } }[];
    };
    return { state: entries.find(({ reason }) => reason.client)?.reason.client ?? 'active' };
  }
});

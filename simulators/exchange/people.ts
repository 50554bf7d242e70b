/** The page for people who try it: mailboxes, what stands in their calendars today and tomorrow, what one may do to them. */
import { escaped } from '../microsoft365/identity/pages.ts';
import { actByHand, calendarByHand } from '../microsoft365/mailbox/by-hand.ts';
import type { Counters } from './ews/service.ts';
import { type Answer, type Asked, html } from './http.ts';
import type { World } from './world.ts';

export function people(world: World, counters: Counters) {
  return ({ url, method, body }: Asked): Answer | null => {
    if (url.pathname.startsWith('/owa'))
      return html('Outlook', `<p>Here the appointment opens: ${escaped(url.search)}</p>`);
    if (url.pathname === '/' && method === 'GET') return html('Simulated Exchange', overview());
    if (url.pathname !== '/do' || method !== 'POST') return null;
    const fields = Object.fromEntries(new URLSearchParams(body));
    const mailbox = world.users.find(({ id }) => id === fields.user)?.mailbox;
    if (mailbox) actByHand(mailbox, fields, world.clock.now());
    return { status: 302, headers: { location: '/' }, body: null };
  };

  function overview(): string {
    const accounts = world.accounts.map(
      ({ domain, name, principalName, password, impersonates }) =>
        `<li><code>${escaped(`${domain}\\${name}`)}</code> or <code>${escaped(principalName)}</code>, password <code>${escaped(password)}</code>, may act for ${escaped([impersonates].flat().join(', '))}</li>`,
    );
    const users = world.users.map(
      ({ id, name, address, mailbox }) =>
        `<h2>${escaped(name)}</h2><p>${escaped(address)}${mailbox ? `, automatic replies: ${mailbox.automaticReplies.status}` : ''}</p>${mailbox ? calendarByHand(id, mailbox, world.clock.now()) : ''}`,
    );
    return `<ul>${accounts.join('')}</ul>${users.join('')}<h2>Requests</h2><pre>${escaped(JSON.stringify(counters, null, 1))}</pre>`;
  }
}

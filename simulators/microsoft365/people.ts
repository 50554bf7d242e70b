/** The page for people who try it: users, what stands in their calendars today and tomorrow, and what one may do to them. */
import type { graph } from './graph/graph.ts';
import { type Answer, type Asked, formOf, html, redirect } from './http.ts';
import { escaped, page } from './identity/pages.ts';
import { actByHand, actionButton, calendarByHand } from './mailbox/by-hand.ts';
import type { World } from './world.ts';

export function people(world: World, service: ReturnType<typeof graph>) {
  return (asked: Asked): Answer | null => {
    const { pathname } = asked.url;
    if (pathname === '/' && asked.method === 'GET') return html(page('Simulated Microsoft 365', overview()));
    if (pathname !== '/do' || asked.method !== 'POST') {
      const [, id] = /^\/outlook\/(?:owa\/|calendar\/item\/)(.*)$/.exec(pathname) ?? [];
      return id === undefined
        ? null
        : html(
            page(
              'Outlook',
              `<p>Here the appointment opens: ${escaped(asked.url.search || decodeURIComponent(id))}</p>`,
            ),
          );
    }
    const fields = formOf(asked);
    const user = world.users.find((each) => each.id === fields.user);
    if (user) act(user, fields);
    return redirect('/');
  };

  function act(user: World['users'][number], fields: Record<string, string>): void {
    if (fields.action === 'revoke') user.validFrom = world.clock.now() + 1;
    if (user.mailbox) actByHand(user.mailbox, fields, world.clock.now());
  }

  function overview(): string {
    const now = world.clock.now();
    const applications = world.applications.map(
      ({ name, clientId, tenantId, kind, secrets }) =>
        `<li>${escaped(name)} (${kind}): client id <code>${clientId}</code>, tenant <code>${tenantId}</code>${secrets[0] ? `, secret <code>${escaped(secrets[0].value)}</code>` : ''}</li>`,
    );
    const users = world.users.map(
      ({ id, name, address, mailbox }) =>
        `<h2>${escaped(name)}</h2><p>${escaped(address)}</p>${mailbox ? calendarByHand(id, mailbox, now) : ''} ${actionButton(id, 'revoke', 'Revoke all tokens')}`,
    );
    return `<ul>${applications.join('')}</ul>${users.join('')}<h2>Requests</h2><pre>${escaped(JSON.stringify(service.counters.requests, null, 1))}</pre>`;
  }
}

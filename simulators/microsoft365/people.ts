/** The page for people who try it: users, what stands in their calendars today and tomorrow, and what one may do to them. */
import type { graph } from './graph/graph.ts';
import { type Answer, type Asked, formOf, html, redirect } from './http.ts';
import { escaped, page } from './identity/pages.ts';
import type { World } from './world.ts';

const day = 86_400_000;

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
    const { mailbox } = user;
    const number = Number(fields.item);
    if (fields.action === 'revoke') user.validFrom = world.clock.now() + 1;
    if (!mailbox) return;
    if (fields.action === 'add') {
      const start = Temporal.Instant.fromEpochMilliseconds(world.clock.now() + Number(fields.minutes ?? 1) * 60_000)
        .toZonedDateTimeISO('Europe/Berlin')
        .round('minute')
        .toPlainDateTime();
      const end = start.add({ minutes: 30 });
      mailbox.create({ subject: fields.subject || 'Meeting', start: start.toString(), end: end.toString() });
    }
    if (fields.action === 'delete' && mailbox.items.has(number)) mailbox.delete(number);
    if (fields.action === 'later' && mailbox.items.has(number)) {
      const { start, end } = mailbox.item(number).fields;
      const later = (text: string) => Temporal.PlainDateTime.from(text).add({ minutes: 30 }).toString();
      mailbox.update(number, { start: later(start), end: later(end) });
    }
  }

  function overview(): string {
    const now = world.clock.now();
    const applications = world.applications.map(
      ({ name, clientId, tenantId, kind, secrets }) =>
        `<li>${escaped(name)} (${kind}): client id <code>${clientId}</code>, tenant <code>${tenantId}</code>${secrets[0] ? `, secret <code>${escaped(secrets[0].value)}</code>` : ''}</li>`,
    );
    const button = (user: string, action: string, label: string, more = '') =>
      `<form method="post" action="/do" style="display:inline"><input type="hidden" name="user" value="${user}"><input type="hidden" name="action" value="${action}">${more}<button>${label}</button></form>`;
    const users = world.users.map(({ id, name, address, mailbox }) => {
      const items = (mailbox?.view(mailbox.defaultCalendar.id, now - day / 2, now + 2 * day) ?? []).map(
        ({ item, fields, start }) =>
          `<li>${new Date(start).toLocaleString('en-GB')} ${escaped(fields.subject)} (${fields.showAs}) ${button(id, 'later', '30 minutes later', `<input type="hidden" name="item" value="${item.number}">`)} ${button(id, 'delete', 'Delete', `<input type="hidden" name="item" value="${item.number}">`)}</li>`,
      );
      return `<h2>${escaped(name)}</h2><p>${escaped(address)}</p><ul>${items.join('')}</ul>${button(id, 'add', 'Add a meeting in a minute')} ${button(id, 'revoke', 'Revoke all tokens')}`;
    });
    return `<ul>${applications.join('')}</ul>${users.join('')}<h2>Requests</h2><pre>${escaped(JSON.stringify(service.counters.requests, null, 1))}</pre>`;
  }
}

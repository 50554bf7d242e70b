/** The answers' XML, written by hand. */
import type { SimulatedCalendar } from './calendars.ts';
import type { CaldavSimulator } from './server.ts';

export function writeMultistatus(responses: string[], token?: string): string {
  const tail = token === undefined ? '' : `<A:sync-token>${token}</A:sync-token>`;
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n<A:multistatus xmlns:A="DAV:" xmlns:B="urn:ietf:params:xml:ns:caldav" ' +
    `xmlns:S="http://calendarserver.org/ns/" xmlns="http://apple.com/ns/ical/">\n${responses.join('\n')}\n${tail}</A:multistatus>`
  );
}

/** Both a context and a principal: it says who one is, where the calendars are, and how one is invited. */
export function principalResponse(simulator: CaldavSimulator, path: string, base: string): string {
  const principal = `${base}/principals/${simulator.user}/`;
  return response(
    path,
    `<A:current-user-principal><A:href>${principal}</A:href></A:current-user-principal><A:resourcetype><A:collection/></A:resourcetype>` +
      (path === principal
        ? `<B:calendar-home-set><A:href>${base}/calendars/${simulator.user}/</A:href></B:calendar-home-set>` +
          '<B:calendar-user-address-set><A:href>mailto:Ben@Example.com</A:href><A:href>/dav/principals/ben/</A:href></B:calendar-user-address-set>'
        : ''),
  );
}

export function homeResponse(simulator: CaldavSimulator, base: string, deep: boolean): string[] {
  const home = `${base}/calendars/${simulator.user}/`;
  const own = response(home, '<A:resourcetype><A:collection/></A:resourcetype>');
  if (!deep) return [own];
  const calendars = [...simulator.calendars.values()].flatMap((calendar) =>
    calendarResponse(simulator, calendar, `${home}${calendar.name}/`, false),
  );
  const mailbox = response(`${home}inbox/`, '<A:resourcetype><A:collection/><B:schedule-inbox/></A:resourcetype>');
  const journal = response(
    `${home}journal/`,
    '<A:resourcetype><A:collection/><B:calendar/></A:resourcetype><B:supported-calendar-component-set><B:comp name="VJOURNAL"/></B:supported-calendar-component-set>',
  );
  return [own, ...calendars, mailbox, journal];
}

export function calendarResponse(
  simulator: CaldavSimulator,
  calendar: SimulatedCalendar,
  path: string,
  deep: boolean,
): string[] {
  const { habits, user } = simulator;
  const own = response(
    escapeText(encodeURI(path)),
    `<A:resourcetype><A:collection/><B:calendar/></A:resourcetype><A:displayname>${escapeText(calendar.name)}</A:displayname>` +
      `<A:owner><A:href>/dav/principals/${user}/</A:href></A:owner><A:current-user-principal><A:href>/dav/principals/${user}/</A:href></A:current-user-principal>` +
      '<calendar-color>#ff2968FF</calendar-color><B:supported-calendar-component-set><B:comp name="VEVENT"/><B:comp name="VTODO"/></B:supported-calendar-component-set>' +
      (habits.ctag ? `<S:getctag>ctag-${calendar.revision}</S:getctag>` : ''),
  );
  if (!deep) return [own];
  const members = [...calendar.objects.keys()].map((name) => memberResponse(simulator, calendar, path, name, false));
  return [own, ...members, ...nestedResponses(simulator, path)];
}

export function nestedResponses(simulator: CaldavSimulator, path: string): string[] {
  if (!simulator.habits.nested) return [];
  const folder = escapeText(encodeURI(path));
  return [
    response(`${folder}archive/`, '<A:resourcetype><A:collection/></A:resourcetype><A:getetag>"folder"</A:getetag>'),
    response(`${folder}archive/old.ics`, '<A:resourcetype/><A:getetag>"old"</A:getetag>'),
  ];
}

let turn = 0;

/** An object with its ETag and, when asked, its data. */
export function memberResponse(
  simulator: CaldavSimulator,
  calendar: SimulatedCalendar,
  path: string,
  name: string,
  withData: boolean,
): string {
  const { habits } = simulator;
  const stored = calendar.objects.get(name);
  if (!stored) return goneResponse(hrefOf(simulator, path, name));
  const etag = { strong: `"r${stored.revision}"`, weak: `W/"r${stored.revision}"`, missing: '' }[habits.etags];
  const junk = habits.controlCharacters ? '\u0002&#0;' : '';
  const data = escapeText(stored.data).replace('SUMMARY:', `SUMMARY:${junk}`);
  return response(
    hrefOf(simulator, path, name),
    `${etag ? `<A:getetag>${escapeText(etag)}</A:getetag>` : ''}${withData ? `<B:calendar-data>${data}</B:calendar-data>` : '<A:resourcetype/>'}`,
    etag ? '' : '<A:getetag/>',
  );
}

export function goneResponse(href: string): string {
  return `<A:response><A:href>${href}</A:href><A:status>HTTP/1.1 404 Not Found</A:status></A:response>`;
}

export function hrefOf(simulator: CaldavSimulator, path: string, name: string): string {
  const { hrefs } = simulator.habits;
  const style = hrefs === 'mixed' ? (['plain', 'encoded', 'absolute', 'relative'] as const)[turn++ % 4] : hrefs;
  const plain = `${encodeURI(path)}${encodeURI(name)}`;
  switch (style) {
    case 'encoded': {
      const everything = [...Buffer.from(name, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`);
      return `${escapeText(encodeURI(path))}${everything.join('')}`;
    }
    case 'absolute':
      return escapeText(`${simulator.address.replace(/\/$/, '')}${plain}`);
    case 'inner':
      return escapeText(plain.replace(/^\/dav/, ''));
    case 'relative':
      return escapeText(`./${encodeURI(name)}`);
    default:
      return escapeText(plain);
  }
}

function response(href: string, properties: string, missing = ''): string {
  const notFound = missing
    ? `<A:propstat><A:prop>${missing}</A:prop><A:status>HTTP/1.1 404 Not Found</A:status></A:propstat>`
    : '';
  return (
    `<A:response><A:href>${href}</A:href><A:propstat><A:prop>${properties}</A:prop><A:status>HTTP/1.1 200 OK</A:status>` +
    `</A:propstat>${notFound}</A:response>`
  );
}

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
}

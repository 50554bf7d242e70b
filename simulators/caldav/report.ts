/** REPORT: sync-collection and calendar-multiget, as the habits have it. */
import type { SimulatedCalendar } from './calendars.ts';
import type { CaldavSimulator } from './server.ts';
import { escapeText, goneResponse, hrefOf, memberResponse, nestedResponses, writeMultistatus } from './xml.ts';

interface Answer {
  status: number;
  text: string;
}

const empty: Answer = { status: 207, text: writeMultistatus([]) };

export function answerReport(
  simulator: CaldavSimulator,
  calendar: SimulatedCalendar,
  path: string,
  body: string,
): Answer {
  if (/<\w*:?sync-collection/.test(body)) return answerSync(simulator, calendar, path, body);
  if (/<\w*:?calendar-multiget/.test(body)) return answerMultiget(simulator, calendar, path, body);
  return { status: 403, text: '' };
}

/** Tokens are the revision they stand for. */
function answerSync(simulator: CaldavSimulator, calendar: SimulatedCalendar, path: string, body: string): Answer {
  const { habits } = simulator;
  if (habits.sync === 'notImplemented') return { status: 501, text: '' };
  if (habits.sync === 'badRequest') return { status: 400, text: 'bad request' };
  if (habits.sync === 'forbidden') {
    return { status: 403, text: '<?xml version="1.0"?><error xmlns="DAV:"><supported-report/></error>' };
  }
  if (habits.sync === 'ignored') return empty;
  const given = /sync-token>urn:rev:(\d+)</.exec(body)?.[1];
  const since = given === undefined ? 0 : Number(given);
  if (given !== undefined && (habits.forgetsTokens || since < calendar.oldestToken)) {
    return { status: 403, text: '<?xml version="1.0"?><D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>' };
  }
  if (habits.claimsEmpty && given === undefined)
    return { status: 207, text: writeMultistatus([], `urn:rev:${calendar.revision}`) };
  const changes = calendar.changesSince(since);
  const part = habits.syncPart === null ? changes : changes.slice(0, habits.syncPart);
  const responses = part.map(({ object }) => memberResponse(simulator, calendar, path, object, false));
  if (part.length < changes.length) {
    responses.push(
      `<A:response><A:href>${escapeText(encodeURI(path))}</A:href><A:status>HTTP/1.1 507 Insufficient Storage</A:status>` +
        '<A:error><A:number-of-matches-within-limits/></A:error></A:response>',
    );
    return { status: 207, text: writeMultistatus(responses, `urn:rev:${part.at(-1)!.revision}`) };
  }
  const token = habits.sync === 'noToken' ? undefined : `urn:rev:${calendar.revision}`;
  return { status: 207, text: writeMultistatus([...responses, ...nestedResponses(simulator, path)], token) };
}

function answerMultiget(simulator: CaldavSimulator, calendar: SimulatedCalendar, path: string, body: string): Answer {
  const { habits } = simulator;
  if (habits.multiget === 'ignored') return empty;
  if (habits.multiget === 'forbidden') return { status: 403, text: '' };
  if (habits.multiget === 'crashes') return { status: 500, text: 'Traceback (most recent call last)' };
  const names = [...body.matchAll(/<\w*:?href>([^<]*)</g)].map(
    (match) => decodeURIComponent(match[1]!.replaceAll('&amp;', '&')).split('/').at(-1)!,
  );
  const responses = names.flatMap((name, at) => {
    if (at % 7 === 3 && habits.multiget === 'partly404') return goneResponse(hrefOf(simulator, path, name));
    if (at % 7 === 3 && habits.multiget === 'forgets') return [];
    if (habits.unreadable !== null && name.startsWith(habits.unreadable)) return [];
    return memberResponse(simulator, calendar, path, name, true);
  });
  return { status: 207, text: writeMultistatus(responses) };
}

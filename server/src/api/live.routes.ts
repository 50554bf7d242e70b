import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { presenceOf } from '../presence/service.ts';
import { seenAmong } from './access.ts';
import type { LiveHub } from './live/hub.ts';
import { eventBlock, openStream } from './live/stream.ts';
import { noteReader } from './note-reader.queries.ts';
import { noView, toldPresence, viewsFor } from './presence-views.ts';
import { type Route, route } from './route.ts';
import { UserIds } from './schemas/common.ts';

/** What setTimeout can wait for. */
const maxTimerMs = 2 ** 31 - 1;

export function liveRoutes({ store }: Context, hub: LiveHub): Route[] {
  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/live',
      tag: 'Presence',
      operation: 'followLive',
      summary: 'Follow changes as they happen (Server-Sent Events)',
      description: `First the current presence of every user asked for, and what else has changed in the last 15 seconds, so that whoever
reads before following misses nothing; then changes, at most every 100 ms. A change may be told twice:

- \`presence\`: a Presence, as the viewer may see it; never with phones, and one’s own without the title.
- \`agenda\`: \`{ userId }\`: the agenda changed, read it again.
- \`account\`: \`{ userId, accountId }\`: its health or its calendars changed. Own ones only.
- \`forwarding\`: \`{ userId, entry }\`: a new line of the forwarding log. Own ones only.
- \`alert\`: alerts have changed: read them again. For administrators and readers.
- \`reload\`: something was missed: read agendas, accounts and the forwarding log again.

A browser reconnects by itself with \`Last-Event-ID\` and is then sent what is newer. Administrators and readers get
everything of every user they ask for, administrators of locations of the users there. The stream ends when the session
or the role does.`,
      query: z.object({
        users: UserIds.optional().openapi({
          description: 'Ids of users, with commas between. The signed-in user is always among them.',
        }),
      }),
      answer: null,
      produces: 'text/event-stream',
      async handle({ viewer, query: { users = [] }, http }) {
        const watched = new Set([viewer.userId, ...users]);
        const seesAll = viewer.role === 'administrator' || viewer.role === 'reader';
        const { stream, response } = openStream({
          hearsAlerts: viewer.role !== 'user',
          ...{ userId: viewer.userId, whole: seesAll ? 'all' : new Set([viewer.userId]), watched, views: new Map() },
          reader: await noteReader(store.db, viewer.userId),
          onClose(closed) {
            clearTimeout(end);
            hub.remove(closed);
          },
        });
        // Nobody asks for a stream's token a second time: it ends with it.
        const left = viewer.endsAt?.since(Temporal.Now.instant()).total('milliseconds');
        const end = left === undefined ? undefined : setTimeout(() => stream.close(), Math.min(left, maxTimerMs));
        // Added before reading: a change in between is told twice rather than never, and a role that is taken ends it.
        hub.add(stream);
        if (!seesAll) stream.whole = await seenAmong(store.db, viewer, [...watched]);
        stream.views = (await viewsFor(store.db, [stream])).get(stream)!;
        hub.tellAgain(stream);
        const lastSeen = Number.parseInt(http.req.header('last-event-id') ?? '', 10);
        const position = hub.position();
        const blocks: string[] = ['retry: 2000\n\n'];
        if (Number.isFinite(lastSeen)) blocks.push(eventBlock('reload', '{}'));
        for (const presence of await presenceOf(store.db, [...watched])) {
          if (presence.changeNumber <= lastSeen) continue;
          const reading = { reader: stream.reader, now: Temporal.Now.instant() };
          const shown = toldPresence(presence, stream.views.get(presence.userId) ?? noView, reading);
          blocks.push(eventBlock('presence', JSON.stringify(shown)));
        }
        // The id comes last and alone: whoever is cut before it starts over.
        blocks.push(`id: ${position}\nevent: position\ndata: {}\n\n`);
        stream.begin(blocks.join(''));
        return response;
      },
    }),
  ];
}

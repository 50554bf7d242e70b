/** A mailbox that is a file, so that several processes share it: it keeps messages as pages, as Exchange does. */
import fs from 'node:fs';
import { repliesOf, storedReplies } from '../../server/src/automatic-replies/replies.ts';
import type { AutomaticReplies, CalendarConnector } from '../../server/src/calendars/connector.ts';

export const readMailbox = (file: string): AutomaticReplies => repliesOf(JSON.parse(fs.readFileSync(file, 'utf8')));

export function writeMailbox(file: string, replies: AutomaticReplies): void {
  // Whole or not at all: its reader may be killed at any moment, and so may its writer.
  fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(storedReplies(replies)));
  fs.renameSync(`${file}.${process.pid}`, file);
}

const page = (message: string) => (/^(<html>|$)/.test(message) ? message : `<html><body>${message}</body></html>`);

/** Of kind "microsoft365", by whose settings it is allowed. */
export const fileMailbox = (file: string): CalendarConnector =>
  ({
    kind: 'microsoft365',
    automaticReplies: {
      read: async () => readMailbox(file),
      async write(_: unknown, replies: AutomaticReplies) {
        const { internalMessage, externalMessage } = replies;
        writeMailbox(file, {
          ...replies,
          internalMessage: page(internalMessage),
          externalMessage: page(externalMessage),
        });
      },
    },
  }) as unknown as CalendarConnector;

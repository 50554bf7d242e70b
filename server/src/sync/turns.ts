/**
 * Turns at reading, for the whole process. Everything that `setImmediate` puts off is done in one go before the process
 * looks at its sockets again: thirty pulls that each yield after some milliseconds would still keep whoever asks the
 * server waiting for all of them together. Here the turns between two looks have a time in common.
 */
import type { Outbound, OutboundSession } from '../outbound/outbound.ts';

/** Milliseconds of work between two looks at the sockets, and one more turn. Of work, not of waiting for a core. */
const longestStretch = 4;

/** When the turns since the last look began, by this thread's time on a core. */
let began = Number.NEGATIVE_INFINITY;
/** Somebody waits who comes first after the next look. */
let firstWaits = false;

const worked = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** Resolves when it is the caller's turn, in the order in which it was asked for. */
export function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const tried = (first: boolean) => {
    const now = worked();
    if (!first && now - began > longestStretch) {
      setImmediate(tried, !firstWaits);
      firstWaits = true;
      return;
    }
    if (first) {
      began = now;
      firstWaits = false;
    }
    resolve();
  };
  setImmediate(tried, false);
  return promise;
}

/**
 * The same way out, but what an answer brings is taken apart at its reader's turn: of answers that arrive together each
 * would else be worked on in the same look at the sockets.
 */
export function inTurns(outbound: Outbound): Outbound {
  return {
    ...outbound,
    async fetch(url, request) {
      const answer = await outbound.fetch(url, request);
      await nextTurn();
      return answer;
    },
    session: (options) => sessionInTurns(outbound.session(options)),
  };
}

function sessionInTurns(session: OutboundSession): OutboundSession {
  return {
    async send(url, request) {
      const answer = await session.send(url, request);
      return { ...answer, body: piecesInTurns(answer.body) };
    },
    close: () => session.close(),
  };
}

async function* piecesInTurns(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) {
    await nextTurn();
    yield piece;
  }
}

/**
 * Turns at reading, for the whole process. Everything that `setImmediate` puts off is done in one go before the process
 * looks at its sockets again: thirty pulls that each yield after some milliseconds would still keep whoever asks the
 * server waiting for all of them together. Here the turns between two looks have a time in common, and none is given
 * after a look in which somebody asked: Node takes one new connection in each, and a hundred may be waiting.
 */
import type { Outbound, OutboundSession } from '../outbound/outbound.ts';

/** Milliseconds of work between two looks at the sockets, and one more turn. Of work, not of waiting for a core. */
const longestStretch = 4;
/** Of work since the last stretch began: after it there is another one, whoever asks. */
const longestPutOff = 12;

const waiting: (() => void)[] = [];
let scheduled = false;
/** When the last stretch began, by this thread's time on a core. */
let began = Number.NEGATIVE_INFINITY;
let asked = false;

/** Resolves when it is the caller's turn, in the order in which it was asked for. */
export function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.push(resolve);
  if (!scheduled) setImmediate(afterLook);
  scheduled = true;
  return promise;
}

/** From outside, by a connection or a request: it is answered before others have their turn. */
export function somebodyAsks(): void {
  asked = true;
}

function afterLook(): void {
  const now = worked();
  const putOff = asked && now - began < longestPutOff;
  asked = false;
  if (putOff) {
    setImmediate(afterLook);
    return;
  }
  began = now;
  giveTurn();
}

function giveTurn(): void {
  if (waiting.length === 0) {
    scheduled = false;
    return;
  }
  if (worked() - began > longestStretch) {
    setImmediate(afterLook);
    return;
  }
  waiting.shift()!();
  // When all that the turn sets going is done: ticks come after the last microtask, which is when its work has ended.
  queueMicrotask(() => process.nextTick(giveTurn));
}

function worked(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
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

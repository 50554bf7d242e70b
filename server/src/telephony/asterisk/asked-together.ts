/** One answer for all who ask for the same at the same time, without anybody getting one that is older than their question. */

/**
 * @param ask at most one is under way at a time.
 * @returns asks for whoever calls, and with them for all who call before it begins; whoever calls later gets the next one.
 *   The signal of the first of them counts for all.
 */
export function askedTogether<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
): (signal: AbortSignal) => Promise<Answer> {
  let underWay: Promise<unknown> | null = null;
  let next: Promise<Answer> | null = null;
  async function begin(signal: AbortSignal): Promise<Answer> {
    // Many ask in the same turn: when the answers to what they asked before came in one packet.
    await new Promise(setImmediate);
    while (underWay) await underWay.catch(() => {});
    next = null;
    const answer = ask(signal);
    underWay = answer.finally(() => {
      underWay = null;
    });
    return answer;
  }
  return (signal) => {
    next ??= begin(signal);
    return next;
  };
}

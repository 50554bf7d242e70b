/** One answer for all who ask for the same at the same time, without anybody getting one that is older than their question. */

/**
 * @param ask at most one is under way at a time.
 * @returns asks for whoever calls, and with them for all who call before it begins; whoever calls later gets the next one.
 *   The signal of the last of them counts for all: it has most of its time left.
 */
export function askedTogether<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
): (signal: AbortSignal) => Promise<Answer> {
  let underWay: Promise<void> | null = null;
  let next: { answer: Promise<Answer>; signal: AbortSignal } | null = null;
  async function begin(): Promise<Answer> {
    // Many ask in the same turn: when the answers to what they asked before came in one packet.
    await new Promise(setImmediate);
    while (underWay) await underWay;
    const { signal } = next!;
    next = null;
    const answer = ask(signal);
    const over = () => {
      underWay = null;
    };
    underWay = answer.then(over, over);
    return answer;
  }
  return (signal) => {
    if (next) next.signal = signal;
    else next = { answer: begin(), signal };
    return next.answer;
  };
}

/** What is worked out for one phone holds for all that are alike: on the hour there are thousands. */

/**
 * @returns gives what `work` gives, and calls it once for the same keys. Objects are the same when they are that very object.
 */
export function onceFor<Result>(): (keys: readonly unknown[], work: () => Result) => Result {
  const results = new Map<unknown, unknown>();
  return (keys, work) => {
    let level = results;
    for (const key of keys.slice(0, -1)) {
      const next = (level.get(key) as Map<unknown, unknown>) ?? new Map();
      level.set(key, next);
      level = next;
    }
    const last = keys.at(-1);
    if (!level.has(last)) level.set(last, work());
    return level.get(last) as Result;
  };
}

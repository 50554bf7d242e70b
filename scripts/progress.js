// Shows that a long step is alive: one line rewritten each second on a terminal, else a plain line now and then.
const every = 15; // seconds between plain lines

/**
 * Runs `work` under the title. Prints the title at once and the time it took; an error is passed on.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 1000);
  const terminal = process.stdout.isTTY === true;
  const show = (text) => process.stdout.write(terminal ? `\r\x1b[2K${text}` : `${text}\n`);
  show(`${title} ...`);
  const timer = setInterval(
    () => {
      if (terminal || seconds() > 0) show(`${title} ... ${seconds()} s`);
    },
    terminal ? 1000 : every * 1000,
  );
  try {
    const result = await work();
    show(`${title}: done in ${seconds()} s`);
    return result;
  } catch (error) {
    show(`${title}: failed after ${seconds()} s`);
    throw error;
  } finally {
    clearInterval(timer);
    if (terminal) process.stdout.write('\n');
  }
}

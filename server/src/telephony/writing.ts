/** Writes to phones what was decided and made durable, as many at once as the phone system likes. */
import type { ConnectorError } from '../calendars/connector.ts';
import type { PhoneSystemConnection } from './connector.ts';
import { asConnectorError, heldUp, type Step } from './outcomes.ts';
import { keyOf, type RecordRow } from './records.ts';

/** To a system that is written phone by phone. */
const phonesAtOnce = 8;
/** Few enough for a slow system to answer in time, many enough that waiting for it doesn't count. */
const changesTogether = 512;
const portionsAtOnce = 2;

export interface Writing {
  signal: AbortSignal;
  now: () => Temporal.Instant;
  /** No write is begun later: by then the lease may be another's. */
  latest: Temporal.Instant;
}

/**
 * @param steps all with something to write
 * @returns what went wrong, by `keyOf`. No error is no proof: the caller reads back.
 */
export async function writeAll(
  connection: PhoneSystemConnection,
  steps: readonly Step[],
  { signal, now, latest }: Writing,
): Promise<Map<string, ConnectorError>> {
  const errors = new Map<string, ConnectorError>();
  const attempt = async (portion: readonly Step[], write: () => Promise<(ConnectorError | null)[]>) => {
    let found: (ConnectorError | null)[];
    try {
      if (Temporal.Instant.compare(now(), latest) > 0) throw heldUp();
      found = await write();
    } catch (error) {
      found = portion.map(() => asConnectorError(error));
    }
    for (const [at, error] of found.entries()) if (error) errors.set(keyOf(portion[at]!.row), error);
  };
  const together = (portion: readonly Step[]) =>
    attempt(portion, () =>
      connection.applyAll!(
        portion.map(({ row, actual, decision }) => ({
          ...{ extension: row.number, slot: row.slot, from: actual, to: decision.write! },
          ...(wasOpen(row) && { cutOff: true }),
        })),
        signal,
      ),
    );
  // Several slots of an extension one after another: some systems keep them in one piece.
  const oneByOne = async (phone: readonly Step[]) => {
    for (const step of phone)
      await attempt([step], async () => {
        const { row, decision } = step;
        await connection.apply(row.number, row.slot, decision.write!, row.context, signal);
        return [];
      });
  };
  if (connection.applyAll) await sharedOut(portionsOf(steps, changesTogether), portionsAtOnce, together);
  else await sharedOut([...Map.groupBy(steps, ({ row }) => row.extensionId).values()], phonesAtOnce, oneByOne);
  return errors;
}

/** Whether a write was on its way when the record was loaded. */
const wasOpen = ({ record: { phase } }: RecordRow) => phase === 'intent' || phase === 'restoring';

/** Works on all portions, so many at a time, each begun in turn. What is begun ends, also when another fails; then nothing more is begun. */
export async function sharedOut<Portion>(
  portions: readonly Portion[],
  atOnce: number,
  work: (portion: Portion) => Promise<void>,
): Promise<void> {
  const queue = portions.values();
  let failed = false;
  const worker = async () => {
    for (const portion of queue) {
      if (failed) return;
      try {
        await work(portion);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  for (const ended of await Promise.allSettled(Array.from({ length: atOnce }, worker)))
    if (ended.status === 'rejected') throw ended.reason;
}

export const portionsOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

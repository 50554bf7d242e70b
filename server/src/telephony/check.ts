/** Checks a phone system in plain steps, before it is saved or when it fails. Writes nothing. */
import { checklist } from '../calendars/checklist.ts';
import { type CheckStep, ConnectorError } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { type ForwardingMode, forwardingModes } from '../presence/presence.ts';
import type { Capabilities, PhoneSystemConnection } from './connector.ts';
import { connectTo, type PhoneSystemKinds, type StoredPhoneSystem } from './connectors.ts';
import { asConnectorError } from './outcomes.ts';
import { tokensInStore } from './token-store.ts';

export interface PhoneSystemCheck {
  steps: CheckStep[];
  /** For each mode: true, or why this system can't do it. Null when the settings are no good. */
  modes: Record<ForwardingMode, true | string> | null;
  /** The same for forwarding of calls that find the user busy, or that nobody answers. */
  slots: Capabilities['slots'] | null;
}

/** @param extension one to read, to prove the way there and back; null: that step is left out. Never throws. */
export async function checkPhoneSystem(
  context: Pick<Context, 'secrets'> & Partial<Pick<Context, 'store'>>,
  kinds: PhoneSystemKinds,
  system: StoredPhoneSystem,
  extension: string | null,
  signal: AbortSignal = AbortSignal.timeout(20_000),
): Promise<PhoneSystemCheck> {
  const { steps, step: tell } = checklist(asConnectorError);
  // A connection that doesn't listen to its signal ends as well, and whatever one makes of it is told in words.
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  timedOut.catch(() => {});
  const late = () => reject(new ConnectorError('unreachable', 'The phone system did not answer in time.'));
  signal.addEventListener('abort', late, { once: true });
  if (signal.aborted) late();
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await Promise.race([work, timedOut]);
    } catch (error) {
      if (signal.aborted && !(error instanceof ConnectorError)) return await timedOut;
      throw error;
    }
  };
  const step = (name: string, work: () => Promise<string>) => tell(name, () => inTime(work()));
  let connection: PhoneSystemConnection | null = null;
  try {
    const going =
      (await step('settings', async () => {
        const tokens = context.store && tokensInStore(context.store.db, context.secrets, system.id);
        connection = await connectTo(kinds, context.secrets, system, tokens);
        return 'The settings are complete.';
      })) &&
      (await step('connection', async () => {
        const bootId = await connection!.bootId(signal);
        return bootId
          ? `The phone system answers; it was started at or as "${bootId}".`
          : 'Nothing tells when this phone system was started: after a restart a lost forwarding is taken for a change by hand.';
      }));
    if (going && extension)
      await step('reading', async () => {
        const { mode, target } = (await connection!.read(extension, signal)).always;
        const state = mode === 'off' ? 'is not forwarded' : `has ${mode}${target ? ` to ${target}` : ''}`;
        return `Extension ${extension} ${state}.`;
      });
    const more = connection as PhoneSystemConnection | null;
    if (going && more?.check)
      try {
        steps.push(...(await inTime(more.check(signal))));
      } catch (error) {
        steps.push(failed('rights', error));
      }
    const { modes = null, slots = null } = (connection as PhoneSystemConnection | null)?.capabilities ?? {};
    if (modes) {
      const unable = forwardingModes.filter((mode) => modes[mode] !== true);
      if (unable.length > 0)
        steps.push({ name: 'modes', ok: true, message: unable.map((mode) => `${mode}: ${modes[mode]}`).join(' ') });
    }
    return { steps, modes, slots };
  } finally {
    await (connection as PhoneSystemConnection | null)?.close().catch(() => {});
  }
}

function failed(name: string, error: unknown): CheckStep {
  const { message, errorClass } = asConnectorError(error);
  return { name, ok: false, message, errorClass };
}

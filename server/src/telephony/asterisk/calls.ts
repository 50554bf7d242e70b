/**
 * Calls in progress. A user is on the phone while a channel of one of the user's phones is in a bridge with another:
 * ringing isn't it, and neither is listening to an announcement or dialling a feature code. Which channels are in a
 * bridge is asked once a connection (CoreShowChannels) and then followed by its events (BridgeEnter, BridgeLeave,
 * Rename), so a busy exchange isn't asked for all its calls at each of them.
 */
import type { Call } from '../connector.ts';
import type { AmiMessage } from './ami.ts';
import type { Devices } from './devices.ts';
import type { AmiSession } from './session.ts';

export const callEvents = ['BridgeEnter', 'BridgeLeave', 'Rename'] as const;

/** Events are trusted for so long; then all is asked again. Milliseconds. */
const trustedMs = 60_000;

interface Bridged {
  channel: string;
  since: Temporal.Instant;
}

export interface CallWatch {
  /** By now; each user's calls. @throws ConnectorError */
  calls(signal: AbortSignal): Promise<Call[]>;
  /** Calls back when a channel of a phone has come into a bridge or left one. */
  onChange(listener: () => void): void;
}

export function watchCalls(session: AmiSession, devices: Devices): CallWatch {
  const listeners = new Set<() => void>();
  /** By the channel's unique id; null: to be asked for. */
  let bridged: Map<string, Bridged> | null = null;
  let askedAt = 0;
  let asking: { answer: Promise<void>; meanwhile: AmiMessage[] } | null = null;

  session.onLost(() => {
    bridged = null;
    devices.forget();
  });
  session.onEvent((event) => {
    if (!deviceOf(event.channel ?? '') || !callEvents.some((name) => name === event.event)) return;
    asking?.meanwhile.push(event);
    if (bridged) follow(bridged, event);
    for (const listener of listeners) listener();
  });

  async function ask(signal: AbortSignal): Promise<void> {
    const meanwhile: AmiMessage[] = [];
    const answer = session.must({ Action: 'CoreShowChannels' }, signal).then(({ events }) => {
      const now = Temporal.Now.instant();
      const before = bridged;
      const found = new Map<string, Bridged>();
      for (const { channel = '', bridgeid, uniqueid = '', duration } of events)
        if (bridgeid && deviceOf(channel))
          found.set(uniqueid, { channel, since: before?.get(uniqueid)?.since ?? now.subtract(lasted(duration)) });
      // What was told while Asterisk made its list may be missing from it or not: told twice is as good as once.
      for (const event of meanwhile) follow(found, event);
      bridged = found;
      askedAt = Date.now();
    });
    asking = { answer, meanwhile };
    try {
      await answer;
    } finally {
      asking = null;
    }
  }

  return {
    async calls(signal) {
      if (!bridged || Date.now() - askedAt > trustedMs) await (asking?.answer ?? ask(signal));
      const calls = [...(bridged ?? new Map<string, Bridged>())].map(async ([id, { channel, since }]) => {
        const extension = await devices.userOf(deviceOf(channel)!, signal);
        return extension === null ? [] : [{ id, extension, since }];
      });
      return (await Promise.all(calls)).flat();
    },
    onChange: (listener) => void listeners.add(listener),
  };
}

function follow(bridged: Map<string, Bridged>, { event, uniqueid = '', channel = '', newname }: AmiMessage): void {
  if (event === 'BridgeEnter')
    bridged.set(uniqueid, bridged.get(uniqueid) ?? { channel, since: Temporal.Now.instant() });
  else if (event === 'BridgeLeave') bridged.delete(uniqueid);
  else if (newname && bridged.has(uniqueid)) bridged.set(uniqueid, { ...bridged.get(uniqueid)!, channel: newname });
}

/** The phone of "PJSIP/101-0000002a"; null for what isn't one (Local, trunks are told by having no extension of ours). */
export function deviceOf(channel: string): string | null {
  return /^(?:PJSIP|SIP|IAX2|SCCP|DAHDI|Motif)\/(.+)-[0-9a-f]+$/i.exec(channel)?.[1] ?? null;
}

/** "01:02:03", of the channel: at least as long as its part in the bridge. */
function lasted(duration = ''): Temporal.Duration {
  const [hours = 0, minutes = 0, seconds = 0] = duration.split(':').map(Number);
  return Temporal.Duration.from({ hours: hours || 0, minutes: minutes || 0, seconds: seconds || 0 });
}

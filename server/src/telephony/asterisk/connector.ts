/**
 * Asterisk and FreePBX by AMI: forwarding with its lamps (forwarding.ts), calls in progress (calls.ts) and presence on
 * phones (presence.ts). AstDB changes raise no event; a lamp that changes does (module res_manager_devicestate), and so
 * does the end of a call to a feature code. Another target under a lit lamp is seen by looking.
 * Rights of the manager user: read and write system, call, reporting (DBPut needs system, Setvar needs call).
 */
import { z } from 'zod';
import type { PhoneSystemConnection, PhoneSystemConnector, PhoneSystemHint } from '../connector.ts';
import { callEvents, deviceOf, watchCalls } from './calls.ts';
import { rememberedDevices } from './devices.ts';
import { forwardingInAstDb, neither } from './forwarding.ts';
import { ownLamps } from './own-lamps.ts';
import { presenceOnPhones } from './presence.ts';
import { astDb, openSession } from './session.ts';

export const asteriskSettings = z.object({
  host: z.string().trim().min(1, 'The host name or address of the Asterisk server is missing.'),
  port: z.number().int().min(1).max(65535).default(5038),
  tls: z.boolean().default(false),
  username: z.string().trim().min(1, 'The name of the manager user (manager.conf) is missing.'),
  /** What is dialled to reach a voice mailbox directly; FreePBX: "*" before the extension. Empty: no voicemail. */
  voicemail: z
    .string()
    .regex(/^[0-9*#+]*(\{\{extension\}\})?[0-9*#+]*$/, 'Voicemail is dialled by digits, *, # and {{extension}}.')
    .default('*{{extension}}'),
  /** At most this many requests (AMI actions) a second are sent to it; left out: as many as there are. */
  requestsPerSecond: z.number().min(1).max(10_000).optional(),
  /** Whether users are "on the phone" while they talk. */
  calls: z.boolean().default(true),
  /** Whether phones show the presence of users (CustomPresence). */
  presence: z.boolean().default(true),
});
export type AsteriskSettings = z.infer<typeof asteriskSettings>;
export const asteriskSecret = z.object({ password: z.string().min(1, "The manager user's secret is missing.") });
export type AsteriskSecret = z.infer<typeof asteriskSecret>;

export const asteriskConnector: PhoneSystemConnector<AsteriskSettings, AsteriskSecret> = {
  kind: 'asterisk',
  async connect({ settings, secret }) {
    return connection(settings, secret);
  },
};

function connection(settings: AsteriskSettings, secret: AsteriskSecret): PhoneSystemConnection {
  const names = ['Hangup', ...(settings.calls ? callEvents : [])];
  // Of the states of devices only our lamps: each call changes several others.
  const events = ['Device: Custom:(CF|DND)', ...names.map((name) => `Event: ${name}`)];
  const session = openSession({ ...settings, password: secret.password }, events);
  const db = astDb(session);
  const devices = rememberedDevices(db);
  const lamps = ownLamps();
  const forwarding = forwardingInAstDb(session, db, devices, lamps, settings.voicemail);
  const calls = settings.calls ? watchCalls(session, devices) : null;
  const presence = presenceOnPhones(session, db);
  const hints = new Set<(hint: PhoneSystemHint) => void>();
  const tell = (hint: PhoneSystemHint) => {
    for (const listener of hints) listener(hint);
  };
  // Whatever changed while we were away: everything is to be looked at.
  session.onLost(() => {
    tell({ what: 'forwarding', extension: null });
    tell({ what: 'calls', extension: null });
  });
  session.onEvent(({ event, device = '', state = '', channel, exten, calleridnum }) => {
    const [, lamp] = /^Custom:(?:CF|DND)(.+)$/.exec(device) ?? [];
    if (event === 'DeviceStateChange' && lamp && !lamps.isOurs(device, state))
      tell({ what: 'forwarding', extension: lamp });
    // *90 and its like have no lamp: whoever has dialled a feature code may have changed something.
    if (event === 'Hangup' && exten?.startsWith('*') && deviceOf(channel ?? ''))
      tell({ what: 'forwarding', extension: calleridnum || deviceOf(channel!) });
  });
  calls?.onChange(() => tell({ what: 'calls', extension: null }));

  return {
    capabilities: {
      modes: { off: true, all: true, internal: neither, external: neither, doNotDisturb: true },
      slots: { busy: true, unanswered: true },
      voicemail: settings.voicemail !== '',
      readAll: true,
      watch: true,
      presence: settings.presence,
      // All phones are read by the three lists of AstDB: looking costs next to nothing.
      ...(settings.requestsPerSecond !== undefined && { cost: { perSecond: settings.requestsPerSecond, perPhone: 0 } }),
    },
    async bootId(signal) {
      const { response } = await session.must({ Action: 'CoreStatus' }, signal);
      return `${response.corestartupdate ?? ''}T${response.corestartuptime ?? ''}`;
    },
    read: forwarding.read,
    readAll: forwarding.readAll,
    async apply(extension, slot, to, _context, signal) {
      const [refused] = await forwarding.applyAll([{ extension, slot, from: null, to }], signal);
      if (refused) throw refused;
    },
    applyAll: forwarding.applyAll,
    ...(calls ? { calls: calls.calls } : {}),
    showPresence: (wanted, all, signal) =>
      presence.show(settings.presence ? wanted : new Map<string, null>(), all || !settings.presence, signal),
    async check(signal) {
      // Asterisk lists what this manager user may do.
      const { response } = await session.must({ Action: 'ListCommands' }, signal);
      const missing = ['DBGet', 'DBPut', 'DBDel', 'Setvar', ...(settings.calls ? ['CoreShowChannels'] : [])].filter(
        (action) => !(action.toLowerCase() in response),
      );
      const rights = 'read and write for system, call and reporting in manager.conf';
      const message = missing.length
        ? `The manager user may not do ${missing.join(', ')}: give it ${rights}.`
        : 'The manager user may do all that is needed.';
      return [{ name: 'rights', ok: missing.length === 0, message }];
    },
    watch: (onHint) => void hints.add(onHint),
    close: session.close,
  };
}

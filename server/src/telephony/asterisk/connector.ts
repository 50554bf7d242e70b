/**
 * Asterisk and FreePBX by AMI. Forwarding lives in AstDB the way FreePBX keeps it: `CF/<extension>` is the target of all
 * calls, `CFB/` and `CFU/` those of busy and unanswered ones, `DND/<extension>` = YES is do not disturb; the lamps `Custom:CF<extension>` and `Custom:DND<extension>` (and their
 * DEV twins) follow, so that BLF keys and *72 agree with us. AstDB changes raise no event, a lamp that
 * changes does (module res_manager_devicestate); another target under a lit lamp is seen by looking.
 * Rights of the manager user: read and write system, call, reporting (DBPut needs system, Setvar needs call).
 */
import { z } from 'zod';
import { ConnectorError } from '../../calendars/connector.ts';
import { type Slot, type SlotForwarding, slotOff } from '../../presence/presence.ts';
import type { PhoneForwarding, PhoneSystemConnection, PhoneSystemConnector } from '../connector.ts';
import { type Ami, type AmiAnswer, openAmi } from './ami.ts';

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
});
export type AsteriskSettings = z.infer<typeof asteriskSettings>;
export const asteriskSecret = z.object({ password: z.string().min(1, "The manager user's secret is missing.") });
export type AsteriskSecret = z.infer<typeof asteriskSecret>;

const neither =
  'Asterisk keeps one forwarding for all callers (AstDB): it cannot tell internal from external callers. Use "all".';

/** In AstDB. */
const families = ['CF', 'DND', 'CFB', 'CFU'] as const;
type Family = (typeof families)[number];
const slotFamilies = { busy: 'CFB', unanswered: 'CFU' } as const satisfies Record<Exclude<Slot, 'always'>, Family>;

export const asteriskConnector: PhoneSystemConnector<AsteriskSettings, AsteriskSecret> = {
  kind: 'asterisk',
  async connect({ settings, secret }) {
    return connection(settings, secret);
  },
};

function connection(settings: AsteriskSettings, secret: AsteriskSecret): PhoneSystemConnection {
  const hints = new Set<(extension: string | null) => void>();
  let current: Promise<Ami> | null = null;
  let closed = false;
  /** Entries of all families when they were last listed. */
  let familySize = 0;

  /** The connection in use, or a new one: made by whoever needs it, so a dead server is asked at the reconciler's pace. */
  function ami(signal: AbortSignal): Promise<Ami> {
    if (closed) return Promise.reject(new ConnectorError('unreachable', 'The connection to Asterisk was closed.'));
    current ??= openAmi({ ...settings, password: secret.password }, signal).then(
      (opened) => {
        if (closed) opened.close();
        opened.onClose(() => {
          current = null;
          // Whatever changed while we were away: everything is to be looked at.
          if (!closed) for (const hint of hints) hint(null);
        });
        // A busy exchange tells of every call; only lamps concern us. Where filters aren't allowed we sift ourselves.
        void opened.action({ Action: 'Filter', Operation: 'Add', Filter: 'Event: DeviceStateChange' }).catch(() => {});
        opened.onEvent((event) => {
          const [, extension] = /^Custom:(?:CF|DND)(.+)$/.exec(event.device ?? '') ?? [];
          if (event.event === 'DeviceStateChange' && extension) for (const hint of hints) hint(extension);
        });
        return opened;
      },
      (error) => {
        current = null;
        throw error;
      },
    );
    return current;
  }
  async function run(fields: Record<string, string>, signal: AbortSignal): Promise<AmiAnswer> {
    return (await ami(signal)).action(fields, signal);
  }
  async function must(fields: Record<string, string>, signal: AbortSignal): Promise<AmiAnswer> {
    const answer = await run(fields, signal);
    if (answer.response.response === 'Success') return answer;
    throw refusal(fields, answer);
  }
  async function get(family: string, key: string, signal: AbortSignal): Promise<string> {
    const answer = await run({ Action: 'DBGet', Family: family, Key: key }, signal);
    if (answer.response.response === 'Success') return answer.events[0]?.val?.trim() ?? '';
    if (/not found/i.test(answer.response.message ?? '')) return '';
    throw refusal({ Action: 'DBGet' }, answer);
  }
  async function put(family: string, key: string, value: string, signal: AbortSignal): Promise<void> {
    if (value) await must({ Action: 'DBPut', Family: family, Key: key, Val: value }, signal);
    else {
      // Asterisk answers Error for a key that isn't there: then it is done. A missing right reads otherwise.
      const fields = { Action: 'DBDel', Family: family, Key: key };
      const answer = await run(fields, signal);
      if (/permission/i.test(answer.response.message ?? '')) throw refusal(fields, answer);
    }
  }
  /** A whole family, or null where this Asterisk can't list one (DBGetTree came with 18.22, 20.7 and 21.2). */
  async function tree(family: string, signal: AbortSignal): Promise<Map<string, string> | null> {
    const answer = await run({ Action: 'DBGetTree', Family: family }, signal);
    if (answer.response.response !== 'Success') return null;
    const values = new Map<string, string>();
    for (const { key, val } of answer.events) if (key) values.set(key.slice(family.length + 2), val?.trim() ?? '');
    return values;
  }
  function targetMeant(extension: string, target: string): string | null {
    return target && target === voicemailOf(settings, extension) ? 'voicemail' : target || null;
  }
  function toTarget(extension: string, target: string): SlotForwarding {
    const meant = targetMeant(extension, target);
    return meant ? { mode: 'all', target: meant } : slotOff;
  }
  function phone(extension: string, of: (family: Family) => string): PhoneForwarding {
    return {
      // A target beneath do not disturb stays on record, so that giving back loses neither.
      always:
        of('DND').toUpperCase() === 'YES'
          ? { mode: 'doNotDisturb', target: targetMeant(extension, of('CF')) }
          : toTarget(extension, of('CF')),
      busy: toTarget(extension, of('CFB')),
      unanswered: toTarget(extension, of('CFU')),
    };
  }
  async function read(extension: string, signal: AbortSignal): Promise<PhoneForwarding> {
    const key = checkedKey(extension);
    const values = await Promise.all(families.map((family) => get(family, key, signal)));
    return phone(extension, (family) => values[families.indexOf(family)]!);
  }

  return {
    capabilities: {
      modes: { off: true, all: true, internal: neither, external: neither, doNotDisturb: true },
      slots: { busy: true, unanswered: true },
      voicemail: settings.voicemail !== '',
      readAll: true,
      watch: true,
    },
    async bootId(signal) {
      const { response } = await must({ Action: 'CoreStatus' }, signal);
      return `${response.corestartupdate ?? ''}T${response.corestartuptime ?? ''}`;
    },
    read,
    async readAll(extensions, signal) {
      // Asterisk lists a family whole or not at all: for a few of many, asking for each is less.
      const list = extensions.length > 2 && extensions.length >= familySize / 4;
      const listed = list ? await Promise.all(families.map((family) => tree(family, signal))) : [];
      const whole = listed.filter((values) => values !== null);
      if (whole.length === families.length) {
        familySize = whole.reduce((size, values) => size + values.size, 0);
        const entry = (family: Family, extension: string) => whole[families.indexOf(family)]!.get(extension) ?? '';
        return new Map(
          extensions.map((extension) => [extension, phone(extension, (family) => entry(family, extension))]),
        );
      }
      // On one connection all questions are under way at once, and answered in order.
      const values = extensions.map(
        async (extension): Promise<[string, PhoneForwarding]> => [extension, await read(extension, signal)],
      );
      return new Map(await Promise.all(values));
    },
    async apply(extension, slot, { mode, target }, _context, signal) {
      const key = checkedKey(extension);
      if (mode === 'internal' || mode === 'external') throw new ConnectorError('refused', neither);
      const dialled = target === 'voicemail' ? voicemailOf(settings, extension) : (target ?? '');
      if (target === 'voicemail' && !dialled)
        throw new ConnectorError('refused', 'No voicemail number is set for this phone system.');
      checkTarget(dialled);
      if (slot !== 'always') return put(slotFamilies[slot], key, dialled, signal);
      const doNotDisturb = mode === 'doNotDisturb';
      const lamps: [string, boolean][] = [
        ['CF', dialled !== ''],
        ['DEVCF', dialled !== ''],
        ['DND', doNotDisturb],
        ['DEVDND', doNotDisturb],
      ];
      // All at once: Asterisk does what comes on one connection in order. A lamp that is refused (a manager user
      // without "call") is told by the check; the forwarding itself stands.
      await Promise.all([
        put('CF', key, dialled, signal),
        put('DND', key, doNotDisturb ? 'YES' : '', signal),
        ...lamps.map(([lamp, lit]) => {
          const Variable = `DEVICE_STATE(Custom:${lamp}${key})`;
          return run({ Action: 'Setvar', Variable, Value: lit ? 'BUSY' : 'NOT_INUSE' }, signal);
        }),
      ]);
    },
    async check(signal) {
      // Asterisk lists what this manager user may do.
      const { response } = await must({ Action: 'ListCommands' }, signal);
      const missing = ['DBGet', 'DBPut', 'DBDel', 'Setvar'].filter((action) => !(action.toLowerCase() in response));
      const rights = 'read and write for system, call and reporting in manager.conf';
      const message = missing.length
        ? `The manager user may not do ${missing.join(', ')}: give it ${rights}.`
        : 'The manager user may do all that is needed.';
      return [{ name: 'rights', ok: missing.length === 0, message }];
    },
    watch(onHint) {
      hints.add(onHint);
    },
    async close() {
      closed = true;
      const opened = await current?.catch(() => null);
      opened?.close();
    },
  };
}

const voicemailOf = (settings: AsteriskSettings, extension: string) =>
  settings.voicemail.replace('{{extension}}', extension);

/** AstDB keys are paths, and Setvar's variable is a function call: nothing but letters and digits gets in. */
function checkedKey(extension: string): string {
  if (/^[A-Za-z0-9_.+*#-]{1,64}$/.test(extension)) return extension;
  throw new ConnectorError(
    'refused',
    `"${extension}" can't be an extension of Asterisk: use letters, digits and + * # . _ -`,
  );
}

/** The target is dialled by the dialplan, where , & | ( $ mean something. */
function checkTarget(target: string): void {
  if (!/^[A-Za-z0-9_.+*#@:-]{0,128}$/.test(target))
    throw new ConnectorError(
      'refused',
      `"${target}" can't be dialled: a forwarding target has digits, letters and + * # only.`,
    );
}

function refusal(fields: Record<string, string>, { response }: AmiAnswer): ConnectorError {
  const message = response.message ?? 'no reason given';
  if (/permission/i.test(message))
    return new ConnectorError(
      'credentials',
      `The manager user may not do ${fields.Action}: give it read and write for system, call and reporting in manager.conf.`,
    );
  return new ConnectorError('internal', `Asterisk refused ${fields.Action}: ${message}`);
}

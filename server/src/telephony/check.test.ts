/** A check of a phone system that never answers ends, with a step in words. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { slotOff } from '../presence/presence.ts';
import { secretsWith } from '../store/secrets.ts';
import { checkPhoneSystem } from './check.ts';
import type { PhoneSystemConnection } from './connector.ts';
import type { PhoneSystemKinds } from './connectors.ts';

const secrets = secretsWith(new Map([['test', Buffer.alloc(32)]]));
const system = { id: 'x', kind: 'silent', settings: {}, secret: null };
const modes = { off: true, all: true, internal: true, external: true, doNotDisturb: true } as const;
let closed = 0;
const kinds = (over: Partial<PhoneSystemConnection>): PhoneSystemKinds =>
  new Map([
    [
      'silent',
      {
        ...{ settings: z.object({}), secret: z.object({ kind: z.string() }), placeOf: () => '' },
        connector: {
          kind: 'silent',
          connect: async () => ({
            capabilities: {
              modes,
              slots: { busy: true, unanswered: true },
              voicemail: true,
              readAll: true,
              watch: true,
            },
            bootId: async () => 'today',
            read: async () => ({ always: slotOff, busy: slotOff, unanswered: slotOff }),
            readAll: async () => new Map(),
            apply: async () => {},
            close: async () => {
              closed++;
            },
            ...over,
          }),
        },
      },
    ],
  ]);

const never = () => new Promise<never>(() => {});
const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('what does not answer in time is a failed step, whatever it makes of being told to stop', async () => {
  const late = { ok: false, errorClass: 'unreachable', message: 'The phone system did not answer in time.' };
  const cases: [string, Partial<PhoneSystemConnection>][] = [
    ['connection', { bootId: never }],
    ['connection', { bootId: aborted }],
    ['reading', { read: never }],
    ['reading', { read: (_, signal) => aborted(signal) }],
    ['rights', { check: never }],
    ['rights', { check: aborted }],
  ];
  for (const [name, over] of cases) {
    const { steps } = await checkPhoneSystem({ secrets }, kinds(over), system, '201', AbortSignal.timeout(30));
    expect(steps.find(({ ok }) => !ok)).toEqual({ name, ...late });
  }
  expect(closed).toBe(cases.length);
});

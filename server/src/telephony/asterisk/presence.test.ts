import { expect, test } from 'vitest';
import type { PhonePresence } from '../connector.ts';
import { deviceOf } from './calls.ts';
import { presenceOnPhones, presenceValue } from './presence.ts';
import type { AmiSession, AstDb } from './session.ts';

const read = (value: string) => {
  const [state, subtype = '', message = '', options] = value.split(',');
  const text = (encoded: string) => Buffer.from(encoded, 'base64').toString('utf8');
  return { state, subtype: text(subtype), message: text(message), options };
};

test('a presence is told as Asterisk reads it, whatever the note says, and fits', () => {
  expect(read(presenceValue({ status: 'appointment', message: 'Bis 14:00, dann da' }))).toEqual({
    ...{ state: 'dnd', subtype: 'meeting', message: 'Bis 14:00, dann da', options: 'e' },
  });
  expect(read(presenceValue({ status: 'available', message: null }))).toMatchObject({
    state: 'available',
    message: '',
  });
  const nasty = 'line\r\nAction: Originate, and more';
  expect(presenceValue({ status: 'outOfOffice', message: nasty })).not.toMatch(/[\r\n]/);
  expect(read(presenceValue({ status: 'outOfOffice', message: nasty })).message).toBe(
    'line Action: Originate, and more',
  );
  const long = read(presenceValue({ status: 'appointment', message: 'Größe 🙂 '.repeat(60) })).message;
  expect(Buffer.byteLength(long)).toBeLessThan(190);
  expect(long).toMatch(/^(Größe 🙂 )+.*…$/u);
  expect(long).not.toContain('\uFFFD');
});

test('channels of phones name their phone', () => {
  expect(['PJSIP/101-0000002a', 'SIP/desk-2-0000abcd', 'IAX2/200-17'].map(deviceOf)).toEqual(['101', 'desk-2', '200']);
  expect(['Local/101@from-internal-00000001;1', 'Message/ast_msg_queue', ''].map(deviceOf)).toEqual([null, null, null]);
});

test('only what differs is written, what somebody else set stays, and what is nobody’s any more goes', async () => {
  const stored = new Map<string, string>();
  const key = (family: string, name: string) => `${family}/${name}`;
  const db: Omit<AstDb, 'getAll'> = {
    get: async (family, name) => stored.get(key(family, name)) ?? '',
    put: async (family, name, value) =>
      void (value ? stored.set(key(family, name), value) : stored.delete(key(family, name))),
    tree: async (family) =>
      new Map(
        [...stored].flatMap(([name, value]) =>
          name.startsWith(`${family}/`) ? [[name.slice(family.length + 1), value]] : [],
        ),
      ),
  };
  const written: string[] = [];
  const session = {
    async must({ Variable = '', Value = '' }: Record<string, string>) {
      const [, extension = ''] = /CustomPresence:(.*)\)$/.exec(Variable) ?? [];
      written.push(`${extension} ${Value.split(',')[0]}`);
      stored.set(key('CustomPresence', extension), Value);
      return { response: {}, events: [] };
    },
  } as unknown as AmiSession;
  const { show } = presenceOnPhones(session, db);
  const signal = AbortSignal.timeout(1_000);
  const since = () => written.splice(0);
  const busy: PhonePresence = { status: 'appointment', message: null };
  const free: PhonePresence = { status: 'available', message: null };

  await show(
    new Map([
      ['101', busy],
      ['102', free],
      ['10,3', busy],
    ]),
    true,
    signal,
  );
  expect(since()).toEqual(['101 dnd', '102 available']);
  await show(
    new Map([
      ['101', busy],
      ['102', free],
    ]),
    true,
    signal,
  );
  expect(since()).toEqual([]);
  stored.set('CustomPresence/101', 'chat,,');
  await show(
    new Map([
      ['101', busy],
      ['102', free],
    ]),
    true,
    signal,
  );
  expect(since()).toEqual([]);
  await show(new Map([['101', free]]), false, signal);
  expect(since()).toEqual(['101 available']);
  stored.delete('CustomPresence/101');
  await show(
    new Map([
      ['101', free],
      ['102', free],
    ]),
    true,
    signal,
  );
  expect(since()).toEqual(['101 available']);
  stored.set('CustomPresence/102', 'away,,');
  await show(new Map([['101', null]]), true, signal);
  expect(since()).toEqual(['101 not_set']);
  expect([...stored]).toEqual([['CustomPresence/102', 'away,,']]);
});

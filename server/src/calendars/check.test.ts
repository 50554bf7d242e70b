/** A check ends with a step in words, however the source behaves. */
import { expect, test } from 'vitest';
import { emptyState, modelConnector } from '../../../test/sources/model-source.ts';
import { checkSource } from './check.ts';
import { type CalendarConnector, ConnectorError } from './connector.ts';

const account = { id: 'x', settings: {}, secret: null };
const anybody = new AbortController().signal;
const found = [
  { name: 'server', ok: true, message: 'It answers.' },
  { name: 'calendars', ok: true, message: 'One calendar found.' },
];
const source = (over: Partial<CalendarConnector>): CalendarConnector => ({
  ...modelConnector(emptyState),
  ...{ settingsSchema: null as never, secretSchema: null as never, kind: 'model' },
  check: async () => found,
  discover: async () => [{ remoteId: 'main', name: 'Main', color: null, selectedByDefault: true }],
  ...over,
});
const never = () => new Promise<never>(() => {});
const untilAborted = (_: unknown, signal: AbortSignal) =>
  new Promise<never>((__, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('a source that is well tells its calendars', async () => {
  expect(await checkSource(source({}), account, anybody, 1_000)).toMatchObject({
    ...{ steps: found, calendars: [{ remoteId: 'main' }] },
  });
});

test('a source that takes too long is a failed step in words, also one that does not listen', async () => {
  const slow = { ok: false, errorClass: 'unreachable', message: expect.stringContaining('within 0 seconds') };
  for (const check of [never, untilAborted])
    expect(await checkSource(source({ check }), account, anybody, 30)).toEqual({
      ...{ steps: [{ name: 'server', ...slow }], calendars: [] },
    });
  for (const discover of [never, untilAborted])
    expect(await checkSource(source({ discover }), account, anybody, 30)).toEqual({
      ...{ steps: [found[0], { name: 'calendars', ...slow }], calendars: [] },
    });
});

test('a source that breaks off while it lists its calendars says so', async () => {
  const discover = () => Promise.reject(new ConnectorError('throttled', 'Come back later.'));
  expect(await checkSource(source({ discover }), account, anybody, 1_000)).toEqual({
    steps: [found[0], { name: 'calendars', ok: false, message: 'Come back later.', errorClass: 'throttled' }],
    calendars: [],
  });
});

test('what is our own fault, or of nobody’s interest any more, is no step', async () => {
  const broken = () => Promise.reject(new TypeError('x is undefined'));
  await expect(checkSource(source({ check: broken }), account, anybody, 1_000)).rejects.toThrow(TypeError);
  const gone = AbortSignal.abort(new Error('the browser was closed'));
  await expect(checkSource(source({ check: never }), account, gone, 1_000)).rejects.toThrow('browser was closed');
});

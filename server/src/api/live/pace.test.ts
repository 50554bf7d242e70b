import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { coalesceMs, createPace, longestHoldMs } from './pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function paced() {
  const send = vi.fn();
  return { send, pace: createPace(send) };
}

test('what is queued within 100 ms is sent together, counted from the first', () => {
  const { send, pace } = paced();
  pace.queued();
  vi.advanceTimersByTime(coalesceMs - 1);
  pace.queued();
  expect(send).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(send).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10 * longestHoldMs);
  expect(send).toHaveBeenCalledTimes(1);
  pace.queued();
  vi.advanceTimersByTime(coalesceMs);
  expect(send).toHaveBeenCalledTimes(2);
});

test('while more is to come it is held, and sent as soon as that has come', () => {
  const { send, pace } = paced();
  pace.queued();
  pace.expectMore(true);
  vi.advanceTimersByTime(coalesceMs + 50);
  pace.queued();
  expect(send).not.toHaveBeenCalled();
  pace.expectMore(false);
  expect(send).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10 * longestHoldMs);
  expect(send).toHaveBeenCalledTimes(1);
});

test('what has all come early is sent at its usual time', () => {
  const { send, pace } = paced();
  pace.expectMore(true);
  pace.queued();
  pace.expectMore(false);
  expect(send).not.toHaveBeenCalled();
  vi.advanceTimersByTime(coalesceMs);
  expect(send).toHaveBeenCalledTimes(1);
});

test('it is held for no longer than the limit, although more never comes, each time anew', () => {
  const { send, pace } = paced();
  pace.expectMore(true);
  for (const times of [1, 2]) {
    pace.queued();
    vi.advanceTimersByTime(longestHoldMs - 1);
    expect(send).toHaveBeenCalledTimes(times - 1);
    vi.advanceTimersByTime(1);
    expect(send).toHaveBeenCalledTimes(times);
  }
});

/**
 * Tells the server what this page sees of its user: somebody is here, nobody has been for a while, the screen is locked,
 * the page is closed. Every open page is a client of its own; the server puts them together, and the most present counts.
 * Where the user's group makes nothing of it the server says so, and the page asks again much later.
 *
 * Where the browser has an IdleDetector and the user has allowed it, the whole computer counts; else what is done here.
 */
import type { ClientAnswer, ClientReport } from '../../../server/src/api/schemas/claims.ts';
import { queries } from '../shell/session.ts';

type State = ClientReport['state'];

/** What the server answered last, for the page where idle detection is allowed. */
export const clientAnswerKey = ['clientAnswer'];

const lookEveryMs = 5_000;
const askAgainMs = 30 * 60_000;
const failurePauseMs = 60_000;
/** An IdleDetector takes no less. */
const leastThresholdMs = 60_000;
const activities = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Begins; the answer ends it, as leaving does. */
export function reportThisPage(userId: string): () => void {
  const client = crypto.randomUUID();
  const path = `/api/v1/users/${userId}/presence/client`;
  let lastActivity = Date.now();
  let told: { state: State; at: number } | undefined;
  let answer: ClientAnswer | undefined;
  let computer: { idle: boolean; locked: boolean } | undefined;
  let detecting: AbortController | undefined;
  let telling = false;
  /** After a failure: pages without number would else ask a server that is away every few seconds. */
  let quietUntil = 0;
  let ended = false;

  function seen(): State {
    if (computer) return computer.locked ? 'locked' : computer.idle ? 'idle' : 'active';
    return Date.now() - lastActivity < (answer?.inactiveAfterMinutes ?? 10) * 60_000 ? 'active' : 'idle';
  }

  /** Nothing is said twice, except to renew what was said. */
  function look(): void {
    if (ended || telling || Date.now() < quietUntil) return;
    const again = answer && (answer.heeded ? (answer.leaseSeconds * 1000) / 2 : askAgainMs);
    const due = !told || !again || Date.now() - told.at >= again || (answer?.heeded && told.state !== seen());
    if (due) void tell(seen());
  }

  async function tell(state: State): Promise<void> {
    telling = true;
    try {
      const response = await send(state);
      if (response.status === 401) return stop(false);
      if (!response.ok) return pause();
      answer = (await response.json()) as ClientAnswer;
      told = { state, at: Date.now() };
      queries.setQueryData(clientAnswerKey, answer);
      if (answer.heeded) await detect(answer.inactiveAfterMinutes);
    } catch {
      pause();
    } finally {
      telling = false;
    }
  }

  function pause(): void {
    quietUntil = Date.now() + failurePauseMs * (0.5 + Math.random());
  }

  const send = (state: State) =>
    fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ client, state } satisfies ClientReport),
      keepalive: state === 'ended', // outlives the page
    });

  async function detect(minutes: number): Promise<void> {
    if (detecting || !(await mayDetectIdle())) return;
    detecting = new AbortController();
    const detector = new IdleDetector!();
    detector.addEventListener('change', () => {
      computer = { idle: detector.userState === 'idle', locked: detector.screenState === 'locked' };
      look();
    });
    await detector
      .start({ threshold: Math.max(minutes * 60_000, leastThresholdMs), signal: detecting.signal })
      .catch(() => {
        computer = undefined;
      });
  }

  function noteActivity(): void {
    lastActivity = Date.now();
    if (told?.state === 'idle' && !computer) look();
  }
  function leave(): void {
    if (!ended && told && answer?.heeded) void send('ended').catch(() => undefined);
    told = undefined;
  }

  for (const name of activities) addEventListener(name, noteActivity, { passive: true, capture: true });
  addEventListener('pagehide', leave);
  addEventListener('pageshow', look); // back from the browser's cache of pages
  const timer = setInterval(look, lookEveryMs);
  look();

  function stop(tells: boolean): void {
    if (ended) return;
    if (tells) leave();
    ended = true;
    detecting?.abort();
    clearInterval(timer);
    for (const name of activities) removeEventListener(name, noteActivity, { capture: true });
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', look);
  }
  return () => stop(true);
}

/** The Idle Detection API (WICG), as far as it is used here; only some browsers have it. */
interface Detector extends EventTarget {
  readonly userState: 'active' | 'idle' | null;
  readonly screenState: 'locked' | 'unlocked' | null;
  start(options: { threshold: number; signal: AbortSignal }): Promise<void>;
}
interface DetectorClass {
  new (): Detector;
  requestPermission(): Promise<'granted' | 'denied'>;
}
const IdleDetector = (globalThis as { IdleDetector?: DetectorClass }).IdleDetector;

/** Whether the browser can tell at all, and what the user has said to it. */
export async function idlePermission(): Promise<PermissionState | 'unsupported'> {
  if (!IdleDetector) return 'unsupported';
  const name = 'idle-detection' as PermissionName;
  return (await navigator.permissions.query({ name }).catch(() => null))?.state ?? 'unsupported';
}

const mayDetectIdle = async () => (await idlePermission()) === 'granted';

/** Asks the user; only from a click. */
export const askToDetectIdle = async (): Promise<boolean> =>
  (await IdleDetector?.requestPermission().catch(() => 'denied')) === 'granted';

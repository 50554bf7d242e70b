/**
 * Named places where a crash would hurt most. In production a point does nothing; a test starts the server with
 * WHENABOUTS_CRASH_AT=<name> and the process ends there as by kill -9, once, to prove that nothing is lost.
 */
export const crashPoints = [
  'sync.claimed',
  'sync.pulled',
  'sync.beforeCommit',
  'sync.committed',
  'sync.moving',
  'sync.moved',
  'activation.claimed',
  'activation.beforeCommit',
  'activation.committed',
  'reconciler.beforeIntent',
  'reconciler.intentWritten',
  'reconciler.phoneWritten',
  'reconciler.appliedWritten',
  'reconciler.restoringWritten',
  'reconciler.phoneRestored',
  'reconciler.idleWritten',
  'webhook.delivered',
  'import.portionDone',
  'replies.intentWritten',
  'replies.mailboxWritten',
  'replies.restoringWritten',
  'replies.mailboxRestored',
  'replies.saved',
  'leaving.claimed',
  'leaving.givenBack',
  'leaving.revoked',
  'leaving.beforeErased',
  'leaving.erased',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

const crashAt = process.env.WHENABOUTS_CRASH_AT;

export function crashPoint(name: CrashPoint): void {
  if (crashAt === name) process.kill(process.pid, 'SIGKILL');
}

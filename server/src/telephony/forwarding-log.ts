/** What the forwarding log can tell: each line says what became of the calls of one extension. */
export const forwardingEvents = [
  'taken',
  'alreadySet',
  'appliedAgain',
  'overridden',
  'takenBack',
  'givenBack',
  'leftAlone',
  'notNeeded',
  'loopRefused',
  'unsupported',
  'failed',
  'wouldTake',
  'wouldGiveBack',
  'paused',
  'resumed',
] as const;
export type ForwardingLogEvent = (typeof forwardingEvents)[number];

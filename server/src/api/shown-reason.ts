import type { Reason } from '../presence/presence.ts';

/** A reason as its owner and administrators see it; the title is added only for the owner. */
export const shownReason = ({ origin, appointment, forwardingProblem }: Reason, title?: string) => ({
  origin,
  ...(appointment && { uid: appointment.uid, occurrence: appointment.occurrence }),
  ...(forwardingProblem && { forwardingProblem }),
  ...(title !== undefined && { title }),
});

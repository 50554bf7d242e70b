import type { Reason } from '../presence/presence.ts';

/** A reason as whoever may read it sees it; the title only for whom the appointment's subject is. */
export const shownReason = (
  { origin, appointment, forwardingProblem, forwardingProblemSlot }: Reason,
  title?: string,
) => ({
  origin,
  ...(appointment && { uid: appointment.uid, occurrence: appointment.occurrence }),
  ...(forwardingProblem && { forwardingProblem }),
  ...(forwardingProblemSlot && { forwardingProblemSlot }),
  ...(title && { title }),
});

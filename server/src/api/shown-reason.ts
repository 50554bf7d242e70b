import type { Reason, RuleReason } from '../presence/presence.ts';

/** What users call their own rules may say more than others should know. */
export const shownRule = (rule: RuleReason, isOwn: boolean): RuleReason =>
  isOwn || rule.from !== 'own' ? rule : { ...rule, name: '' };

/** A reason as whoever may read it sees it; the title only for whom the appointment's subject is. */
export const shownReason = (
  { origin, appointment, rule, program, client, forwardingProblem, forwardingProblemSlot }: Reason,
  title?: string,
  isOwn = false,
) => ({
  origin,
  ...(appointment && { uid: appointment.uid, occurrence: appointment.occurrence }),
  ...(rule && { rule: shownRule(rule, isOwn) }),
  ...(program !== undefined && { program }),
  ...(client && { client }),
  ...(forwardingProblem && { forwardingProblem }),
  ...(forwardingProblemSlot && { forwardingProblemSlot }),
  ...(title && { title }),
});

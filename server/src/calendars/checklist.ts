/** A check in plain steps: each tells what was found, or the first that fails what mends it. */
import type { CheckStep } from './connector.ts';

export interface Checklist {
  steps: CheckStep[];
  /** @returns whether it went well: after one that failed the next ones would only repeat it. */
  step(name: string, work: () => Promise<string>): Promise<boolean>;
}

/** @param faultOf what a step that throws is told as; throws what isn't the fault of what is checked. */
export function checklist(
  faultOf: (error: unknown) => Pick<CheckStep, 'message' | 'errorClass' | 'command'>,
): Checklist {
  const steps: CheckStep[] = [];
  return {
    steps,
    async step(name, work) {
      try {
        steps.push({ name, ok: true, message: await work() });
        return true;
      } catch (error) {
        const { message, errorClass, command } = faultOf(error);
        steps.push({ name, ok: false, message, ...(errorClass && { errorClass }), ...(command && { command }) });
        return false;
      }
    },
  };
}

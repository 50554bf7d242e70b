import type { CheckStep } from '../../../server/src/api/schemas/accounts.ts';
import { Icon } from './icons.tsx';

/** What a check found, step by step, in the server's words. */
export function CheckSteps({ steps, label }: { steps: readonly CheckStep[]; label: string }) {
  return (
    <ol className="steps" aria-label={label}>
      {steps.map((step) => (
        <li key={step.name} data-ok={step.ok}>
          <Icon name={step.ok ? 'check' : 'warning'} />
          <div>
            <strong>{step.name}</strong>
            <p>{step.message}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}

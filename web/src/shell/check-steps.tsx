import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckStep } from '../../../server/src/api/schemas/accounts.ts';
import { Icon } from './icons.tsx';
import { ServerWords } from './server-words.tsx';

/** The settings being complete is all there is to say. */
const isEcho = (step: CheckStep) => step.ok && step.name === 'settings';

/** What a check found, step by step: what was looked at (or what class of fault there is), and the server's own words. */
export function CheckSteps(props: {
  steps: readonly CheckStep[];
  label: string;
  /** What was looked at, where the words of all checks don't say it; then also of a step that failed. */
  nameOf?(step: string): string;
  /** What else is shown of a step. */
  more?(step: CheckStep): ReactNode;
}) {
  const { t } = useTranslation();
  const { steps, label, nameOf, more } = props;
  return (
    <ol className="steps" aria-label={label}>
      {steps.map((step) => (
        <li key={step.name} data-ok={step.ok}>
          <Icon name={step.ok ? 'check' : 'warning'} />
          <div>
            <strong>
              {nameOf?.(step.name) ??
                (step.errorClass
                  ? t(`errorClass.${step.errorClass}`)
                  : t(`step.${step.name as 'server'}`, { defaultValue: step.name }))}
            </strong>
            {!isEcho(step) && <ServerWords text={step.message} />}
            {more?.(step)}
          </div>
        </li>
      ))}
    </ol>
  );
}

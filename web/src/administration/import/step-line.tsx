import { useTranslation } from 'react-i18next';
import { Icon } from '../../shell/icons.tsx';
import type { Step } from './import-page.tsx';

/** The steps of an import, and at which one is. */
export function StepLine({ steps, at }: { steps: readonly Step[]; at: Step }) {
  const { t } = useTranslation('administration/import');
  const here = steps.indexOf(at);
  return (
    <ol className="step-line" aria-label={t('steps.label')}>
      {steps.map((step, index) => (
        <li key={step} aria-current={index === here ? 'step' : undefined} data-done={index < here}>
          <span aria-hidden="true">{index < here ? <Icon name="check" size={14} /> : index + 1}</span>
          {t(`steps.${step}`)}
        </li>
      ))}
    </ol>
  );
}

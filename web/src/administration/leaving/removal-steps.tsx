import './leaving.css';
import { useTranslation } from 'react-i18next';
import type { Leaving } from '../../../../server/src/api/schemas/leaving.ts';

export type StepToCome = { name: Leaving['steps'][number]['name']; detail: string };

/** What a removal will do, in its order, before one says yes to it. */
export function RemovalSteps({ steps }: { steps: readonly StepToCome[] }) {
  const { t } = useTranslation('administration/leaving');
  return (
    <>
      <ol className="removal-steps" aria-label={t('toCome')}>
        {steps.map(({ name, detail }) => (
          <li key={name}>
            <strong>{t(`step.${name}`)}</strong>
            <span className="hint">{detail}</span>
          </li>
        ))}
      </ol>
      <p className="hint">{t('wayBack')}</p>
    </>
  );
}

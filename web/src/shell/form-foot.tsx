import { useTranslation } from 'react-i18next';
import { isFieldError } from './field-errors.ts';
import { Problem } from './parts.tsx';

/** The foot of a form: a refusal, unless it stands beside one of the fields, and the button that sends the form. */
export function FormFoot(props: {
  change: { isError: boolean; isPending: boolean; error: unknown };
  /** Fields that show what is wrong with them. */
  beside?: readonly string[];
  /** What the button says; left out: "Save". */
  label?: string;
}) {
  const { t } = useTranslation('shell');
  const { change, beside = [], label = t('save') } = props;
  return (
    <>
      {change.isError && !isFieldError(change.error, beside) && <Problem error={change.error} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={change.isPending}>
          {label}
        </button>
      </div>
    </>
  );
}

import { useTranslation } from 'react-i18next';
import { Icon } from '../../shell/icons.tsx';
import type { FunctionValue, Mode } from './locations.queries.ts';

/** Where a group's settings of a function come from. */
export function ModeChoice(props: {
  mode: Mode;
  location: string;
  disabled: boolean;
  /** How many fields are other than the location's. */
  differing: number;
  /** The individual values that were there before "Default" was chosen. */
  previous: FunctionValue | null;
  choose(mode: Mode): void;
  takePrevious(value: FunctionValue): void;
  takeInherited(): void;
}) {
  const { t } = useTranslation('administration/locations');
  const { mode, previous } = props;
  return (
    <fieldset className="mode-choice">
      <legend>{t('mode.title')}</legend>
      <div className="modes">
        {(['default', 'individual'] as const).map((one) => (
          <label key={one} className="mode" data-chosen={mode === one}>
            <input
              type="radio"
              name="mode"
              checked={mode === one}
              disabled={props.disabled}
              onChange={() => props.choose(one)}
            />
            <span>
              <strong>{t(`mode.${one}`)}</strong>
              <small>{t(`mode.${one}Text`, { location: props.location })}</small>
            </span>
          </label>
        ))}
      </div>
      {mode === 'individual' && (
        <p className="mode-note" role="status">
          {t('mode.differs', { count: props.differing, location: props.location })}{' '}
          {props.differing > 0 && !props.disabled && (
            <button type="button" className="link-button" onClick={props.takeInherited}>
              {t('mode.takeAll')}
            </button>
          )}
        </p>
      )}
      {previous && !props.disabled && (
        <p className="mode-note">
          <Icon name="undo" size={16} /> {t('mode.previous')}{' '}
          <button type="button" className="link-button" onClick={() => props.takePrevious(previous)}>
            {t('mode.takePrevious')}
          </button>
        </p>
      )}
    </fieldset>
  );
}

import { NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { type ConditionDraft, eitherOf, type RuleDraft, severalOf } from './rule-draft.ts';

interface Props {
  condition: RuleDraft['when'][number];
  fault: 'missing' | 'number' | undefined;
  change(value: ConditionDraft): void;
  remove(): void;
}

/** One condition of a rule, with the way to leave it out. */
export function ConditionField(props: Props) {
  const { t } = useTranslation('rules');
  const { name } = props.condition;
  return (
    <div className="rule-condition" data-condition={name}>
      <Control {...props} />
      <button
        type="button"
        className="icon-button"
        aria-label={t('form.removeCondition', { name: t(`condition.${name}`) })}
        onClick={props.remove}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

function Control({ condition: { name, value }, fault, change }: Props) {
  const { t } = useTranslation('rules');
  const label = t(`condition.${name}`);
  const error = fault && t(fault === 'number' ? 'form.number' : 'form.missing');
  switch (name) {
    case 'showAs':
    case 'response':
    case 'sensitivity':
    case 'sources': {
      const ticked = value as string[];
      return (
        <fieldset className="several">
          <legend>{label}</legend>
          <div className="ticks">
            {severalOf[name].map((one) => (
              <label key={one} className="tick">
                <input
                  type="checkbox"
                  checked={ticked.includes(one)}
                  onChange={(event) =>
                    change(event.target.checked ? [...ticked, one] : ticked.filter((other) => other !== one))
                  }
                />
                <span>{t(`${name}.${one}` as 'showAs.busy')}</span>
              </label>
            ))}
          </div>
          {error && <p className="problem-text">{error}</p>}
        </fieldset>
      );
    }
    case 'online':
    case 'allDay':
    case 'workingHours':
      return (
        <NativeSelect
          label={label}
          value={String(value)}
          data={eitherOf[name].map((one) => ({ value: one, label: t(`yesNo.${one}`) }))}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case 'attendees':
    case 'length': {
      const range = value as { least: string; most: string };
      return (
        <fieldset className="several">
          <legend>{name === 'length' ? `${label} (${t('form.minutes')})` : label}</legend>
          <div className="form-pair">
            {(['least', 'most'] as const).map((bound) => (
              <TextInput
                key={bound}
                label={t(`form.${bound}`)}
                inputMode="numeric"
                value={range[bound]}
                onChange={(event) => change({ ...range, [bound]: event.currentTarget.value })}
              />
            ))}
          </div>
          {error && <p className="problem-text">{error}</p>}
        </fieldset>
      );
    }
    default: {
      const hints = { words: 'wordsHint', mark: 'markHint', organizer: 'organizerHint' } as const;
      const hint = name in hints ? hints[name as keyof typeof hints] : 'commas';
      return (
        <TextInput
          label={label}
          description={t(`form.${hint}`)}
          autoComplete="off"
          maxLength={name === 'mark' ? 5 : 2_000}
          value={String(value)}
          error={error}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    }
  }
}

import { NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { fieldError } from '../shell/field-errors.ts';
import { type ChoosableTarget, type Target, targetKinds, useTargetWords } from './targets.ts';

const fields = ['target', 'busy', 'unanswered'] as const;

/** What a refusal may name that is shown beside one of these fields. */
export const targetErrorFields = [
  ...['number', 'targetId', 'target.kind'],
  ...fields.flatMap((field) => [`forwarding.${field}`, `${field}.kind`, `${field}.number`, `${field}.targetId`]),
];

/** Where calls go: a kind of target, and with two of the kinds which one. */
export function TargetFields(props: {
  label: string;
  /** What the choice of no target is called; left out: there must be one. */
  none?: string;
  field: (typeof fields)[number];
  value: Target | null;
  targets: readonly ChoosableTarget[];
  /** Whether somebody makes a profile for themselves. */
  own: boolean;
  error: unknown;
  onChange(target: Target | null): void;
}) {
  const { t } = useTranslation('profiles');
  const words = useTargetWords(props.own);
  const { value, targets, field, onChange } = props;
  const error = (names: string[]) => names.map((name) => fieldError(props.error, name)).find(Boolean);
  const ofField = (part: string) => [`forwarding.${field}`, `${field}.${part}`, ...(field === 'target' ? [part] : [])];

  function choose(kind: string): void {
    const chosen = targetKinds.find((one) => one === kind);
    if (chosen === undefined) onChange(null);
    else if (chosen === 'number') onChange({ kind: chosen, number: '' });
    else if (chosen === 'predefined') onChange({ kind: chosen, targetId: targets[0]?.id ?? '' });
    else onChange({ kind: chosen });
  }

  return (
    <>
      <NativeSelect
        label={props.label}
        value={value?.kind ?? ''}
        {...(value ? { description: words.hint(value.kind) } : {})}
        error={fieldError(props.error, `${field}.kind`)}
        data={[
          ...(props.none ? [{ value: '', label: props.none }] : []),
          ...targetKinds.map((kind) => ({
            value: kind,
            label: words.kind(kind),
            disabled: kind === 'predefined' && targets.length === 0,
          })),
        ]}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {value?.kind === 'predefined' && (
        <NativeSelect
          label={t('predefined')}
          value={value.targetId}
          error={error(ofField('targetId'))}
          data={targets.map(({ id, name, number }) => ({ value: id, label: `${name} (${number})` }))}
          onChange={(event) => onChange({ kind: 'predefined', targetId: event.currentTarget.value })}
        />
      )}
      {value?.kind === 'number' && (
        <TextInput
          label={t('number')}
          type="tel"
          required
          value={value.number}
          error={error(ofField('number'))}
          onChange={(event) => onChange({ kind: 'number', number: event.currentTarget.value })}
        />
      )}
    </>
  );
}

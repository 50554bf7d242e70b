import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** A prefix that is as usual in the country (null), nothing (empty), or digits of one's own. */
export function PrefixField(props: {
  label: string;
  description: string;
  value: string | null;
  /** What null stands for; undefined without a country. */
  usual: string | undefined;
  error: string | undefined;
  change(value: string | null): void;
}) {
  const { t } = useTranslation('administration/dialling');
  const { value, usual, change } = props;
  const [isOwn, setOwn] = useState(Boolean(value));
  const way = isOwn ? 'own' : value === null ? 'usual' : 'nothing';
  return (
    <div className="prefix">
      <NativeSelect
        label={props.label}
        description={props.description}
        value={way}
        data={[
          { value: 'usual', label: usual === undefined ? t('asUsual') : t('usual', { prefix: usual || t('nothing') }) },
          { value: 'nothing', label: t('nothing') },
          { value: 'own', label: t('otherPrefix') },
        ]}
        error={isOwn ? undefined : props.error}
        onChange={({ currentTarget }) => {
          setOwn(currentTarget.value === 'own');
          change(currentTarget.value === 'usual' ? null : '');
        }}
      />
      {isOwn && (
        <TextInput
          aria-label={t('prefixOf', { name: props.label })}
          placeholder={usual || '0'}
          required
          inputMode="tel"
          autoComplete="off"
          value={value ?? ''}
          error={props.error}
          onChange={({ currentTarget }) => change(currentTarget.value.trim())}
        />
      )}
    </div>
  );
}

import { PasswordInput, Progress } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { type Strength, strengthOf } from './password-strength.ts';

const filled: Record<Strength, number> = { tooShort: 15, weak: 35, fair: 65, strong: 100 };
const colors: Record<Strength, string> = {
  tooShort: 'var(--danger)',
  weak: 'var(--beRightBack)',
  fair: 'var(--appointment)',
  strong: 'var(--available)',
};

/** A new password with a hint of how strong it is. */
export function NewPasswordField(props: {
  label: string;
  value: string;
  onChange(value: string): void;
  error?: string;
}) {
  const { t } = useTranslation('setup');
  const hint = useId();
  const strength = strengthOf(props.value);
  return (
    <div>
      <PasswordInput
        label={props.label}
        required
        minLength={10}
        maxLength={256}
        autoComplete="new-password"
        aria-describedby={hint}
        visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        value={props.value}
        error={props.error}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      />
      <div id={hint} className="hint" style={{ marginTop: 8 }}>
        {props.value !== '' && (
          <Progress
            value={filled[strength]}
            color={colors[strength]}
            size="xs"
            aria-label={t('password.strength')}
            mb={4}
          />
        )}
        {props.value === '' ? t('password.advice') : t(`password.${strength}`)}
      </div>
    </div>
  );
}

import { TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../shell/parts.tsx';
import { LockedOut } from './locked-out.tsx';

/** After the password: the code of the authenticator app, or one of the recovery codes. */
export function SecondFactorStep(props: {
  busy: boolean;
  wrong: boolean;
  error: unknown;
  lockedUntil: Date | null;
  onCode(code: string): void;
  onBack(): void;
}) {
  const { t } = useTranslation('setup');
  const [kind, setKind] = useState<'app' | 'recovery'>('app');
  const [code, setCode] = useState('');
  const isApp = kind === 'app';

  function submit(event: FormEvent): void {
    event.preventDefault();
    props.onCode(isApp ? code.replace(/\s/g, '') : code.trim());
  }

  return (
    <form className="form" onSubmit={submit}>
      <TextInput
        key={kind}
        label={t(`code.${kind}`)}
        description={t(`code.${kind}Hint`)}
        required
        autoFocus
        autoComplete={isApp ? 'one-time-code' : 'off'}
        inputMode={isApp ? 'numeric' : 'text'}
        pattern={isApp ? '[0-9 ]{6,7}' : undefined}
        title={isApp ? t('code.appHint') : undefined}
        maxLength={isApp ? 7 : 40}
        className="code-field"
        value={code}
        error={props.wrong ? t(`code.${kind}Wrong`) : undefined}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      {props.lockedUntil ? (
        <LockedOut until={props.lockedUntil} />
      ) : (
        Boolean(props.error) && <Problem error={props.error} />
      )}
      <div className="actions">
        <button type="submit" className="button primary" disabled={props.busy || props.lockedUntil !== null}>
          {t('signIn')}
        </button>
        <button
          type="button"
          className="button quiet"
          onClick={() => {
            setKind(isApp ? 'recovery' : 'app');
            setCode('');
          }}
        >
          {t(isApp ? 'code.useRecovery' : 'code.useApp')}
        </button>
        <button type="button" className="button quiet" onClick={props.onBack}>
          {t('code.back')}
        </button>
      </div>
    </form>
  );
}

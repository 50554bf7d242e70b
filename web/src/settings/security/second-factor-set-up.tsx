import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewSecondFactor, RecoveryCodes } from '../../../../server/src/api/schemas/sign-in.ts';
import { CopyField } from '../../administration/copy-field.tsx';
import { request } from '../../shell/api.ts';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { Problem } from '../../shell/parts.tsx';
import { meQuery } from '../../shell/session.ts';
import { secondFactorQuery } from './security.queries.ts';

/** The secret into the app by picture or by hand, then a first code as the proof that it got there. */
export function SecondFactorSetUp(props: {
  setUp: NewSecondFactor;
  onCancel(): void;
  onConfirmed(codes: string[]): void;
}) {
  const { t } = useTranslation('settings/security');
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => request<RecoveryCodes>('POST', '/me/second-factor/confirm', { code: code.replace(/\s/g, '') }),
    async onSuccess({ recoveryCodes }) {
      props.onConfirmed(recoveryCodes);
      await Promise.all([client.invalidateQueries(meQuery), client.invalidateQueries(secondFactorQuery)]);
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    confirm.mutate();
  }

  return (
    <form className="stack" onSubmit={submit}>
      <ol className="second-factor-steps">
        <li>
          <div>
            <h3>{t('secondFactor.scanTitle')}</h3>
            <p className="hint">{t('secondFactor.scanText')}</p>
            <img
              className="qr"
              alt={t('secondFactor.qr')}
              src={`data:image/svg+xml,${encodeURIComponent(props.setUp.qr)}`}
            />
          </div>
        </li>
        <li>
          <div>
            <h3>{t('secondFactor.bySecret')}</h3>
            <CopyField label={t('secondFactor.secret')} value={props.setUp.secret} />
          </div>
        </li>
        <li>
          <div>
            <h3>{t('secondFactor.confirmTitle')}</h3>
            <TextInput
              aria-label={t('secondFactor.code')}
              required
              autoFocus
              autoComplete="one-time-code"
              inputMode="numeric"
              pattern="[0-9 ]{6,7}"
              maxLength={7}
              value={code}
              error={fieldError(confirm.error, 'code')}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            {confirm.isError && !isFieldError(confirm.error, ['code']) && <Problem error={confirm.error} />}
          </div>
        </li>
      </ol>
      <div className="actions">
        <button type="submit" className="button primary" disabled={confirm.isPending}>
          {t('secondFactor.confirm')}
        </button>
        <button type="button" className="button" onClick={props.onCancel}>
          {t('secondFactor.cancel')}
        </button>
      </div>
    </form>
  );
}

import { PasswordInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecoveryCodes as NewCodes, NewSecondFactor } from '../../../../server/src/api/schemas/sign-in.ts';
import type { Me } from '../../../../server/src/api/schemas/users.ts';
import { request } from '../../shell/api.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { useNow } from '../../shell/now.ts';
import { Problem } from '../../shell/parts.tsx';
import { meQuery } from '../../shell/session.ts';
import { useFormat } from '../../shell/use-format.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SecondFactorSetUp } from './second-factor-set-up.tsx';
import { secondFactorQuery } from './security.queries.ts';

/** Whether a code is asked for beside the password; switched on in steps, and off with the password. */
export function SecondFactor({ me }: { me: Me }) {
  const { t } = useTranslation(['settings/security', 'setup']);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [asking, setAsking] = useState<'end' | 'codes' | null>(null);
  const { data: factor } = useQuery(secondFactorQuery);
  const now = useNow(60_000);
  const format = useFormat();
  const begin = useMutation({ mutationFn: () => request<NewSecondFactor>('POST', '/me/second-factor') });

  if (codes) return <RecoveryCodes codes={codes} email={me.email} onKept={() => setCodes(null)} />;
  if (begin.data)
    return (
      <SecondFactorSetUp
        setUp={begin.data}
        onCancel={begin.reset}
        onConfirmed={(made) => {
          begin.reset();
          setCodes(made);
        }}
      />
    );
  return (
    <div className="stack">
      <p className="page-intro">{t('secondFactor.text')}</p>
      <p className="state-line" data-on={me.secondFactor}>
        <Icon name={me.secondFactor ? 'shield' : 'warning'} />
        {me.secondFactor
          ? factor?.since
            ? t('secondFactor.onSince', { when: format.moment(factor.since, now) })
            : t('secondFactor.on')
          : t('secondFactor.off')}
      </p>
      {me.secondFactor && factor && <p>{t('recovery.left', { count: factor.recoveryCodesLeft })}</p>}
      {factor?.required && !me.secondFactor && (
        <p className="problem" role="alert">
          {t('secondFactor.required')}
        </p>
      )}
      {begin.isError && <Problem error={begin.error} />}
      <div className="actions">
        {me.secondFactor ? (
          <>
            <button type="button" className="button" onClick={() => setAsking('codes')}>
              {t('recovery.renew')}
            </button>
            <button type="button" className="button" onClick={() => setAsking('end')}>
              {t('secondFactor.end')}
            </button>
          </>
        ) : (
          <button type="button" className="button primary" disabled={begin.isPending} onClick={() => begin.mutate()}>
            <Icon name="shield" />
            {t('secondFactor.begin')}
          </button>
        )}
      </div>
      {asking && (
        <WithPassword
          what={asking}
          email={me.email}
          onClose={() => setAsking(null)}
          onCodes={(made) => {
            setAsking(null);
            setCodes(made);
          }}
        />
      )}
    </div>
  );
}

/** Switching off, and new recovery codes, need the password again. */
function WithPassword(props: {
  what: 'end' | 'codes';
  email: string;
  onClose(): void;
  onCodes(codes: string[]): void;
}) {
  const { t } = useTranslation(['settings/security', 'setup']);
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const ends = props.what === 'end';
  const carryOut = useMutation({
    mutationFn: () =>
      ends
        ? request<undefined>('DELETE', '/me/second-factor', { password })
        : request<NewCodes>('POST', '/me/second-factor/recovery-codes', { password }),
    async onSuccess(made) {
      await Promise.all([client.invalidateQueries(meQuery), client.invalidateQueries(secondFactorQuery)]);
      if (made) return props.onCodes(made.recoveryCodes);
      notify(t('secondFactor.ended'));
      props.onClose();
    },
  });
  const { error } = carryOut;

  function submit(event: FormEvent): void {
    event.preventDefault();
    carryOut.mutate();
  }

  return (
    <Dialog title={t(ends ? 'secondFactor.endTitle' : 'recovery.renewTitle')} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        <p>{t(ends ? 'secondFactor.endText' : 'recovery.renewText')}</p>
        <input type="email" autoComplete="username" value={props.email} readOnly hidden />
        <PasswordInput
          label={t('secondFactor.endPassword')}
          required
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('password.show', { ns: 'setup' }) }}
          value={password}
          error={fieldError(error, 'password')}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {carryOut.isError && !isFieldError(error, ['password']) && <Problem error={error} />}
        <div className="actions">
          <button type="submit" className={ends ? 'button danger' : 'button primary'} disabled={carryOut.isPending}>
            {t(ends ? 'secondFactor.end' : 'recovery.renew')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

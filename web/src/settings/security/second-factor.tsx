import { PasswordInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewSecondFactor } from '../../../../server/src/api/schemas/sign-in.ts';
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
  const { t } = useTranslation('settings/security');
  const [codes, setCodes] = useState<string[] | null>(null);
  const [ending, setEnding] = useState(false);
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
          <button type="button" className="button" onClick={() => setEnding(true)}>
            {t('secondFactor.end')}
          </button>
        ) : (
          <button type="button" className="button primary" disabled={begin.isPending} onClick={() => begin.mutate()}>
            <Icon name="shield" />
            {t('secondFactor.begin')}
          </button>
        )}
      </div>
      {ending && <SwitchOff email={me.email} onClose={() => setEnding(false)} />}
    </div>
  );
}

function SwitchOff({ email, onClose }: { email: string; onClose(): void }) {
  const { t } = useTranslation('settings/security');
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const end = useMutation({
    mutationFn: () => request('DELETE', '/me/second-factor', { password }),
    async onSuccess() {
      await Promise.all([client.invalidateQueries(meQuery), client.invalidateQueries(secondFactorQuery)]);
      notify(t('secondFactor.ended'));
      onClose();
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    end.mutate();
  }

  return (
    <Dialog title={t('secondFactor.endTitle')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>{t('secondFactor.endText')}</p>
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordInput
          label={t('secondFactor.endPassword')}
          required
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('password.show', { ns: 'setup' }) }}
          value={password}
          error={fieldError(end.error, 'password')}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {end.isError && !isFieldError(end.error, ['password']) && <Problem error={end.error} />}
        <div className="actions">
          <button type="submit" className="button danger" disabled={end.isPending}>
            {t('secondFactor.end')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

import { useMutation } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '../shell/api.ts';
import { fieldError } from '../shell/field-errors.ts';
import { FormFoot } from '../shell/form-foot.tsx';
import { queries } from '../shell/session.ts';
import { Entrance } from './entrance.tsx';
import { NewPasswordField } from './password-field.tsx';

/** The one-time link an administrator hands out: its holder chooses a password and is in. */
export default function InvitationPage() {
  const { t } = useTranslation('setup');
  const navigate = useNavigate();
  const { token } = useParams({ from: '/invitation/$token' });
  const [password, setPassword] = useState('');
  const accept = useMutation({
    mutationFn: () => request('POST', `/invitations/${encodeURIComponent(token)}`, { password }),
    async onSuccess() {
      queries.clear();
      await navigate({ to: '/' });
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    accept.mutate();
  }

  return (
    <Entrance title={t('invitation.title')} intro={t('invitation.text')}>
      <form className="form" onSubmit={submit}>
        <NewPasswordField
          label={t('password.label')}
          value={password}
          error={fieldError(accept.error, 'password')}
          onChange={setPassword}
        />
        <FormFoot change={accept} beside={['password']} label={t('invitation.accept')} />
      </form>
    </Entrance>
  );
}

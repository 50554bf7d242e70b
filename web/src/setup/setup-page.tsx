import { NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Setup, SetupState } from '../../../server/src/api/schemas/users.ts';
import { get, request } from '../shell/api.ts';
import { fieldError } from '../shell/field-errors.ts';
import { FormFoot } from '../shell/form-foot.tsx';
import { chooseLanguage, languages } from '../shell/language.ts';
import { Problem, Skeleton } from '../shell/parts.tsx';
import { queries } from '../shell/session.ts';
import { browserZone, TimeZoneField } from '../shell/time-zone-field.tsx';
import { Entrance } from './entrance.tsx';
import { NewPasswordField } from './password-field.tsx';

/** First run: the set-up link makes the administrator. */
export default function SetupPage() {
  const { t } = useTranslation('setup');
  const { token } = useSearch({ from: '/setup' });
  const state = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => get<SetupState>('/setup', signal) });
  if (state.isPending)
    return (
      <Entrance title={t('welcome')}>
        <Skeleton />
      </Entrance>
    );
  if (state.isError)
    return (
      <Entrance title={t('welcome')}>
        <Problem error={state.error} retry={() => void state.refetch()} />
      </Entrance>
    );
  if (!state.data.needed)
    return (
      <Entrance title={t('alreadyTitle')} intro={t('alreadyText')}>
        <p>
          <Link className="button primary" to="/sign-in" search={{ next: undefined }}>
            {t('signIn')}
          </Link>
        </p>
      </Entrance>
    );
  if (!token)
    return (
      <Entrance title={t('welcome')} intro={t('needLink')}>
        {null}
      </Entrance>
    );
  return (
    <Entrance title={t('welcome')} intro={t('welcomeText')}>
      <AdministratorForm token={token} />
    </Entrance>
  );
}

function AdministratorForm({ token }: { token: string }) {
  const { t, i18n } = useTranslation('setup');
  const navigate = useNavigate();
  const [form, setForm] = useState({ displayName: '', email: '', password: '', timeZone: browserZone() });
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const language = i18n.language === 'de' ? 'de' : 'en';
  const create = useMutation({
    mutationFn: (setup: Setup) => request('POST', '/setup', setup),
    async onSuccess() {
      queries.clear();
      await navigate({ to: '/start' });
    },
  });
  const fields = ['displayName', 'email', 'password', 'timeZone'] as const;

  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate({ token, ...form, language });
  }

  return (
    <form className="form" onSubmit={submit}>
      <TextInput
        label={t('name')}
        required
        autoComplete="name"
        value={form.displayName}
        error={fieldError(create.error, 'displayName')}
        onChange={(event) => set({ displayName: event.currentTarget.value })}
      />
      <TextInput
        label={t('email')}
        type="email"
        required
        autoComplete="username"
        value={form.email}
        error={fieldError(create.error, 'email')}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
      <NewPasswordField
        label={t('password.label')}
        value={form.password}
        error={fieldError(create.error, 'password')}
        onChange={(password) => set({ password })}
      />
      <div className="form-pair">
        <TimeZoneField
          label={t('timeZone')}
          value={form.timeZone}
          error={fieldError(create.error, 'timeZone')}
          onChange={(timeZone) => set({ timeZone })}
        />
        <NativeSelect
          label={t('language')}
          value={language}
          data={languages.map((value) => ({ value, label: t(`languages.${value}`) }))}
          onChange={(event) => void chooseLanguage(event.currentTarget.value === 'de' ? 'de' : 'en')}
        />
      </div>
      <FormFoot change={create} beside={fields} label={t('create')} />
    </form>
  );
}

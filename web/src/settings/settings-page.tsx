import { FormFoot } from '../shell/form-foot.tsx';
import '../administration/users/users.css';
import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me, MeChange } from '../../../server/src/api/schemas/users.ts';
import { type PickedUser, UserPicker } from '../administration/users/user-picker.tsx';
import { request } from '../shell/api.ts';
import { fieldError } from '../shell/field-errors.ts';
import { chooseLanguage, languages } from '../shell/language.ts';
import { notify } from '../shell/notices.tsx';
import { meQuery, useMe } from '../shell/session.ts';
import { chooseTheme, themes, useTheme } from '../shell/theme.ts';
import { TimeZoneField } from '../shell/time-zone-field.tsx';
import { SettingsFrame } from './settings-frame.tsx';
import { ThisComputer } from './this-computer.tsx';

export default function SettingsPage() {
  const { t } = useTranslation(['settings', 'setup']);
  const me = useMe();
  const theme = useTheme();
  return (
    <SettingsFrame page="me">
      <section className="section">
        <h2>{t('appearance')}</h2>
        <SegmentedControl
          aria-label={t('appearance')}
          value={theme}
          data={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
          onChange={(value) => chooseTheme(themes.find((one) => one === value) ?? 'system')}
        />
      </section>
      <ThisComputer />
      <section className="section">
        <h2>{t('me')}</h2>
        <MeForm me={me} />
      </section>
    </SettingsFrame>
  );
}

function MeForm({ me }: { me: Me }) {
  const { t } = useTranslation(['settings', 'setup']);
  const client = useQueryClient();
  const [form, setForm] = useState({
    displayName: me.displayName,
    language: me.language,
    timeZone: me.timeZone,
    mobileNumber: me.mobileNumber ?? '',
    deputyId: me.deputyId,
    assistantId: me.assistantId,
  });
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const save = useMutation({
    mutationFn: (change: MeChange) => request<Me>('PATCH', '/me', change),
    async onSuccess(changed) {
      client.setQueryData(meQuery.queryKey, changed);
      await chooseLanguage(changed.language);
      notify(t('saved'));
      await client.invalidateQueries();
    },
  });
  const fields = ['displayName', 'language', 'timeZone', 'mobileNumber', 'deputyId', 'assistantId'];

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({ ...form, mobileNumber: form.mobileNumber.trim() === '' ? null : form.mobileNumber });
  }

  return (
    <form className="form" onSubmit={submit}>
      <TextInput
        label={t('name')}
        required
        autoComplete="name"
        value={form.displayName}
        error={fieldError(save.error, 'displayName')}
        onChange={(event) => set({ displayName: event.currentTarget.value })}
      />
      <div className="form-pair">
        <NativeSelect
          label={t('language')}
          value={form.language}
          data={languages.map((value) => ({ value, label: t(`languages.${value}`, { ns: 'setup' }) }))}
          onChange={(event) => set({ language: event.currentTarget.value === 'de' ? 'de' : 'en' })}
        />
        <TimeZoneField
          label={t('timeZone')}
          value={form.timeZone}
          error={fieldError(save.error, 'timeZone')}
          onChange={(timeZone) => set({ timeZone })}
        />
      </div>
      <TextInput
        label={t('mobile')}
        description={t('mobileHint')}
        type="tel"
        autoComplete="tel"
        value={form.mobileNumber}
        error={fieldError(save.error, 'mobileNumber')}
        onChange={(event) => set({ mobileNumber: event.currentTarget.value })}
      />
      <div className="form-pair">
        {(['deputy', 'assistant'] as const).map((kind) => (
          <StandIn
            key={kind}
            kind={kind}
            me={me}
            error={fieldError(save.error, `${kind}Id`)}
            pick={(id) => set({ [`${kind}Id`]: id })}
          />
        ))}
      </div>
      <FormFoot change={save} beside={fields} />
    </form>
  );
}

/** Who takes my calls where a profile says so; one's assistant may also act for one. */
function StandIn(props: {
  kind: 'deputy' | 'assistant';
  me: Me;
  error: string | undefined;
  pick(id: string | null): void;
}) {
  const { t } = useTranslation('settings');
  const { kind, me } = props;
  const [id, name] = [me[`${kind}Id`], me[`${kind}Name`]];
  const [picked, setPicked] = useState<PickedUser | null>(id === null ? null : { id, displayName: name ?? '' });
  return (
    <UserPicker
      label={t(kind)}
      description={t(`${kind}Hint`)}
      picked={picked}
      except={[me.id]}
      error={props.error}
      pick={(user) => {
        setPicked(user);
        props.pick(user?.id ?? null);
      }}
    />
  );
}

import { NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invitation, InvitedUser, User } from '../../../../server/src/api/schemas/users.ts';
import { request } from '../../shell/api.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { TimeZoneField } from '../../shell/time-zone-field.tsx';
import { phoneSystemsQuery } from '../administration.queries.ts';
import { ExtensionFields, useExtensions } from './extension-fields.tsx';

/** A user new or known: who they are, what they may, and their numbers. */
export function UserForm(props: { user: User | null; onClose(): void; onInvited(invitation: Invitation): void }) {
  const { t } = useTranslation('administration/users');
  const { user } = props;
  const client = useQueryClient();
  const me = useMe();
  const { data: systems = [] } = useQuery(phoneSystemsQuery);
  const extensions = useExtensions(user?.id);
  const [form, setForm] = useState({
    displayName: user?.displayName ?? '',
    email: user?.email ?? '',
    timeZone: user?.timeZone ?? me.timeZone,
    language: user?.language ?? me.language,
    role: user?.role ?? 'user',
    mobileNumber: user?.mobileNumber ?? '',
  });
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const body = () => ({ ...form, mobileNumber: form.mobileNumber.trim() === '' ? null : form.mobileNumber });
  const save = useMutation({
    async mutationFn() {
      if (user) {
        await request('PATCH', `/users/${user.id}`, body());
        await extensions.save(user.id);
        return null;
      }
      const made = await request<InvitedUser>('POST', '/users', body());
      await extensions.save(made.user.id);
      return made.invitation;
    },
    onSuccess(invitation) {
      if (invitation) props.onInvited(invitation);
      else {
        notify(t('saved', { ns: 'shell' }));
        props.onClose();
      }
    },
    onSettled: () => client.invalidateQueries(),
  });
  const fields = ['displayName', 'email', 'timeZone', 'mobileNumber'];

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate();
  }

  return (
    <Dialog title={user ? t('changeTitle', { name: user.displayName }) : t('add')} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('name')}
          required
          autoComplete="off"
          value={form.displayName}
          error={fieldError(save.error, 'displayName')}
          onChange={(event) => set({ displayName: event.currentTarget.value })}
        />
        <TextInput
          label={t('email')}
          type="email"
          required
          autoComplete="off"
          value={form.email}
          error={fieldError(save.error, 'email')}
          onChange={(event) => set({ email: event.currentTarget.value })}
        />
        <div className="form-pair">
          <NativeSelect
            label={t('role')}
            value={form.role}
            data={[
              { value: 'user', label: t('user') },
              { value: 'administrator', label: t('administrator') },
            ]}
            onChange={(event) =>
              set({ role: event.currentTarget.value === 'administrator' ? 'administrator' : 'user' })
            }
          />
          <NativeSelect
            label={t('language')}
            value={form.language}
            data={(['en', 'de'] as const).map((value) => ({ value, label: t(`languages.${value}`, { ns: 'setup' }) }))}
            onChange={(event) => set({ language: event.currentTarget.value === 'de' ? 'de' : 'en' })}
          />
        </div>
        <TimeZoneField
          label={t('timeZone')}
          value={form.timeZone}
          error={fieldError(save.error, 'timeZone')}
          onChange={(timeZone) => set({ timeZone })}
        />
        <TextInput
          label={t('mobile')}
          type="tel"
          autoComplete="off"
          value={form.mobileNumber}
          error={fieldError(save.error, 'mobileNumber')}
          onChange={(event) => set({ mobileNumber: event.currentTarget.value })}
        />
        <ExtensionFields systems={systems} extensions={extensions} />
        {save.isError && !isFieldError(save.error, fields) && <Problem error={save.error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={save.isPending}>
            {user ? t('save', { ns: 'shell' }) : t('create')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

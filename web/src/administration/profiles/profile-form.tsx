import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile, ProfileChange } from '../../../../server/src/api/schemas/presence.ts';
import { statuses } from '../../presence/status.tsx';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { useChange } from '../administration.queries.ts';

const modes = ['off', 'all', 'internal', 'external', 'doNotDisturb'] as const;
const targets = ['mobile', 'voicemail', 'number'] as const;
type Forwarding = NonNullable<ProfileChange['forwarding']>;

export function ProfileForm({ profile, onClose }: { profile: Profile | null; onClose(): void }) {
  const { t } = useTranslation('administration/profiles');
  const save = useChange('profiles');
  const [form, setForm] = useState({
    name: profile?.name ?? '',
    status: profile?.status ?? 'appointment',
    active: profile?.active ?? true,
    note: profile?.note ?? '',
    mode: profile?.forwarding.mode ?? 'off',
    target: profile?.forwarding.target?.kind ?? 'voicemail',
    number: profile?.forwarding.target?.kind === 'number' ? profile.forwarding.target.number : '',
  });
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const forwards = form.mode !== 'off' && form.mode !== 'doNotDisturb';

  function forwarding(): Forwarding {
    if (!forwards) return { mode: form.mode, target: null };
    const target = form.target === 'number' ? { kind: form.target, number: form.number } : { kind: form.target };
    return { mode: form.mode, target };
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { name, status, active } = form;
    const body = { name, status, active, note: form.note === '' ? null : form.note, forwarding: forwarding() };
    save.mutate(
      profile
        ? { method: 'PATCH', path: `/profiles/${profile.id}`, body }
        : { method: 'POST', path: '/profiles', body: { ...body, owner: 'group' } },
      {
        onSuccess() {
          notify(t('saved', { ns: 'shell' }));
          onClose();
        },
      },
    );
  }

  return (
    <Dialog title={profile ? t('change') : t('add')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('name')}
          required
          maxLength={100}
          value={form.name}
          error={fieldError(save.error, 'name')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('status')}
          value={form.status}
          data={statuses.map((value) => ({ value, label: t(`status.${value}`, { ns: 'presence' }) }))}
          onChange={(event) => set({ status: statuses.find((one) => one === event.currentTarget.value)! })}
        />
        <NativeSelect
          label={t('mode')}
          value={form.mode}
          data={modes.map((value) => ({ value, label: t(`modes.${value}`) }))}
          onChange={(event) => set({ mode: modes.find((one) => one === event.currentTarget.value)! })}
        />
        {forwards && (
          <NativeSelect
            label={t('target')}
            value={form.target}
            data={targets.map((value) => ({ value, label: t(`targets.${value}`) }))}
            onChange={(event) => set({ target: targets.find((one) => one === event.currentTarget.value)! })}
          />
        )}
        {forwards && form.target === 'number' && (
          <TextInput
            label={t('number')}
            type="tel"
            required
            value={form.number}
            error={fieldError(save.error, 'number')}
            onChange={(event) => set({ number: event.currentTarget.value })}
          />
        )}
        <TextInput
          label={t('note')}
          maxLength={500}
          value={form.note}
          onChange={(event) => set({ note: event.currentTarget.value })}
        />
        <Switch
          label={t('active')}
          checked={form.active}
          onChange={(event) => set({ active: event.currentTarget.checked })}
        />
        {save.isError && !isFieldError(save.error, ['name', 'number']) && <Problem error={save.error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={save.isPending}>
            {t('save', { ns: 'shell' })}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

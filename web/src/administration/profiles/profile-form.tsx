import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PredefinedTarget } from '../../../../server/src/api/schemas/dialling.ts';
import type { Profile } from '../../../../server/src/api/schemas/presence.ts';
import { notePlaceholders } from '../../presence/note-placeholders.ts';
import { statuses } from '../../presence/status.tsx';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { useChange } from '../administration.queries.ts';
import type { Target } from './profiles.queries.ts';

const modes = ['off', 'all', 'internal', 'external', 'doNotDisturb'] as const;
const targetKinds = ['voicemail', 'mobile', 'deputy', 'assistant', 'team', 'predefined', 'number'] as const;
type Forwarding = { mode: (typeof modes)[number]; target: Target | null };

export function ProfileForm(props: {
  profile: Profile | null;
  owner: 'location' | 'group';
  ownerId: string;
  targets: readonly PredefinedTarget[];
  onClose(): void;
}) {
  const { profile, onClose } = props;
  const { t } = useTranslation(['administration/profiles', 'presence/stack']);
  const save = useChange('profiles');
  const known = (profile?.forwarding.target ?? null) as Target | null;
  const [form, setForm] = useState({
    name: profile?.name ?? '',
    status: profile?.status ?? 'appointment',
    active: profile?.active ?? true,
    note: profile?.note ?? '',
    mode: profile?.forwarding.mode ?? 'off',
    target: known?.kind ?? 'voicemail',
    number: known?.kind === 'number' ? known.number : '',
    targetId: known?.kind === 'predefined' ? known.targetId : (props.targets[0]?.id ?? ''),
  });
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const forwards = form.mode !== 'off' && form.mode !== 'doNotDisturb';

  function forwarding(): Forwarding {
    if (!forwards) return { mode: form.mode, target: null };
    const { mode, target, number, targetId } = form;
    if (target === 'number') return { mode, target: { kind: target, number } };
    if (target === 'predefined') return { mode, target: { kind: target, targetId } };
    return { mode, target: { kind: target } };
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { name, status, active } = form;
    const body = { name, status, active, note: form.note === '' ? null : form.note, forwarding: forwarding() };
    save.mutate(
      profile
        ? { method: 'PATCH', path: `/profiles/${profile.id}`, body }
        : {
            method: 'POST',
            path: '/profiles',
            body: { ...body, owner: props.owner, [`${props.owner}Id`]: props.ownerId },
          },
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
            description={t(`targetHints.${form.target}`)}
            error={fieldError(save.error, 'target.kind')}
            data={targetKinds.map((value) => ({
              value,
              label: t(`targets.${value}`),
              disabled: value === 'predefined' && props.targets.length === 0,
            }))}
            onChange={(event) => set({ target: targetKinds.find((one) => one === event.currentTarget.value)! })}
          />
        )}
        {forwards && form.target === 'predefined' && (
          <NativeSelect
            label={t('predefined')}
            value={form.targetId}
            error={fieldError(save.error, 'targetId')}
            data={props.targets.map(({ id, name, number }) => ({ value: id, label: `${name} (${number})` }))}
            onChange={(event) => set({ targetId: event.currentTarget.value })}
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
          description={t('noteHint', { ...notePlaceholders, ns: 'presence/stack' })}
          maxLength={500}
          value={form.note}
          error={fieldError(save.error, 'note')}
          onChange={(event) => set({ note: event.currentTarget.value })}
        />
        <Switch
          label={t('active')}
          checked={form.active}
          onChange={(event) => set({ active: event.currentTarget.checked })}
        />
        {save.isError && !isFieldError(save.error, ['name', 'number', 'note', 'targetId', 'target.kind']) && (
          <Problem error={save.error} />
        )}
        <div className="actions">
          <button type="submit" className="button primary" disabled={save.isPending}>
            {t('save', { ns: 'shell' })}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

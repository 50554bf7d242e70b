import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, Fragment, useState } from 'react';
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
import { CannotDo, type ForwardingPart } from './cannot-do.tsx';
import { phoneAbilitiesQuery, type Target } from './profiles.queries.ts';
import { TargetFields, targetErrorFields } from './target-fields.tsx';

const modes = ['off', 'all', 'internal', 'external', 'doNotDisturb'] as const;

export function ProfileForm(props: {
  profile: Profile | null;
  owner: 'location' | 'group';
  ownerId: string;
  /** Whose phone systems and predefined targets count. */
  locationId: string;
  targets: readonly PredefinedTarget[];
  onClose(): void;
}) {
  const { profile, onClose } = props;
  const { t } = useTranslation(['administration/profiles', 'presence/stack']);
  const save = useChange('profiles');
  const abilities = useQuery(phoneAbilitiesQuery(props.locationId));
  const [form, setForm] = useState({
    name: profile?.name ?? '',
    status: profile?.status ?? 'appointment',
    active: profile?.active ?? true,
    note: profile?.note ?? '',
    mode: profile?.forwarding.mode ?? 'off',
    target: (profile?.forwarding.target ?? { kind: 'voicemail' }) as Target,
    busy: (profile?.forwarding.busy ?? null) as Target | null,
    unanswered: (profile?.forwarding.unanswered ?? null) as Target | null,
  });
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const forwards = form.mode !== 'off' && form.mode !== 'doNotDisturb';

  const { mode, busy, unanswered } = form;
  const forwarding = { mode, target: forwards ? form.target : null, busy, unanswered };
  const unable = (part: ForwardingPart) => <CannotDo part={part} phoneSystems={abilities.data ?? []} />;

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { name, status, active } = form;
    const body = { name, status, active, note: form.note === '' ? null : form.note, forwarding };
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
        {mode !== 'off' && unable(mode)}
        {forwards && (
          <TargetFields
            label={t('target')}
            field="target"
            value={form.target}
            targets={props.targets}
            error={save.error}
            onChange={(target) => set({ target: target! })}
          />
        )}
        {forwarding.target?.kind === 'voicemail' && unable('voicemail')}
        <details className="form-part" open={busy !== null || unanswered !== null}>
          <summary>{t('otherCalls')}</summary>
          <div className="stack">
            <p className="hint">{t('otherCallsHint')}</p>
            {(['busy', 'unanswered'] as const).map((slot) => (
              <Fragment key={slot}>
                <TargetFields
                  label={t(`slots.${slot}`)}
                  none={t('slots.none')}
                  field={slot}
                  value={form[slot]}
                  targets={props.targets}
                  error={save.error}
                  onChange={(target) => set({ [slot]: target })}
                />
                {form[slot] && unable(slot)}
                {form[slot]?.kind === 'voicemail' && unable('voicemail')}
              </Fragment>
            ))}
          </div>
        </details>
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
        {save.isError && !isFieldError(save.error, ['name', 'note', ...targetErrorFields]) && (
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

import { FormFoot } from '../shell/form-foot.tsx';
import './profiles.css';
import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { type FormEvent, Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../server/src/api/schemas/presence.ts';
import { useChange } from '../administration/administration.queries.ts';
import { notePlaceholders } from '../presence/note-placeholders.ts';
import { statuses } from '../presence/status.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { fieldError } from '../shell/field-errors.ts';
import { notify } from '../shell/notices.tsx';
import { CannotDo, type ForwardingPart, type PhoneSystem } from './cannot-do.tsx';
import { TargetFields, targetErrorFields } from './target-fields.tsx';
import type { ChoosableTarget, Target } from './targets.ts';

const modes = ['off', 'all', 'internal', 'external', 'doNotDisturb'] as const;

/** Whose a new profile is, and for a user's own one the built-in profile that it stands for. */
export type NewProfileOf =
  | { owner: 'location'; locationId: string }
  | { owner: 'group'; groupId: string }
  | { owner: 'user'; key: string | null };

/** Makes or changes a profile: a central one for its administrators, one's own for oneself. */
export function ProfileForm(props: {
  title: string;
  /** To be changed; else a new one is made. */
  profile: Profile | null;
  of: NewProfileOf;
  /** What a new one begins as. */
  start?: Profile | undefined;
  targets: readonly ChoosableTarget[];
  /** What they can't do is told beside what asks for it. */
  phoneSystems: readonly PhoneSystem[];
  onClose(): void;
}) {
  const { profile, of, onClose } = props;
  const own = of.owner === 'user';
  const { t } = useTranslation(['profiles', 'presence', 'presence/stack']);
  const save = useChange('profiles', 'timeline', 'outcomes');
  const [form, setForm] = useState(() => draftOf(profile ?? props.start));
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const forwards = form.mode !== 'off' && form.mode !== 'doNotDisturb';

  const { mode, busy, unanswered } = form;
  const forwarding = { mode, target: forwards ? form.target : null, busy, unanswered };
  const unable = (part: ForwardingPart) => <CannotDo part={part} phoneSystems={props.phoneSystems} />;

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { name, status, active } = form;
    const body = { name, status, active, note: form.note === '' ? null : form.note, forwarding };
    save.mutate(
      profile
        ? { method: 'PATCH', path: `/profiles/${profile.id}`, body }
        : { method: 'POST', path: '/profiles', body: { ...body, ...of } },
      {
        onSuccess() {
          notify(t('saved', { ns: 'shell' }));
          onClose();
        },
      },
    );
  }

  return (
    <Dialog title={props.title} onClose={onClose}>
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
            own={own}
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
                  label={own && slot === 'busy' ? t('own.slots.busy') : t(`slots.${slot}`)}
                  none={t('slots.none')}
                  field={slot}
                  value={form[slot]}
                  targets={props.targets}
                  own={own}
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
        <FormFoot change={save} beside={['name', 'note', ...targetErrorFields]} />
      </form>
    </Dialog>
  );
}

const draftOf = (profile: Profile | undefined) => ({
  name: profile?.name ?? '',
  status: profile?.status ?? ('appointment' as const),
  active: profile?.active ?? true,
  note: profile?.note ?? '',
  mode: profile?.forwarding.mode ?? ('off' as const),
  target: (profile?.forwarding.target ?? { kind: 'voicemail' }) as Target,
  busy: (profile?.forwarding.busy ?? null) as Target | null,
  unanswered: (profile?.forwarding.unanswered ?? null) as Target | null,
});

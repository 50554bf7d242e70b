import { Checkbox, NativeSelect, PasswordInput, Radio, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewPhoneSystem, PhoneSystem } from '../../../../server/src/api/schemas/telephony.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { notify } from '../../shell/notices.tsx';
import { useChange } from '../administration.queries.ts';
import { draftOf, settingsFrom } from '../http-phone/draft.ts';
import { HttpPhoneFields } from '../http-phone/fields.tsx';
import { RecipeChoice } from '../http-phone/recipe-choice.tsx';
import { noSecret, PhoneSecret, secretOf } from '../http-phone/secret.tsx';
import { TryOut } from '../http-phone/try-out.tsx';

/** Fields whose faults stand beside them; other faults stand below the form. */
const shownBeside = {
  asterisk: ['host', 'port', 'username', 'voicemail'].map((name) => `settings.${name}`).concat('secret.password'),
  http: ['settings', 'secret', 'set', 'clear', 'read'],
};
const modes = ['active', 'observe', 'paused'] as const;

export function PhoneSystemForm({ system, onClose }: { system: PhoneSystem | null; onClose(): void }) {
  const { t } = useTranslation(['administration/system', 'setup']);
  const save = useChange('phoneSystems');
  const known = system?.settings ?? {};
  const [kind, setKind] = useState<NewPhoneSystem['kind']>(system?.kind === 'http' ? 'http' : 'asterisk');
  const [form, setForm] = useState({
    name: system?.name ?? '',
    mode: system?.mode ?? 'observe',
    inForce: 'giveBack',
    moved: false,
    guardShare: String(system?.guardShare ?? 20),
    host: textOf(known.host),
    port: String(known.port ?? 5038),
    tls: known.tls === true,
    username: textOf(known.username),
    voicemail: textOf(known.voicemail ?? '*{{extension}}'),
    calls: known.calls !== false,
    presence: known.presence !== false,
  });
  const [http, setHttp] = useState(() => draftOf(system?.kind === 'http' ? system.settings : null));
  const [secret, setSecret] = useState(noSecret);
  const [unreadable, setUnreadable] = useState<string>();
  const set = (change: Partial<typeof form>) => setForm((before) => ({ ...before, ...change }));

  function settings(): unknown {
    if (kind === 'http') return settingsFrom(http);
    const { host, tls, username, voicemail, calls, presence } = form;
    return { host, port: Number(form.port), tls, username, voicemail, calls, presence };
  }

  /** It stops being active while something of ours is on its phones. */
  const stillForwards = system?.mode === 'active' && form.mode !== 'active' && system.inForce > 0;
  const shown = shownBeside[kind];
  const asksWhetherMoved = form.moved || fieldError(save.error, 'inForce') !== undefined;

  function submit(event: FormEvent): void {
    event.preventDefault();
    let wish: Record<string, unknown>;
    try {
      wish = { name: form.name, mode: form.mode, guardShare: Number(form.guardShare), settings: settings() };
      if (stillForwards) wish.inForce = form.inForce;
      if (form.moved) wish.inForce = 'leave';
      setUnreadable(undefined);
    } catch (error) {
      setUnreadable(t('phones.notJson', { reason: (error as Error).message }));
      return;
    }
    const newSecret = secretOf(kind, secret, system !== null);
    if (newSecret) wish.secret = newSecret;
    const done = {
      onSuccess() {
        notify(t('saved', { ns: 'shell' }));
        onClose();
      },
    };
    if (system) save.mutate({ method: 'PATCH', path: `/phone-systems/${system.id}`, body: wish }, done);
    else save.mutate({ method: 'POST', path: '/phone-systems', body: { ...wish, kind } }, done);
  }

  return (
    <Dialog title={system ? t('phones.change', { name: system.name }) : t('phones.add')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        {!system && (
          <NativeSelect
            label={t('phones.kind')}
            value={kind}
            data={[
              { value: 'asterisk', label: t('phones.kinds.asterisk') },
              { value: 'http', label: t('phones.kinds.http') },
            ]}
            onChange={(event) => setKind(event.currentTarget.value === 'http' ? 'http' : 'asterisk')}
          />
        )}
        <TextInput
          label={t('phones.name')}
          required
          maxLength={100}
          value={form.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('phones.mode')}
          description={t(`phones.modeHint.${form.mode}`)}
          value={form.mode}
          data={modes.map((value) => ({ value, label: t(`phones.modes.${value}`) }))}
          onChange={(event) => set({ mode: modes.find((one) => one === event.currentTarget.value)! })}
        />
        {stillForwards && (
          <Radio.Group
            label={t('phones.inForce.label', { count: system.inForce })}
            value={form.inForce}
            onChange={(inForce) => set({ inForce })}
          >
            <Radio value="giveBack" label={t('phones.inForce.giveBack')} mt="xs" />
            <Radio value="leave" label={t('phones.inForce.leave')} mt="xs" />
          </Radio.Group>
        )}
        <TextInput
          label={t('phones.guard')}
          description={t('phones.guardHint')}
          required
          inputMode="numeric"
          pattern="[0-9]{1,2}|100"
          rightSection="%"
          error={fieldError(save.error, 'guardShare')}
          value={form.guardShare}
          onChange={(event) => set({ guardShare: event.currentTarget.value })}
        />
        {kind === 'asterisk' ? (
          <>
            <div className="form-pair">
              <TextInput
                label={t('phones.host')}
                required
                error={fieldError(save.error, 'settings.host')}
                value={form.host}
                onChange={(event) => set({ host: event.currentTarget.value })}
              />
              <TextInput
                label={t('phones.port')}
                required
                inputMode="numeric"
                pattern="[0-9]+"
                error={fieldError(save.error, 'settings.port')}
                value={form.port}
                onChange={(event) => set({ port: event.currentTarget.value })}
              />
            </div>
            <Checkbox
              label={t('phones.tls')}
              checked={form.tls}
              onChange={(event) => set({ tls: event.currentTarget.checked })}
            />
            <TextInput
              label={t('phones.username')}
              required
              autoComplete="off"
              error={fieldError(save.error, 'settings.username')}
              value={form.username}
              onChange={(event) => set({ username: event.currentTarget.value })}
            />
            <PasswordInput
              label={t('phones.password')}
              description={system ? t('phones.keep') : undefined}
              required={!system}
              autoComplete="off"
              visibilityToggleButtonProps={{ 'aria-label': t('password.show', { ns: 'setup' }) }}
              error={fieldError(save.error, 'secret.password')}
              value={secret.password}
              onChange={(event) => setSecret({ ...secret, password: event.currentTarget.value })}
            />
            <TextInput
              label={t('phones.voicemail')}
              description={t('phones.voicemailHint', { extension: '{{extension}}' })}
              error={fieldError(save.error, 'settings.voicemail')}
              value={form.voicemail}
              onChange={(event) => set({ voicemail: event.currentTarget.value })}
            />
            <Checkbox
              label={t('phones.calls')}
              description={t('phones.callsHint')}
              checked={form.calls}
              onChange={(event) => set({ calls: event.currentTarget.checked })}
            />
            <Checkbox
              label={t('phones.presence')}
              description={t('phones.presenceHint')}
              checked={form.presence}
              onChange={(event) => set({ presence: event.currentTarget.checked })}
            />
          </>
        ) : (
          <>
            {!system && (
              <RecipeChoice
                fill={(draft, kind) => {
                  setHttp(draft);
                  setSecret((before) => ({ ...before, kind }));
                }}
              />
            )}
            <HttpPhoneFields draft={http} change={setHttp} error={save.error} />
            {unreadable && <p className="problem-text">{unreadable}</p>}
            <PhoneSecret draft={secret} change={setSecret} isKnown={system !== null} error={save.error} />
            <TryOut
              wish={() => ({
                phoneSystemId: system?.id ?? null,
                settings: settingsFrom(http),
                secret: secretOf(kind, secret, system !== null),
              })}
            />
          </>
        )}
        {asksWhetherMoved && (
          <Checkbox
            label={t('phones.moved.label')}
            description={t('phones.moved.hint')}
            checked={form.moved}
            onChange={(event) => set({ moved: event.currentTarget.checked })}
          />
        )}
        <FormFoot change={save} beside={shown} />
      </form>
    </Dialog>
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

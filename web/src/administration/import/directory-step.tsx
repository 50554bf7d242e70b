import { NativeSelect, PasswordInput, Switch, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportSource } from '../../../../server/src/api/schemas/import.ts';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { useMe } from '../../shell/session.ts';
import { useChange } from '../administration.queries.ts';
import { CommonSettings, commonOf } from './common-settings.tsx';

const attributes = [
  ...(['email', 'displayName', 'givenName', 'familyName', 'extension', 'mobileNumber', 'department'] as const),
  ...(['language', 'externalId'] as const),
];
const usual = {
  email: 'mail',
  displayName: 'displayName',
  givenName: 'givenName',
  familyName: 'sn',
  externalId: '',
  extension: 'telephoneNumber',
  mobileNumber: 'mobile',
  department: 'department',
  language: 'preferredLanguage',
};
const shownFields = ['name', 'address', 'bindDn', 'base', 'filter', 'password', 'extensionDigits'];

/** How the directory is reached and read, and when by itself. */
export function DirectoryStep({ source, goOn }: { source: ImportSource; goOn(): void }) {
  const { t } = useTranslation('administration/import');
  const me = useMe();
  const known = source.settings;
  const text = (name: string, fallback = '') => (typeof known[name] === 'string' ? (known[name] as string) : fallback);
  const [common, setCommon] = useState(commonOf(known));
  const [form, setForm] = useState({
    address: text('address'),
    startTls: known.startTls !== false,
    bindDn: text('bindDn'),
    base: text('base'),
    filter: text('filter', '(&(objectClass=person)(mail=*))'),
    extensionDigits: known.extensionDigits == null ? '' : String(known.extensionDigits),
    attributes: { ...usual, ...(known.attributes as Partial<typeof usual> | undefined) },
    hour: (known.schedule as { hour: number } | null | undefined)?.hour ?? null,
  });
  const [password, setPassword] = useState('');
  const set = (change: Partial<typeof form>) => setForm((before) => ({ ...before, ...change }));
  const save = useChange('importSources');
  const isPlain = /^ldap:/i.test(form.address);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { hour, extensionDigits, ...fields } = form;
    const zone = (known.schedule as { timeZone: string } | null | undefined)?.timeZone ?? me.timeZone;
    const settings = {
      ...known,
      ...common,
      ...fields,
      extensionDigits: extensionDigits.trim() === '' ? null : Number(extensionDigits),
      schedule: hour === null ? null : { hour, timeZone: zone },
    };
    const body = { settings, ...(password === '' ? {} : { password }) };
    save.mutate({ method: 'PATCH', path: `/import-sources/${source.id}`, body }, { onSuccess: goOn });
  }

  const field = (name: 'address' | 'bindDn' | 'base' | 'filter' | 'extensionDigits', required = false) => (
    <TextInput
      label={t(`ldap.${name}`)}
      description={t(`ldap.${name}Hint`)}
      required={required}
      spellCheck={false}
      autoCapitalize="none"
      autoComplete="off"
      value={form[name]}
      error={fieldError(save.error, name)}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  );

  return (
    <form className="form form-wide" onSubmit={submit}>
      <fieldset className="form-part">
        <legend>{t('ldap.parts.connection')}</legend>
        {field('address', true)}
        {isPlain && (
          <Switch
            size="md"
            label={t('ldap.startTls')}
            description={form.startTls ? undefined : t('ldap.startTlsOff')}
            checked={form.startTls}
            onChange={(event) => set({ startTls: event.currentTarget.checked })}
          />
        )}
        {field('bindDn')}
        <PasswordInput
          label={t('ldap.password')}
          description={source.hasSecret ? t('ldap.passwordKept') : undefined}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('ldap.showPassword') }}
          value={password}
          error={fieldError(save.error, 'password')}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      </fieldset>
      <fieldset className="form-part">
        <legend>{t('ldap.parts.who')}</legend>
        {field('base', true)}
        {field('filter')}
        <CommonSettings value={common} change={(wish) => setCommon((before) => ({ ...before, ...wish }))} />
      </fieldset>
      <details className="form-part">
        <summary>{t('ldap.parts.attributes')}</summary>
        <div className="form-pair">
          {attributes.map((name) => (
            <TextInput
              key={name}
              label={t(`fields.${name}`)}
              placeholder={name === 'externalId' ? 'objectGUID, entryUUID' : ''}
              spellCheck={false}
              autoComplete="off"
              value={form.attributes[name]}
              error={fieldError(save.error, `attributes.${name}`)}
              onChange={(event) => set({ attributes: { ...form.attributes, [name]: event.currentTarget.value } })}
            />
          ))}
        </div>
        {field('extensionDigits')}
      </details>
      <NativeSelect
        label={t('ldap.schedule')}
        description={t('ldap.scheduleHint')}
        value={form.hour === null ? '' : String(form.hour)}
        data={[
          { value: '', label: t('ldap.byHand') },
          ...Array.from({ length: 24 }, (_, hour) => ({
            value: String(hour),
            label: t('ldap.daily', { time: `${String(hour).padStart(2, '0')}:00` }),
          })),
        ]}
        onChange={(event) => set({ hour: event.currentTarget.value === '' ? null : Number(event.currentTarget.value) })}
      />
      <FormFoot
        change={save}
        beside={[...shownFields, ...attributes.map((name) => `attributes.${name}`)]}
        label={t('ldap.check')}
      />
    </form>
  );
}

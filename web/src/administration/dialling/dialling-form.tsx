import { NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CountryList, DiallingRules } from '../../../../server/src/api/schemas/dialling.ts';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { localeOf } from '../../shell/language.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { useChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { SaveBar } from '../save-bar.tsx';
import { useUnsaved } from '../unsaved.tsx';
import type { AllRules } from './dialling.queries.ts';
import { PrefixField } from './prefix-field.tsx';

const lists = ['internalRanges', 'allowed', 'forbidden'] as const;
const fields = ['country', 'areaCode', 'outsideLine', 'nationalPrefix', 'internationalPrefix', ...lists];
const linesOf = (text: string) =>
  text
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter(Boolean);

export function DiallingForm(props: { locationId: string; rules: AllRules; countries: CountryList['countries'] }) {
  const { t, i18n } = useTranslation('administration/dialling');
  const { rules, countries, locationId } = props;
  const mayChange = useMayChange();
  const save = useChange('dialling', 'targets');
  const first = {
    ...rules,
    internalRanges: rules.internalRanges.join('\n'),
    allowed: rules.allowed.join('\n'),
    forbidden: rules.forbidden.join('\n'),
  };
  const [form, setForm] = useState(first);
  const [undone, setUndone] = useState(0);
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const dirty = JSON.stringify(form) !== JSON.stringify(first);
  const guard = useUnsaved(dirty);
  const country = countries.find(({ code }) => code === form.country);
  const names = new Intl.DisplayNames(localeOf(i18n.language), { type: 'region' });
  const options = countries
    .map(({ code, callingCode }) => ({ value: code, label: `${names.of(code) ?? code} (+${callingCode})` }))
    .sort((a, b) => a.label.localeCompare(b.label, i18n.language));

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body: DiallingRules = {
      ...form,
      internalRanges: linesOf(form.internalRanges),
      allowed: linesOf(form.allowed),
      forbidden: linesOf(form.forbidden),
    };
    save.mutate(
      { method: 'PUT', path: `/locations/${locationId}/dialling`, body },
      {
        onSuccess() {
          guard.release();
          notify(t('saved', { ns: 'shell' }));
        },
      },
    );
  }

  const prefix = (name: 'nationalPrefix' | 'internationalPrefix') => (
    <PrefixField
      key={`${name} ${undone}`}
      label={t(name)}
      description={t(`${name}Hint`)}
      value={form[name]}
      usual={country?.[name]}
      error={fieldError(save.error, name)}
      change={(value) => set({ [name]: value })}
    />
  );
  const list = (name: (typeof lists)[number]) => (
    <Textarea
      label={t(name)}
      description={t(`${name}Hint`)}
      placeholder={name === 'internalRanges' ? '200-299' : name === 'forbidden' ? '0137*' : '+49*'}
      rows={3}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mono)', fontSize: 14 } }}
      value={form[name]}
      error={fieldError(save.error, name)}
      onChange={({ currentTarget: { value } }) => set({ [name]: value })}
    />
  );

  return (
    <form className="function-form" onSubmit={submit}>
      <fieldset className="form-part" disabled={!mayChange}>
        <legend>{t('parts.where')}</legend>
        <div className="form-pair">
          <NativeSelect
            label={t('country')}
            description={t('countryHint')}
            value={form.country ?? ''}
            data={[{ value: '', label: t('noCountry') }, ...options]}
            error={fieldError(save.error, 'country')}
            onChange={({ currentTarget: { value } }) => set({ country: value === '' ? null : value })}
          />
          <TextInput
            label={t('areaCode')}
            description={t('areaCodeHint')}
            placeholder="30"
            inputMode="numeric"
            autoComplete="off"
            value={form.areaCode}
            error={fieldError(save.error, 'areaCode')}
            onChange={({ currentTarget: { value } }) => set({ areaCode: value })}
          />
        </div>
      </fieldset>
      <fieldset className="form-part" disabled={!mayChange}>
        <legend>{t('parts.prefixes')}</legend>
        <TextInput
          label={t('outsideLine')}
          description={t('outsideLineHint')}
          inputMode="tel"
          autoComplete="off"
          classNames={{ input: 'short-field' }}
          value={form.outsideLine}
          error={fieldError(save.error, 'outsideLine')}
          onChange={({ currentTarget: { value } }) => set({ outsideLine: value })}
        />
        <div className="form-pair">
          {prefix('nationalPrefix')}
          {prefix('internationalPrefix')}
        </div>
      </fieldset>
      <fieldset className="form-part" disabled={!mayChange}>
        <legend>{t('parts.numbers')}</legend>
        {list('internalRanges')}
        <div className="form-pair">
          {list('forbidden')}
          {list('allowed')}
        </div>
        <Switch
          size="md"
          label={t('premium')}
          description={t('premiumHint')}
          checked={form.premium === 'allowed'}
          onChange={({ currentTarget: { checked } }) => set({ premium: checked ? 'allowed' : 'forbidden' })}
        />
      </fieldset>
      {save.isError && !isFieldError(save.error, fields) && <Problem error={save.error} />}
      {mayChange && (
        <SaveBar
          dirty={dirty}
          busy={save.isPending}
          undo={() => {
            setForm(first);
            setUndone((times) => times + 1);
            save.reset();
          }}
        />
      )}
      {guard.dialog}
    </form>
  );
}

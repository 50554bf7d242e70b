import { NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { statuses } from '../presence/status.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ConditionField } from './condition-field.tsx';
import {
  aboutSubjects,
  conditionNames,
  type DraftFaults,
  draftOf,
  emptyCondition,
  newDraft,
  type RuleDraft,
  ruleOf,
} from './rule-draft.ts';
import { useRuleWords } from './rule-words.ts';
import type { Profile, Rule } from './rules.queries.ts';

interface Props {
  /** Null: a new one. */
  rule: Rule | null;
  profiles: readonly Profile[];
  /** Conditions on subjects aren't offered. */
  freeBusyOnly: boolean;
  onTake(rule: Rule): void;
  onClose(): void;
}

/** One rule: for which appointments, and what comes of them. Taken over into the list; saved with the list. */
export function RuleForm({ rule, profiles, freeBusyOnly, onTake, onClose }: Props) {
  const { t } = useTranslation('rules');
  const words = useRuleWords();
  const [draft, setDraft] = useState<RuleDraft>(() => (rule ? draftOf(rule, t('form.me')) : newDraft()));
  const [told, setTold] = useState(false);
  const mes = ['me', t('form.me')];
  const { rule: made, faults } = ruleOf(draft, mes);
  const shownFaults: DraftFaults = told ? faults : {};
  const set = (change: Partial<RuleDraft>) => setDraft((known) => ({ ...known, ...change }));
  const used = draft.when.map(({ name }) => name);
  const offered = conditionNames.filter(
    (name) =>
      !used.includes(name) &&
      !(name === 'words' && used.includes('mark')) &&
      !(name === 'mark' && used.includes('words')) &&
      !(freeBusyOnly && aboutSubjects.includes(name) && name !== 'organizer'),
  );

  function submit(event: FormEvent): void {
    event.preventDefault();
    event.stopPropagation(); // the form around the list is another one
    if (Object.keys(faults).length > 0) setTold(true);
    else onTake(made);
  }

  return (
    <Dialog title={rule ? t('change', { name: rule.name }) : t('form.new')} onClose={onClose}>
      <form className="form rule-form" onSubmit={submit} noValidate>
        <TextInput
          label={t('form.name')}
          description={t('form.nameHint')}
          maxLength={100}
          autoComplete="off"
          value={draft.name}
          error={shownFaults.name && t('form.nameMissing')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <fieldset className="rule-part">
          <legend>{t('form.when')}</legend>
          <p className="hint">{t('form.whenHint')}</p>
          {draft.when.map((condition, index) => (
            <ConditionField
              key={condition.name}
              condition={condition}
              fault={shownFaults[condition.name]}
              change={(value) => set({ when: draft.when.with(index, { ...condition, value }) })}
              remove={() => set({ when: draft.when.toSpliced(index, 1) })}
            />
          ))}
          {offered.length > 0 && (
            <NativeSelect
              aria-label={t('form.addCondition')}
              value=""
              data={[
                { value: '', label: t('form.addCondition') },
                ...offered.map((name) => ({ value: name, label: t(`condition.${name}`) })),
              ]}
              onChange={(event) => {
                const name = offered.find((one) => one === event.currentTarget.value);
                if (name) set({ when: [...draft.when, { name, value: emptyCondition(name) }] });
              }}
            />
          )}
          {freeBusyOnly && <p className="hint">{t('freeBusyOnly')}</p>}
        </fieldset>
        <EffectFields draft={draft} faults={shownFaults} profiles={profiles} set={set} />
        <p className="rule-preview">
          {words.when(made.when)} → <strong>{words.effect(made.effect, profiles) || '…'}</strong>
        </p>
        <div className="actions">
          <button type="submit" className="button primary">
            {t('form.apply')}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t('cancel', { ns: 'shell' })}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function EffectFields(props: {
  draft: RuleDraft;
  faults: DraftFaults;
  profiles: readonly Profile[];
  set(change: Partial<RuleDraft>): void;
}) {
  const { t } = useTranslation('rules');
  const { draft, faults, profiles, set } = props;
  return (
    <fieldset className="rule-part">
      <legend>{t('form.then')}</legend>
      <div className="choices">
        {[false, true].map((ignore) => (
          <label key={String(ignore)}>
            <input type="radio" name="effect" checked={draft.ignore === ignore} onChange={() => set({ ignore })} />
            <span>{t(ignore ? 'form.ignore' : 'form.set')}</span>
          </label>
        ))}
      </div>
      {!draft.ignore && (
        <>
          <ProfileSelect
            profiles={profiles}
            value={draft.profile}
            error={faults.profile && t('form.profileMissing')}
            choose={(profile) => set({ profile })}
          />
          <MinutesFields
            lead={draft.lead}
            lag={draft.lag}
            faults={{ lead: faults.lead && t('form.number'), lag: faults.lag && t('form.number') }}
            set={set}
          />
        </>
      )}
    </fieldset>
  );
}

/** Built-in profiles are named by their key, so that a rule outlives their being renamed; others by their name. */
export function ProfileSelect(props: {
  profiles: readonly Profile[];
  value: string;
  error?: string | undefined;
  choose(profile: string): void;
}) {
  const { t } = useTranslation('rules');
  const { profileName } = useRuleWords();
  const { profiles, value } = props;
  const namedBy = ({ key, name }: Profile) => statuses.find((one) => one === key) ?? name;
  const offered = [...new Map(profiles.filter(({ active }) => active).map((one) => [namedBy(one), one]))];
  const isThere = value === '' || offered.some(([one]) => one.toLowerCase() === value.toLowerCase());
  return (
    <NativeSelect
      label={t('form.profile')}
      value={offered.find(([one]) => one.toLowerCase() === value.toLowerCase())?.[0] ?? value}
      error={props.error}
      data={[
        ...(value === '' ? [{ value: '', label: t('form.choose') }] : []),
        ...(isThere ? [] : [{ value, label: t('form.profileGone', { name: profileName(value, profiles) }) }]),
        ...offered.map(([one]) => ({ value: one, label: profileName(one, profiles) })),
      ]}
      onChange={(event) => props.choose(event.currentTarget.value)}
    />
  );
}

export function MinutesFields(props: {
  lead: string;
  lag: string;
  faults: { lead?: string | undefined; lag?: string | undefined };
  set(change: { lead: string } | { lag: string }): void;
}) {
  const { t } = useTranslation('rules');
  return (
    <div className="form-pair">
      {(['lead', 'lag'] as const).map((name) => (
        <TextInput
          key={name}
          label={t(`form.${name}`)}
          inputMode="numeric"
          value={props[name]}
          error={props.faults[name]}
          onChange={(event) => props.set({ [name]: event.currentTarget.value } as { lead: string } | { lag: string })}
        />
      ))}
    </div>
  );
}

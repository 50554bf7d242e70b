import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { StatusMark, statuses } from '../../presence/status.tsx';
import type { Rule } from '../../rules/rules.queries.ts';
import { Icon } from '../../shell/icons.tsx';
import { centralProfilesQuery } from '../profiles/profiles.queries.ts';
import type { FieldWords } from './field-words.ts';
import { type Field, same } from './function-fields.ts';
import type { Choice, Connections, FunctionValue, Owner } from './locations.queries.ts';
import { useConnections } from './locations.queries.ts';
import { RulesControl } from './rules-control.tsx';

interface Props {
  field: Field;
  value: unknown;
  /** What the location (or the built-in default) has. */
  inherited: unknown;
  inheritedFrom: 'location' | 'standard';
  words: FieldWords;
  choices?: readonly Choice[] | undefined;
  /** Whose setting it is. */
  owner: Owner;
  /** All of the function, as it stands in the form. */
  whole: FunctionValue;
  error: string | undefined;
  /** What is wrong with a part of the value: `0.name`. */
  errorOf(part: string): string | undefined;
  change(value: unknown): void;
}

/** One setting: its control, and below it what would be inherited where that is something else. */
export function FieldControl(props: Props) {
  const { t } = useTranslation('administration/locations');
  const { field, inherited, words } = props;
  const differs = inherited !== undefined && !same(props.value, inherited);
  return (
    <div className={differs ? 'setting differs' : 'setting'} data-kind={field.kind}>
      <Control {...props} />
      {differs && (
        <p className="setting-inherited">
          {t(`inherited.${props.inheritedFrom}`, { value: words.shown(field, inherited) })}{' '}
          <button
            type="button"
            className="link-button"
            aria-label={t('takeInheritedLabel', { field: words.label(field) })}
            onClick={() => props.change(inherited)}
          >
            {t('takeInherited')}
          </button>
        </p>
      )}
    </div>
  );
}

function Control(props: Props) {
  const { field, value, words, error, change } = props;
  const common = { label: words.label(field), description: words.hint(field), error };
  switch (field.kind) {
    case 'toggle':
      return <Toggle {...props} common={common} />;
    case 'time':
      return (
        <TextInput
          {...common}
          type="time"
          value={String(value ?? '')}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case 'days':
    case 'minutes':
      return <NumberControl {...props} common={common} />;
    case 'choice':
      return (
        <NativeSelect
          {...common}
          value={String(value ?? 'none')}
          data={field.options.map((option) => ({ value: option, label: words.option(field, option) }))}
          onChange={(event) => change(event.currentTarget.value === 'none' ? null : event.currentTarget.value)}
        />
      );
    case 'connection':
      return <ConnectionControl {...props} offered={field.of} common={common} />;
    case 'profile':
      return <ProfileControl {...props} common={common} />;
    case 'ways':
      return <Ways {...props} options={field.options} />;
    case 'rules':
      return (
        <RulesControl
          owner={props.owner}
          rules={value as Rule[]}
          tentativeCounts={props.whole.tentativeCounts === true}
          errorOf={(index) => props.errorOf(String(index))}
          change={change}
        />
      );
    case 'weekdays':
      return (
        <Several {...props}>
          {[1, 2, 3, 4, 5, 6, 7].map((day) => (
            <Tick
              key={day}
              label={words.weekday(day, 'short')}
              full={words.weekday(day, 'long')}
              {...ticked(props, day)}
            />
          ))}
        </Several>
      );
    case 'statuses':
      return (
        <Several {...props}>
          {statuses.map((status) => (
            <Tick key={status} label={words.shown(field, [status])} status={status} {...ticked(props, status)} />
          ))}
        </Several>
      );
  }
}

function Toggle({ field, value, choices, change, common }: Props & { common: Common }) {
  const choice = choices?.find((one) => field.path.startsWith(`${one.value}.`));
  const label =
    choice?.available === false ? (
      <>
        {common.label} <ComesLater />
      </>
    ) : (
      common.label
    );
  return (
    <Switch
      {...common}
      size="md"
      label={label}
      checked={value === true}
      onChange={(event) => change(event.currentTarget.checked)}
    />
  );
}

/** Of a choice whose connector this version lacks: it may be made, and nothing comes of it until then. */
function ComesLater() {
  const { t } = useTranslation('administration/locations');
  return (
    <span className="tag comes-later">
      <Icon name="clock" size={12} /> {t('comesLater')}
    </span>
  );
}

/** One that isn't there any more, or not here, stays chosen until another one is. */
function ProfileControl({ field, value, owner, words, change, common }: Props & { common: Common }) {
  const { data = [] } = useQuery(centralProfilesQuery(owner.kind, owner.id));
  const offered = data.filter(({ active }) => active).map(({ key, name }) => key ?? name);
  const chosen = typeof value === 'string' && !offered.includes(value) ? [value] : [];
  const options = ['none', ...offered, ...chosen];
  return (
    <NativeSelect
      {...common}
      value={String(value ?? 'none')}
      data={options.map((option) => ({ value: option, label: words.shown(field, option === 'none' ? null : option) }))}
      onChange={(event) => change(event.currentTarget.value === 'none' ? null : event.currentTarget.value)}
    />
  );
}

function ConnectionControl({
  value,
  field,
  offered,
  words,
  change,
  common,
}: Props & { offered: Connections; common: Common }) {
  const connections = useConnections();
  return (
    <NativeSelect
      {...common}
      value={String(value ?? 'none')}
      data={[
        { value: 'none', label: words.option(field, 'none') },
        ...connections[offered].map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(event) => change(event.currentTarget.value === 'none' ? null : event.currentTarget.value)}
    />
  );
}

type Common = { label: string; description: string | undefined; error: string | undefined };

/** Typed as text, so that a half-typed number isn't taken away under one's fingers. */
function NumberControl({ value, change, common }: Props & { common: Common }) {
  const typed = typeof value === 'number' && !Number.isNaN(value) ? String(value) : String(value ?? '');
  return (
    <TextInput
      {...common}
      inputMode="numeric"
      classNames={{ input: 'short-field' }}
      value={typed}
      onChange={(event) => {
        const text = event.currentTarget.value.trim();
        change(/^\d{1,4}$/.test(text) ? Number(text) : text);
      }}
    />
  );
}

const ticked = ({ value, change }: Props, one: unknown) => {
  const list = value as unknown[];
  return {
    checked: list.includes(one),
    onChange: (checked: boolean) => change(checked ? sorted([...list, one]) : list.filter((other) => other !== one)),
  };
};
const order = (one: unknown) => (typeof one === 'number' ? one : statuses.indexOf(one as (typeof statuses)[number]));
const sorted = (list: unknown[]) => list.toSorted((a, b) => order(a) - order(b));

function Several({ field, words, error, children }: Props & { children: React.ReactNode }) {
  return (
    <fieldset className="several">
      <legend>{words.label(field)}</legend>
      {words.hint(field) && <p className="hint">{words.hint(field)}</p>}
      <div className="ticks">{children}</div>
      {error && <p className="problem-text">{error}</p>}
    </fieldset>
  );
}

function Tick(props: {
  label: string;
  full?: string;
  status?: (typeof statuses)[number];
  checked: boolean;
  onChange(checked: boolean): void;
}) {
  return (
    <label className="tick" data-status={props.status}>
      <input
        type="checkbox"
        aria-label={props.full}
        checked={props.checked}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      {props.status && <StatusMark status={props.status} size={14} />}
      <span>{props.label}</span>
    </label>
  );
}

/** A choice whose options each need a sentence. */
function Ways({ field, value, words, options, choices, error, change }: Props & { options: readonly string[] }) {
  const { t } = useTranslation('administration/locations');
  const offered = choices?.map((choice) => choice.value ?? 'none') ?? [];
  const all = [...options, ...offered.filter((one) => !options.includes(one))];
  return (
    <fieldset className="several">
      <legend>{words.label(field)}</legend>
      {words.hint(field) && <p className="hint">{words.hint(field)}</p>}
      <div className="ways-list">
        {all.map((option) => {
          const choice = choices?.find((one) => (one.value ?? 'none') === option);
          const hint = words.optionHint(field, option);
          const waits = choice?.available === false;
          const isChosen = String(value ?? 'none') === option;
          return (
            <label key={option} className="way-line">
              <input
                type="radio"
                name={field.path}
                checked={isChosen}
                onChange={() => change(option === 'none' ? null : option)}
              />
              <span>
                <strong>{words.option(field, option)}</strong> {waits && <ComesLater />}
                {hint && <small>{hint}</small>}
                {waits && isChosen && <small className="waits">{t('waits')}</small>}
              </span>
            </label>
          );
        })}
      </div>
      {error && <p className="problem-text">{error}</p>}
    </fieldset>
  );
}

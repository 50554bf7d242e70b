import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MadeDryRun } from '../../rules/dry-run-panel.tsx';
import type { Rule } from '../../rules/rules.queries.ts';
import { fieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { useMayChange } from '../may-change.ts';
import { SaveBar } from '../save-bar.tsx';
import type { FunctionName } from '../tree-nodes.ts';
import { useUnsaved } from '../unsaved.tsx';
import { FieldControl } from './field-control.tsx';
import { useFieldWords } from './field-words.ts';
import { differing, type FieldGroup, fieldsOf, functionFields, same, valueAt, withValueAt } from './function-fields.ts';
import { ImpactDialog } from './impact-dialog.tsx';
import {
  askImpact,
  type FunctionInfo,
  type FunctionState,
  type FunctionValue,
  type FunctionWish,
  functionQuery,
  functionsQuery,
  type Impact,
  type Mode,
  type Owner,
  saveFunction,
} from './locations.queries.ts';
import { ModeChoice } from './mode-choice.tsx';
import { RulesControl } from './rules-control.tsx';
import { RulesTrial } from './rules-trial.tsx';

/** The settings of one function of a location or a group. `children` stand between the mode and the fields. */
export function FunctionForm(props: { owner: Owner; name: FunctionName; location: string; children?: ReactNode }) {
  const state = useQuery(functionQuery(props.owner, props.name));
  const info = useQuery(functionsQuery);
  // Here, because it is to be seen after saving too, when the form below begins anew.
  const [dryRun, setDryRun] = useState<MadeDryRun | null>(null);
  if (state.isPending || info.isPending) return <Skeleton rows={6} />;
  if (state.isError) return <Problem error={state.error} retry={() => void state.refetch()} />;
  const known = info.data?.find((one) => one.name === props.name);
  // Made anew when something else is stored, after saving above all; not with every look at the server.
  const more = { dryRun, setDryRun };
  return <Form key={JSON.stringify(state.data)} {...props} {...more} state={state.data} info={known} />;
}

function Form(props: {
  owner: Owner;
  name: FunctionName;
  /** The location's name, for what is inherited. */
  location: string;
  state: FunctionState;
  info: FunctionInfo | undefined;
  dryRun: MadeDryRun | null;
  setDryRun(made: MadeDryRun | null): void;
  children?: ReactNode;
}) {
  const { t } = useTranslation('administration/locations');
  const { owner, name, state } = props;
  const client = useQueryClient();
  const words = useFieldWords(name);
  const mayChange = useMayChange();
  const isGroup = owner.kind === 'group';
  const inherited = isGroup ? state.inherited : props.info?.defaults;
  const storedMode: Mode = state.mode ?? 'individual';
  const [mode, setMode] = useState<Mode>(storedMode);
  const [own, setOwn] = useState<FunctionValue>(state.value);
  const [impact, setImpact] = useState<Impact | null>(null);
  const value = mode === 'default' ? (inherited ?? state.value) : own;
  const dirty = mode !== storedMode || (mode === 'individual' && !same(own, state.value));
  const guard = useUnsaved(dirty);

  const tried = JSON.stringify([mode, value]);
  const wish = (): FunctionWish => (isGroup ? (mode === 'default' ? { mode } : { mode, value: own }) : { value: own });
  const save = useMutation({
    mutationFn: (_users: number) => saveFunction(owner, name, wish()),
    async onSuccess(_, users) {
      guard.release();
      const { dryRun: made } = props;
      props.setDryRun(made && made.of === tried ? { ...made, saved: true } : null);
      notify(users === 0 ? t('savedForNobody') : t('saved', { ns: 'shell' }));
      setImpact(null);
      await Promise.all(
        [['function'], ['groups'], ['locations'], ['profiles']].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      );
    },
    onError: () => setImpact(null),
  });
  // Where nobody's settings change there is nothing to ask.
  const ask = useMutation({
    mutationFn: () => askImpact(owner, name, wish()),
    onSuccess: (told) => (told.users === 0 ? save.mutate(0) : setImpact(told)),
  });
  const error = save.error ?? ask.error;
  const errorOf = (path: string) => fieldError(error, `value.${path}`) ?? fieldError(error, path);
  const toldBeside = fieldsOf(name).some(({ path }) => errorOf(path) !== undefined);

  function chooseMode(next: Mode): void {
    // Individual begins with what was inherited until now: nothing changes by the choice itself.
    if (next === 'individual' && storedMode === 'default') setOwn(inherited ?? state.value);
    setMode(next);
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.reset();
    ask.mutate();
  }
  function undo(): void {
    setMode(storedMode);
    setOwn(state.value);
    save.reset();
    ask.reset();
  }

  const disabled = mode === 'default' || !mayChange;
  return (
    <form className="function-form" onSubmit={submit}>
      {isGroup && (
        <ModeChoice
          mode={mode}
          location={props.location}
          disabled={!mayChange}
          differing={mode === 'individual' && inherited ? differing(name, own, inherited).length : 0}
          previous={mode === 'default' && state.previous ? state.previous : null}
          choose={chooseMode}
          takePrevious={(previous) => {
            setOwn(previous);
            setMode('individual');
          }}
          takeInherited={() => inherited && setOwn(inherited)}
        />
      )}
      {props.children}
      {functionFields[name].map((group) => (
        <fieldset key={group.name} className="form-part settings" data-name={group.name}>
          <legend>{t(`${name}.groups.${group.name}` as 'activation.groups.byHand')}</legend>
          {disabled ? (
            <Shown name={name} group={group} value={value} owner={owner} />
          ) : (
            group.fields.map((field) => (
              <FieldControl
                key={field.path}
                field={field}
                value={valueAt(value, field.path)}
                inherited={valueAt(inherited, field.path)}
                inheritedFrom={isGroup ? 'location' : 'standard'}
                words={words}
                owner={owner}
                whole={value}
                choices={'offered' in field && field.offered ? props.info?.choices?.[field.offered] : undefined}
                error={errorOf(field.path)}
                errorOf={(part) => errorOf(`${field.path}.${part}`)}
                change={(next) => setOwn((known) => withValueAt(known, field.path, next))}
              />
            ))
          )}
          {group.name === 'rules' && mayChange && (
            <RulesTrial owner={owner} wish={wish} of={tried} made={props.dryRun} onMade={props.setDryRun} />
          )}
        </fieldset>
      ))}
      {(save.isError || ask.isError) && !toldBeside && <Problem error={error} />}
      {mayChange && <SaveBar dirty={dirty} busy={ask.isPending || save.isPending} undo={undo} />}
      {impact && (
        <ImpactDialog
          impact={impact}
          changes={differing(name, state.value, value).map((field) => ({
            label: words.label(field),
            from: words.shown(field, valueAt(state.value, field.path)),
            to: words.shown(field, valueAt(value, field.path)),
          }))}
          busy={save.isPending}
          onSave={() => save.mutate(impact.users)}
          onClose={() => setImpact(null)}
        />
      )}
      {guard.dialog}
    </form>
  );
}

/** What is in force and can't be changed here: in words, not in greyed fields. */
function Shown(props: { name: FunctionName; group: FieldGroup; value: FunctionValue; owner: Owner }) {
  const { name, group, value, owner } = props;
  const words = useFieldWords(name);
  const rules = group.fields.find(({ kind }) => kind === 'rules');
  return (
    <>
      {rules && (
        <RulesControl
          owner={owner}
          rules={valueAt(value, rules.path) as Rule[]}
          tentativeCounts={value.tentativeCounts === true}
        />
      )}
      <dl className="settings-shown">
        {group.fields
          .filter((field) => field !== rules)
          .map((field) => (
            <div key={field.path}>
              <dt>{words.label(field)}</dt>
              <dd>{words.shown(field, valueAt(value, field.path))}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}

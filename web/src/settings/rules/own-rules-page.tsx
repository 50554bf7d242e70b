import '../../administration/administration.css';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUnsaved } from '../../administration/unsaved.tsx';
import { profilesQuery } from '../../presence/presence.queries.ts';
import { DryRunPanel, type MadeDryRun } from '../../rules/dry-run-panel.tsx';
import { type OwnRules, ownRulesQuery, type Rule, saveOwnRules, tryOwnRules } from '../../rules/rules.queries.ts';
import { DefaultRules, RulesEditor } from '../../rules/rules-editor.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { SettingsFrame } from '../settings-frame.tsx';

/** One's own rules, and those that are asked after them. */
export default function OwnRulesPage() {
  const own = useQuery(ownRulesQuery);
  const [dryRun, setDryRun] = useState<MadeDryRun | null>(null);
  return (
    <SettingsFrame page="rules">
      {own.isPending ? (
        <Skeleton rows={5} />
      ) : own.isError ? (
        <Problem error={own.error} retry={() => void own.refetch()} />
      ) : (
        <>
          <Own key={JSON.stringify(own.data.rules)} own={own.data} dryRun={dryRun} setDryRun={setDryRun} />
          <OfGroup own={own.data} />
        </>
      )}
    </SettingsFrame>
  );
}

function Own(props: { own: OwnRules; dryRun: MadeDryRun | null; setDryRun(made: MadeDryRun | null): void }) {
  const { t } = useTranslation('rules');
  const { own, dryRun, setDryRun } = props;
  const client = useQueryClient();
  const profiles = useQuery(profilesQuery).data ?? [];
  const [rules, setRules] = useState<Rule[]>(own.rules);
  const tried = JSON.stringify(rules);
  const dirty = tried !== JSON.stringify(own.rules);
  const guard = useUnsaved(dirty);
  const save = useMutation({
    mutationFn: () => saveOwnRules(rules),
    onSuccess(saved) {
      guard.release();
      notify(t('own.saved'));
      setDryRun(dryRun && dryRun.of === tried ? { ...dryRun, saved: true } : null);
      client.setQueryData(ownRulesQuery.queryKey, saved);
      for (const name of ['presence', 'timeline', 'outcomes']) void client.invalidateQueries({ queryKey: [name] });
    },
  });
  const errorOf = (index: number) => fieldError(save.error, `rules.${index}`);
  const toldBeside = rules.some((_, index) => errorOf(index) !== undefined);

  if (!own.allowed && own.rules.length === 0)
    return <Empty icon="agenda" title={t('own.forbidden')} text={t('own.forbiddenText')} />;
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate();
  }
  return (
    <form className="section own-rules" onSubmit={submit}>
      <h2>{t('own.title')}</h2>
      <p className="page-intro">{own.allowed ? t('own.text') : t('own.resting')}</p>
      <RulesEditor
        rules={rules}
        profiles={profiles}
        freeBusyOnly={own.freeBusyOnly}
        errorOf={errorOf}
        change={(next) => {
          save.reset();
          setRules(next);
        }}
      />
      {own.allowed && (
        <DryRunPanel
          text={t('dryRun.own')}
          of={tried}
          made={dryRun}
          run={() => tryOwnRules(rules)}
          onMade={setDryRun}
        />
      )}
      {save.isError && !toldBeside && <Problem error={save.error} />}
      <div className="save-bar" data-dirty={dirty}>
        <p role="status">{dirty ? t('own.unsaved') : t('own.allSaved')}</p>
        <div className="actions">
          <button
            type="button"
            className="button quiet"
            disabled={!dirty}
            onClick={() => {
              save.reset();
              setRules(own.rules);
            }}
          >
            {t('own.discard')}
          </button>
          <button type="submit" className="button primary" disabled={!dirty || save.isPending}>
            {t('own.save')}
          </button>
        </div>
      </div>
      {guard.dialog}
    </form>
  );
}

function OfGroup({ own }: { own: OwnRules }) {
  const { t } = useTranslation('rules');
  const profiles = useQuery(profilesQuery).data ?? [];
  return (
    <section className="section own-rules" aria-labelledby="group-rules">
      <h2 id="group-rules">{t('own.group')}</h2>
      <p className="page-intro">{t('own.groupText')}</p>
      {own.groupRules.length > 0 && <RulesEditor rules={own.groupRules} profiles={profiles} />}
      <DefaultRules tentativeCounts={own.tentativeCounts} />
    </section>
  );
}

import './import.css';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportSource } from '../../../../server/src/api/schemas/import.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { Empty, PageHead, Problem, Skeleton } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { useQuickChange } from '../administration.queries.ts';
import { ForChange } from '../for-change.tsx';
import { useMayChange } from '../may-change.ts';
import { CheckStep } from './check-step.tsx';
import { ColumnsStep } from './columns-step.tsx';
import { DifferenceStep } from './difference-step.tsx';
import { DirectoryStep } from './directory-step.tsx';
import { FileStep } from './file-step.tsx';
import { beginRun, isAtWork, runQuery, sourcesQuery } from './import.queries.ts';
import { ProgressStep } from './progress-step.tsx';
import { ResultStep } from './result-step.tsx';
import { StepLine } from './step-line.tsx';

/** One import, step by step: what is read, how it is understood, what would change, and what did. */
export default function ImportPage({ id }: { id: string }) {
  const { t } = useTranslation('administration/import');
  const sources = useQuery(sourcesQuery);
  if (sources.isPending) return <Skeleton rows={6} />;
  if (sources.isError) return <Problem error={sources.error} retry={() => void sources.refetch()} />;
  const source = sources.data.find((one) => one.id === id);
  return source ? <Wizard source={source} /> : <Empty icon="upload" title={t('gone')} />;
}

const steps = {
  csv: ['file', 'columns', 'difference', 'progress', 'result'],
  ldap: ['directory', 'check', 'difference', 'progress', 'result'],
} as const;
export type Step = (typeof steps)['csv' | 'ldap'][number];

function Wizard({ source }: { source: ImportSource }) {
  const { t } = useTranslation('administration/import');
  const client = useQueryClient();
  const [runId, setRunId] = useState(source.lastRun?.id ?? '');
  const [wanted, setWanted] = useState<Step | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const { data: run } = useQuery(runQuery(runId));
  useTitle(source.name);
  const first = steps[source.kind][0];
  const begin = useMutation({
    mutationFn: (chosen: File | null) => beginRun(source, chosen),
    onSuccess(begun) {
      setRunId(begun.id);
      setWanted(null);
    },
  });

  // What the server is doing decides where one is; between its doings one goes back and forth.
  const planned = source.kind === 'csv' && file ? 'columns' : 'difference';
  const atWork = run && isAtWork(run);
  const state = run?.state;
  const step: Step = atWork
    ? 'progress'
    : (wanted ?? (state === 'planned' ? planned : state === 'done' || state === 'failed' ? 'result' : first));
  const before = useRef(state);
  useEffect(() => {
    if (atWork) setWanted(null);
    // Users, extensions and the list of imports are others when it is over.
    if (before.current && before.current !== 'done' && state === 'done') void client.invalidateQueries();
    before.current = state;
  }, [atWork, state, client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step begins at its top.
  useEffect(() => {
    scrollTo({ top: 0 });
  }, [step]);

  return (
    <>
      <PageHead title={source.name} intro={t(`kinds.${source.kind}`)}>
        <RemoveSource source={source} />
      </PageHead>
      <StepLine steps={steps[source.kind]} at={step} />
      {begin.isError && <Problem error={begin.error} />}
      <ForChange>
        {step === 'file' && (
          <FileStep
            source={source}
            busy={begin.isPending}
            begin={(chosen) => {
              setFile(chosen);
              begin.mutate(chosen);
            }}
          />
        )}
        {step === 'columns' && run && (
          <ColumnsStep
            source={source}
            run={run}
            again={() => begin.mutate(file)}
            back={() => setWanted('file')}
            goOn={() => setWanted('difference')}
          />
        )}
        {step === 'directory' && <DirectoryStep source={source} goOn={() => setWanted('check')} />}
        {step === 'check' && (
          <CheckStep
            source={source}
            busy={begin.isPending}
            back={() => setWanted('directory')}
            begin={() => begin.mutate(null)}
          />
        )}
        {step === 'difference' && run && (
          <DifferenceStep
            run={run}
            back={() => setWanted(source.kind === 'csv' && file ? 'columns' : first)}
            carriedOut={() => setWanted(null)}
          />
        )}
        {step === 'progress' && run && <ProgressStep run={run} />}
        {step === 'result' && run && <ResultStep run={run} again={() => setWanted(first)} />}
      </ForChange>
    </>
  );
}

function RemoveSource({ source }: { source: ImportSource }) {
  const { t } = useTranslation('administration/import');
  const navigate = useNavigate();
  const quick = useQuickChange('importSources');
  const [asking, setAsking] = useState(false);
  if (!useMayChange()) return null;
  return (
    <>
      <button type="button" className="button quiet" onClick={() => setAsking(true)}>
        {t('remove', { ns: 'shell' })}
      </button>
      {asking && (
        <Confirm
          title={t('removeTitle', { name: source.name })}
          text={t('removeText')}
          confirm={t('remove', { ns: 'shell' })}
          busy={quick.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            quick.run({ method: 'DELETE', path: `/import-sources/${source.id}` }, () =>
              navigate({ to: '/administration/$', params: { _splat: 'import' } }),
            )
          }
        />
      )}
    </>
  );
}

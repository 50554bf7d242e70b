import { Progress } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SampleCompanyState } from '../../../../server/src/api/schemas/settings.ts';
import { get, request } from '../../shell/api.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { PageHead, Problem } from '../../shell/parts.tsx';
import { inOurWords } from '../../shell/server-words.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { ForChange } from '../for-change.tsx';

const pollMs = 400;

function useSampleCompany() {
  return useQuery({
    queryKey: ['sampleCompany'],
    queryFn: ({ signal }) => get<SampleCompanyState>('/sample-company', signal),
    refetchInterval: ({ state }) => (isBusy(state.data) ? pollMs : false),
  });
}

function isBusy(state: SampleCompanyState | undefined): boolean {
  return state?.state === 'making' || state?.state === 'removing';
}

/** Makes the sample company, shows how far it is, and goes to the agenda when it stands. */
export function SampleCompanyMaker() {
  const { t } = useTranslation('administration/system');
  const client = useQueryClient();
  const navigate = useNavigate();
  const sample = useSampleCompany();
  const asked = useRef(false);
  const make = useMutation({
    mutationFn: () => request('POST', '/sample-company'),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sampleCompany'] }),
  });
  const state = sample.data;
  useEffect(() => {
    if (!asked.current || state?.state !== 'present') return;
    void client.invalidateQueries().then(() => navigate({ to: '/' }));
  }, [state?.state, client, navigate]);

  if (make.isPending || isBusy(state)) return <Making state={state} />;
  return (
    <>
      {make.isError && <Problem error={make.error} />}
      {state?.state === 'failed' && (
        <p className="problem" role="alert">
          {inOurWords(state.message ?? '') ?? state.message}
        </p>
      )}
      {state?.state === 'present' ? (
        <button type="button" className="button" onClick={() => void navigate({ to: '/' })}>
          {t('sample.toAgenda')}
        </button>
      ) : (
        <button
          type="button"
          className="button primary"
          onClick={() => {
            asked.current = true;
            make.mutate();
          }}
        >
          {t('sample.make')}
        </button>
      )}
    </>
  );
}

function Making({ state }: { state: SampleCompanyState | undefined }) {
  const { t } = useTranslation('administration/system');
  const total = state?.total ?? 0;
  return (
    <div role="status" style={{ width: '100%' }}>
      <Progress
        value={total > 0 ? (100 * state!.done) / total : 5}
        aria-label={t('sample.making')}
        size="md"
        mb={8}
        animated
      />
      <p>{state?.step ? (inOurWords(state.step) ?? state.step) : t('sample.making')}</p>
    </div>
  );
}

/** The room of the administration: what there is of the sample company, and how to be rid of it. */
export default function SampleCompany() {
  const { t } = useTranslation('administration/system');
  const client = useQueryClient();
  const sample = useSampleCompany();
  const [confirming, setConfirming] = useState(false);
  useTitle(t('rooms.sample', { ns: 'administration' }));
  const remove = useMutation({
    mutationFn: () => request('DELETE', '/sample-company'),
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <section className="section stack">
      <PageHead title={t('rooms.sample', { ns: 'administration' })} intro={t('sample.intro')} />
      {sample.data?.state === 'present' && <p>{t('sample.people', { count: sample.data.people })}</p>}
      {sample.isError && <Problem error={sample.error} retry={() => void sample.refetch()} />}
      {remove.isError && <Problem error={remove.error} />}
      <ForChange>
        {sample.data?.state === 'present' ? (
          <div className="actions">
            <button type="button" className="button danger" onClick={() => setConfirming(true)}>
              {t('sample.remove')}
            </button>
          </div>
        ) : (
          <SampleCompanyMaker />
        )}
      </ForChange>
      {confirming && (
        <Confirm
          title={t('sample.remove')}
          text={t('sample.removeText')}
          confirm={t('sample.removeYes')}
          busy={remove.isPending}
          onClose={() => setConfirming(false)}
          onConfirm={() => remove.mutate(undefined, { onSettled: () => setConfirming(false) })}
        />
      )}
    </section>
  );
}

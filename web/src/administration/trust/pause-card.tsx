import './trust.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { Problem, useErrorText } from '../../shell/parts.tsx';
import { GivingBack } from './giving-back.tsx';
import { PauseFacts } from './pause-facts.tsx';
import { PauseForm } from './pause-form.tsx';
import { type PausePlace, pauseQuery, usePausing } from './trust.queries.ts';

/** Whether forwarding is paused here, how far the giving back is, and the buttons that pause and resume. */
export function PauseCard({ place, name, heading = true }: { place: PausePlace; name: string; heading?: boolean }) {
  const { t } = useTranslation('administration/trust');
  const state = useQuery(pauseQuery(place));
  const [asking, setAsking] = useState(false);
  const resuming = usePausing(place);
  const errorText = useErrorText();
  if (state.isError) return <Problem error={state.error} retry={() => void state.refetch()} />;
  if (!state.data) return null;
  const { pause, phones, waiting, mayPause, mayResume } = state.data;

  function resume(): void {
    resuming.mutate(null, {
      onSuccess: () => notify(t('isResumed', { name })),
      onError: (error) => notify(errorText(error), { tone: 'problem' }),
    });
  }

  return (
    <section className="pause stack" aria-label={t('heading')} data-paused={pause !== null}>
      {heading && <h2>{t('heading')}</h2>}
      {pause ? (
        <>
          <PauseFacts pause={pause} />
          {pause.giveBack && <GivingBack state={state.data} />}
        </>
      ) : (
        heading && <p className="hint">{t('inForce', { count: waiting, phones })}</p>
      )}
      <div className="actions">
        {pause && mayResume && (
          <button type="button" className="button primary" disabled={resuming.isPending} onClick={resume}>
            <Icon name="play" />
            {t(pause.guard ? 'continue' : 'resume')}
          </button>
        )}
        {mayPause && (!pause || (!pause.giveBack && waiting > 0)) && (
          <button type="button" className="button" onClick={() => setAsking(true)}>
            <Icon name={pause ? 'undo' : 'pause'} />
            {t(pause ? 'giveBackToo' : 'pause')}
          </button>
        )}
      </div>
      {asking && <PauseForm place={place} name={name} onClose={() => setAsking(false)} />}
    </section>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PauseState } from '../../../server/src/api/schemas/pause.ts';
import { get, request } from '../shell/api.ts';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { useErrorText } from '../shell/parts.tsx';

/** The user's own switch: nothing of Whenabouts at the own phones, until it is wanted again. */
export function OwnPause({ userId }: { userId: string }) {
  const { t } = useTranslation('presence');
  const client = useQueryClient();
  const errorText = useErrorText();
  const path = `/users/${userId}/forwarding-pause`;
  const state = useQuery({
    queryKey: ['pause', `users/${userId}`],
    queryFn: ({ signal }) => get<PauseState>(path, signal),
  });
  const switching = useMutation({
    mutationFn: (pause: boolean) =>
      pause ? request<PauseState>('PUT', path, { giveBack: true }) : request<PauseState>('DELETE', path),
    onSuccess(now, pause) {
      client.setQueryData(['pause', `users/${userId}`], now);
      void client.invalidateQueries({ queryKey: ['presence', userId] });
      notify(t(pause ? 'paused.isPaused' : 'paused.isResumed'));
    },
    onError: (error) => notify(errorText(error), { tone: 'problem' }),
  });
  if (!state.data || state.data.phones === 0) return null;
  const { pause, mayPause, mayResume } = state.data;
  if (pause ? !mayResume : !mayPause) return null;
  return (
    <p className="own-pause">
      <button
        type="button"
        className={pause ? 'button primary' : 'button quiet'}
        disabled={switching.isPending}
        onClick={() => switching.mutate(pause === null)}
      >
        <Icon name={pause ? 'play' : 'pause'} />
        {t(pause ? 'paused.resume' : 'paused.pause')}
      </button>
      {!pause && <small className="hint">{t('paused.pauseHint')}</small>}
    </p>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LoginSession } from '../../../../server/src/api/schemas/sign-in.ts';
import { request } from '../../shell/api.ts';
import { notify } from '../../shell/notices.tsx';
import { useNow } from '../../shell/now.ts';
import { Problem, Skeleton, useErrorText } from '../../shell/parts.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { sessionsQuery } from './security.queries.ts';
import { useDevice } from './use-device.ts';

/** Where I am signed in, and the way to end it there. */
export function Sessions() {
  const { t } = useTranslation('settings/security');
  const client = useQueryClient();
  const errorText = useErrorText();
  const sessions = useQuery(sessionsQuery);
  const others = sessions.data?.filter(({ current }) => !current) ?? [];
  const end = useMutation({
    mutationFn: (which: string | 'others') =>
      request('DELETE', which === 'others' ? '/users/me/sessions' : `/sessions/${which}`),
    onSuccess: (_, which) => notify(t(which === 'others' ? 'sessions.othersEnded' : 'sessions.ended')),
    onError: (error) => notify(errorText(error), { tone: 'problem' }),
    onSettled: () => client.invalidateQueries(sessionsQuery),
  });
  return (
    <section className="section">
      <h2>{t('sessions.title')}</h2>
      <p className="page-intro">{t('sessions.text')}</p>
      {sessions.isPending && <Skeleton rows={2} />}
      {sessions.isError && <Problem error={sessions.error} retry={() => void sessions.refetch()} />}
      <ul className="list" style={{ margin: '16px 0' }}>
        {sessions.data?.map((session) => (
          <Row key={session.id} session={session} busy={end.isPending} onEnd={() => end.mutate(session.id)} />
        ))}
      </ul>
      {others.length > 1 && (
        <button type="button" className="button" disabled={end.isPending} onClick={() => end.mutate('others')}>
          {t('sessions.endOthers')}
        </button>
      )}
    </section>
  );
}

function Row({ session, busy, onEnd }: { session: LoginSession; busy: boolean; onEnd(): void }) {
  const { t } = useTranslation('settings/security');
  const now = useNow(30_000);
  const format = useFormat();
  const device = useDevice()(session.userAgent);
  return (
    <li>
      <div>
        <strong>{device}</strong> {session.current && <span className="tag">{t('sessions.this')}</span>}
        <p>
          {[
            t('sessions.lastUsed', { when: format.relative(session.lastUsedAt, now) }),
            session.address,
            session.provider && t('sessions.provider', { name: session.provider }),
            t('sessions.began', { when: format.moment(session.createdAt, now) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      {!session.current && (
        <div className="actions">
          <button
            type="button"
            className="button quiet"
            aria-label={t('sessions.endLabel', { device })}
            disabled={busy}
            onClick={onEnd}
          >
            {t('sessions.end')}
          </button>
        </div>
      )}
    </li>
  );
}

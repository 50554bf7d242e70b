import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { useErrorText } from '../shell/parts.tsx';
import { useShortcut } from '../shell/shortcuts.ts';
import { useFormat } from '../shell/use-format.ts';
import { accountsQuery, useSyncNow } from './agenda.queries.ts';

const patienceMs = 30_000;

/** When the calendars were read last, whether one is failing, and a button to read them now. */
export function SyncState() {
  const { t } = useTranslation('agenda');
  const now = useNow(10_000);
  const format = useFormat();
  const errorText = useErrorText();
  const { data: accounts } = useQuery(accountsQuery);
  const sync = useSyncNow();
  const [asked, setAsked] = useState<number | null>(null);
  const waiting = asked !== null && accounts?.some((account) => attemptOf(account.health.lastAttemptAt) < asked);

  useEffect(() => {
    if (asked === null) return;
    const timer = setTimeout(() => setAsked(null), waiting ? patienceMs : 0);
    return () => clearTimeout(timer);
  }, [asked, waiting]);

  function refresh(): void {
    if (!accounts || accounts.length === 0) return;
    // Our clock and the server's may differ: what counts is that the attempt is newer than the last one we know.
    setAsked(Math.max(...accounts.map((account) => attemptOf(account.health.lastAttemptAt))) + 1);
    sync.mutate(accounts, { onError: (error) => notify(errorText(error), { tone: 'problem' }) });
  }
  useShortcut('r', refresh);

  if (!accounts || accounts.length === 0) return null;
  const failing = accounts.filter((account) => account.health.status === 'failing');
  const read = accounts.filter((account) => account.health.status !== 'resting');
  const oldest = read.map((account) => account.health.lastSuccessAt).sort()[0];
  return (
    <div className="sync-state" role="status">
      {failing.length > 0 ? (
        <Link to="/accounts" className="sync-failing">
          <Icon name="warning" size={16} />
          {t('sync.failing', { count: failing.length, name: failing[0]!.name })}
        </Link>
      ) : (
        <span>{oldest ? t('sync.last', { when: format.relative(oldest, now) }) : t('sync.never')}</span>
      )}
      <button
        type="button"
        className={waiting ? 'icon-button is-turning' : 'icon-button'}
        aria-label={t('sync.now')}
        onClick={refresh}
        disabled={waiting}
      >
        <Icon name="refresh" />
      </button>
    </div>
  );
}

function attemptOf(instant: string | null): number {
  return instant ? Date.parse(instant) : 0;
}

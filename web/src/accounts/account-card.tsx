import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../server/src/api/schemas/accounts.ts';
import { request } from '../shell/api.ts';
import { Confirm } from '../shell/dialog.tsx';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { useErrorText } from '../shell/parts.tsx';
import { ServerWords } from '../shell/server-words.tsx';
import { useFormat } from '../shell/use-format.ts';
import { useSyncNow } from './accounts.queries.ts';
import { Calendars } from './calendars.tsx';
import { Replies } from './replies.tsx';
import { SkippedParts } from './skipped-parts.tsx';

const ChangeAccount = lazy(() => import('./change-account.tsx'));
const ConsentDialog = lazy(() => import('./microsoft365/consent-dialog.tsx'));

/** An account: whether it is read, what is wrong and what mends it, its calendars, and what can be done. */
export function AccountCard({ account }: { account: Account }) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const errorText = useErrorText();
  const heading = useId();
  const [showing, setShowing] = useState<'calendars' | 'change' | 'remove' | 'signIn' | null>(null);
  const sync = useSyncNow();
  const fail = (error: unknown) => notify(errorText(error), { tone: 'problem' });
  const remove = useMutation({
    mutationFn: () => request('DELETE', `/accounts/${account.id}`),
    onSuccess: () => notify(t('removed', { name: account.name })),
    onError: fail,
    onSettled: () => client.invalidateQueries(),
  });
  const isFile = account.kind === 'icalendar-file';
  const isMailbox = account.kind === 'microsoft365' || account.kind === 'exchange';
  const ofGroup = account.origin === 'group';
  const { errorClass, automaticReplies } = account.health;
  const refusals = [errorClass, automaticReplies?.errorClass ?? null];
  const signsIn = isMailbox && !ofGroup && refusals.some((each) => each === 'credentials' || each === 'consent');
  return (
    <article className="card account" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{account.name}</h2>
        <p className="hint">
          {t(`kindName.${account.kind}`, { defaultValue: account.kind })}
          {placeOf(account) && ` · ${placeOf(account)}`}
        </p>
      </header>
      <Health account={account} />
      {account.health.skipped.length > 0 && <SkippedParts health={account.health} />}
      {ofGroup && <p className="hint">{t('ofGroup')}</p>}
      <div className="actions">
        {signsIn && (
          <button type="button" className="button primary" onClick={() => setShowing('signIn')}>
            <Icon name="link" />
            {t('signInAgain')}
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={sync.isPending}
          onClick={() => sync.mutate([account], { onSuccess: () => notify(t('syncAsked')), onError: fail })}
        >
          <Icon name="refresh" />
          {t('syncNow')}
        </button>
        <button
          type="button"
          className="button quiet"
          aria-expanded={showing === 'calendars'}
          onClick={() => setShowing(showing === 'calendars' ? null : 'calendars')}
        >
          {t('calendars', { count: account.health.counts.calendars })}
        </button>
        <button type="button" className="button quiet" onClick={() => setShowing('change')}>
          {isFile || isMailbox ? t('rename') : t('change')}
        </button>
        {!ofGroup && (
          <button type="button" className="button quiet" onClick={() => setShowing('remove')}>
            {t('remove')}
          </button>
        )}
      </div>
      {showing === 'calendars' && <Calendars accountId={account.id} />}
      {showing === 'change' && (
        <Suspense>
          <ChangeAccount account={account} onClose={() => setShowing(null)} />
        </Suspense>
      )}
      {showing === 'signIn' && (
        <Suspense>
          <ConsentDialog onClose={() => setShowing(null)} />
        </Suspense>
      )}
      {showing === 'remove' && (
        <Confirm
          title={t('removeTitle', { name: account.name })}
          text={t('removeText')}
          confirm={t('removeYes')}
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setShowing(null)}
        />
      )}
    </article>
  );
}

/** How an account is: read or failing, when last, and what mends it. */
export function Health({ account }: { account: Account }) {
  const { t } = useTranslation('accounts');
  const { health } = account;
  const mend = mendWords(account);
  const now = useNow(10_000);
  const format = useFormat();
  return (
    <div className="account-health" data-health={health.status}>
      <p className="account-status">
        <Icon name={health.status === 'failing' ? 'warning' : health.status === 'ok' ? 'check' : 'clock'} />
        <strong>{t(`status.${health.status}`)}</strong>
        <span>{t('counts', { appointments: health.counts.appointments, objects: health.counts.objects })}</span>
      </p>
      {health.status === 'failing' && (
        <div className="problem">
          <div>
            <p>
              <strong>{t(`class.${health.errorClass ?? 'internal'}`)}</strong>
            </p>
            <p>{t(`${mend}.${health.errorClass ?? 'internal'}` as 'mend.internal')}</p>
            <ServerWords text={health.message} />
          </div>
        </div>
      )}
      {health.automaticReplies && (
        <div className="hint">
          <Replies replies={health.automaticReplies} />
        </div>
      )}
      {health.status === 'new' && health.message && <ServerWords text={health.message} />}
      {health.status === 'resting' && <p>{t(`resting.${health.restReason ?? 'kindNotAllowed'}`)}</p>}
      <p className="hint">
        {health.lastSuccessAt ? t('last', { when: format.relative(health.lastSuccessAt, now) }) : t('lastNever')}
        {health.nextAt && ` · ${t('nextRead', { when: format.relative(later(health.nextAt, now), now) })}`}
        {health.failures > 0 && health.status === 'failing' && ` · ${t('failures', { count: health.failures })}`}
      </p>
    </div>
  );
}

/** A mailbox isn't mended where an account with a password is. */
function mendWords({ kind, origin, health }: Account): 'mend' | 'mendMailbox' | 'mendOfGroup' | 'mendOnExchange' {
  const differs = ['credentials', 'consent', 'notFound', 'refused'].includes(health.errorClass ?? '');
  if (!differs) return 'mend';
  if (kind === 'exchange') return 'mendOnExchange';
  if (kind !== 'microsoft365') return 'mend';
  return origin === 'group' ? 'mendOfGroup' : 'mendMailbox';
}

/** What was due in the past is due now. */
function later(instant: string, now: Date): Date {
  return new Date(Math.max(Date.parse(instant), now.getTime()));
}

function placeOf(account: Account): string {
  for (const name of ['address', 'url', 'fileName', 'mailbox']) {
    const value = account.settings[name];
    if (typeof value === 'string') return value;
  }
  return '';
}

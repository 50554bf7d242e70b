import { useTranslation } from 'react-i18next';
import { ApiError } from '../shell/api.ts';
import { Icon } from '../shell/icons.tsx';
import { localeOf } from '../shell/language.ts';
import { useNow } from '../shell/now.ts';

/** Until when the server takes no more tries, or null; null again when that time has come. */
export function useLockOut(error: unknown, at: number): Date | null {
  const now = useNow(1000);
  if (!(error instanceof ApiError) || error.status !== 429 || error.retryAfter === undefined) return null;
  const until = new Date(at + error.retryAfter * 1000);
  return until > now ? until : null;
}

/** When one may try again, said once, and the time that is left, counted down for the eye. */
export function LockedOut({ until }: { until: Date }) {
  const { t, i18n } = useTranslation('setup');
  const now = useNow(1000);
  const left = Math.max(0, Math.ceil((until.getTime() - now.getTime()) / 1000));
  const time = new Intl.DateTimeFormat(localeOf(i18n.language), { hour: '2-digit', minute: '2-digit' }).format(
    // The minute that is named has begun when the time is over.
    new Date(Math.ceil(until.getTime() / 60_000) * 60_000),
  );
  return (
    <div className="problem locked-out" role="alert">
      <Icon name="clock" />
      <p>{t('locked.text', { time })}</p>
      <span className="locked-out-left" aria-hidden="true">
        {Math.floor(left / 60)}:{String(left % 60).padStart(2, '0')}
      </span>
    </div>
  );
}

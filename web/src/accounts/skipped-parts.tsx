import { useTranslation } from 'react-i18next';
import type { AccountHealth } from '../../../server/src/api/schemas/accounts.ts';

/** The parts of the calendars that couldn't be read: where, which and why. */
export function SkippedParts({ health }: { health: AccountHealth }) {
  const { t } = useTranslation('accounts');
  return (
    <details className="skipped">
      <summary>{t('skipped', { count: health.counts.skipped })}</summary>
      <ul>
        {health.skipped.map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same part may be skipped twice for the same reason.
          <li key={index}>
            <p>{part.reason}</p>
            <p className="hint">
              {[part.calendar, part.uid ?? t('noUid'), part.recurrenceId].filter(Boolean).join(' · ')}
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { notify } from '../../shell/notices.tsx';

const outcomes = ['connected', 'declined', 'consent', 'expired', 'refused', 'unavailable'] as const;

/** Says what came of a sign-in that has just come back from Microsoft. */
export default function Outcome({ outcome, onSaid }: { outcome: string; onSaid(): void }) {
  const { t } = useTranslation('accounts/microsoft365');
  useEffect(() => {
    const known = outcomes.find((one) => one === outcome) ?? 'unavailable';
    notify(t(`outcome.${known}`), { tone: known === 'connected' ? 'done' : 'problem' });
    onSaid();
  }, [outcome, onSaid, t]);
  return null;
}

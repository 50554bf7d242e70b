import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditSettings } from '../../../../server/src/api/schemas/access.ts';
import { get } from '../../shell/api.ts';
import { notify } from '../../shell/notices.tsx';
import { useMe } from '../../shell/session.ts';
import { useQuickChange } from '../administration.queries.ts';

/** How long entries are kept: seen by administrators and readers of everything, set by the former. */
export function KeptDays() {
  const me = useMe();
  const { data } = useQuery({
    queryKey: ['auditSettings'],
    queryFn: ({ signal }) => get<AuditSettings>('/settings/audit', signal),
    enabled: me.role === 'administrator' || me.role === 'reader',
  });
  return data ? <Days key={data.keptDays} keptDays={data.keptDays} mayChange={me.role === 'administrator'} /> : null;
}

function Days({ keptDays, mayChange }: { keptDays: number; mayChange: boolean }) {
  const { t } = useTranslation('administration/audit');
  const [days, setDays] = useState(String(keptDays));
  const quick = useQuickChange('auditSettings', 'audit');

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body: AuditSettings = { keptDays: Number(days) };
    quick.run({ method: 'PUT', path: '/settings/audit', body }, () => notify(t('saved', { ns: 'shell' })));
  }

  if (!mayChange) return <p className="hint">{t('kept.text', { count: keptDays })}</p>;
  return (
    <form className="kept-days" onSubmit={submit}>
      <label className="field-inline">
        <span>{t('kept.label')}</span>
        <input
          type="number"
          min={1}
          max={3650}
          required
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
      </label>
      {days !== String(keptDays) && (
        <button type="submit" className="button" disabled={quick.isPending}>
          {t('save', { ns: 'shell' })}
        </button>
      )}
    </form>
  );
}

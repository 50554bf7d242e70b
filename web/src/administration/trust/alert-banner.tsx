import './trust.css';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Alert } from '../../../../server/src/api/schemas/trust.ts';
import { request } from '../../shell/api.ts';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { useNow } from '../../shell/now.ts';
import { openAlertsQuery } from '../../shell/open-alerts.ts';
import { useErrorText } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { useFormat } from '../../shell/use-format.ts';
import { PlaceLink } from '../place-link.tsx';

/** What administrators must know of, on top of every page, until one of them has seen it. */
export default function AlertBanner() {
  const alerts = useQuery(openAlertsQuery);
  if (!alerts.data?.length) return null;
  return (
    <div role="alert" className="alerts">
      {alerts.data.slice(0, 3).map((alert) => (
        <Shown key={alert.id} alert={alert} />
      ))}
    </div>
  );
}

function Shown({ alert }: { alert: Alert }) {
  const { t } = useTranslation('administration/trust');
  const me = useMe();
  const now = useNow(30_000);
  const format = useFormat();
  const errorText = useErrorText();
  const client = useQueryClient();
  const see = useMutation({
    mutationFn: () => request<Alert>('PATCH', `/alerts/${alert.id}`, { seen: true }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['alerts'] }),
    onError: (error) => notify(errorText(error), { tone: 'problem' }),
  });
  const number = (name: string) => (typeof alert.detail[name] === 'number' ? alert.detail[name] : 0);
  const counts = { count: number('changes'), phones: number('phones'), share: number('share') };
  return (
    <div className="problem">
      <Icon name="warning" />
      <div>
        <p>
          <strong>{t('alert.guard', { name: alert.subjectName })}</strong> {format.moment(alert.at, now)}
        </p>
        <p>{t('alert.guardText', counts)}</p>
        <div className="actions">
          {alert.subjectId && (me.role === 'administrator' || me.role === 'reader') && (
            <PlaceLink to={`phones/${alert.subjectId}`}>{t('alert.look')}</PlaceLink>
          )}
          {me.role !== 'reader' && (
            <button type="button" className="button quiet" disabled={see.isPending} onClick={() => see.mutate()}>
              {t('alert.seen')}
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

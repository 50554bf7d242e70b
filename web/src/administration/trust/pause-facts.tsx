import { useTranslation } from 'react-i18next';
import type { Pause } from '../../../../server/src/api/schemas/pause.ts';
import { Icon } from '../../shell/icons.tsx';
import { useNow } from '../../shell/now.ts';
import { useFormat } from '../../shell/use-format.ts';

/** Who has paused, since when, until when, why, and which of the two kinds it is. */
export function PauseFacts({ pause }: { pause: Pause }) {
  const { t } = useTranslation('administration/trust');
  const now = useNow(10_000);
  const format = useFormat();
  return (
    <div className="pause-facts">
      <Icon name={pause.guard ? 'warning' : 'pause'} />
      <div>
        <p>
          <strong>
            {pause.guard
              ? t('pausedByGuard', { when: format.moment(pause.since, now) })
              : t('pausedBy', { name: pause.by.name, when: format.moment(pause.since, now) })}
          </strong>
          {pause.until && ` ${t('until', { when: format.moment(pause.until, now) })}`}
        </p>
        {pause.reason && <p>“{pause.reason}”</p>}
        <p className="hint">{t(pause.guard ? 'kind.guard' : pause.giveBack ? 'kind.giveBack' : 'kind.leave')}</p>
      </div>
    </div>
  );
}

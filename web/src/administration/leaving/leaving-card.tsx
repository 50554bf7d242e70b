import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Leaving } from '../../../../server/src/api/schemas/leaving.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { Icon, type IconName } from '../../shell/icons.tsx';
import { useNow } from '../../shell/now.ts';
import { ServerWords } from '../../shell/server-words.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { useQuickChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';

const icons = { waiting: 'clock', running: 'refresh', done: 'check', failed: 'warning' } as const satisfies Record<
  Leaving['steps'][number]['state'],
  IconName
>;

export function LeavingCard({ leaving }: { leaving: Leaving }) {
  const { t } = useTranslation('administration/leaving');
  const now = useNow(10_000);
  const format = useFormat();
  const mayChange = useMayChange();
  const [asking, setAsking] = useState(false);
  const quick = useQuickChange('leavings', 'users', 'extensions', 'phoneSystems');
  const erased = leaving.steps.some(({ name, state }) => name === 'eraseData' && state !== 'waiting');
  const name = t(`kind.${leaving.kind}`, { name: leaving.subjectName });
  return (
    <article className="card leaving" aria-label={name} data-state={leaving.state}>
      <header>
        <h3>{name}</h3>
        <span className="tag">{t(`state.${leaving.state}`)}</span>
        <p className="hint">
          {leaving.requestedBy
            ? t('by', { name: leaving.requestedBy.displayName, when: format.moment(leaving.createdAt, now) })
            : t('since', { when: format.moment(leaving.createdAt, now) })}
          {leaving.finishedAt && ` · ${t('until', { when: format.moment(leaving.finishedAt, now) })}`}
        </p>
      </header>
      <ol className="steps">
        {leaving.steps.map((step) => (
          <li key={step.name} data-ok={step.state !== 'failed'} data-state={step.state}>
            <Icon name={icons[step.state]} />
            <div>
              <strong>{t(`step.${step.name}`)}</strong>{' '}
              <span className="hint">
                {t(`stepState.${step.state}`)}
                {step.at && `, ${format.moment(step.at, now)}`}
              </span>
              <ServerWords text={step.message} />
            </div>
          </li>
        ))}
      </ol>
      {leaving.state === 'running' && mayChange && !erased && (
        <div className="actions">
          <button
            type="button"
            className="button"
            aria-label={t('cancelLabel', { name })}
            onClick={() => setAsking(true)}
          >
            <Icon name="undo" />
            {t('cancel')}
          </button>
        </div>
      )}
      {asking && (
        <Confirm
          title={t('cancelTitle', { name })}
          text={t(leaving.kind === 'user' ? 'cancelUser' : 'cancelOther')}
          confirm={t('cancel')}
          busy={quick.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            quick.run({ method: 'POST', path: `/leavings/${leaving.id}/cancel` }, () => setAsking(false))
          }
        />
      )}
    </article>
  );
}

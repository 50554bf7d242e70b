import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { levels } from './relationship-row.tsx';
import { privacyQuery } from './relationships.queries.ts';

/** For each level in a sentence what it sees of the agenda and may do; the same as the server holds to. */
export function AgendaInWords() {
  const { t } = useTranslation('settings/colleagues');
  const privacy = useQuery(privacyQuery);
  return (
    <section className="section">
      <h2>{t('words.title')}</h2>
      <p className="page-intro">{t('words.always')}</p>
      {privacy.isPending && <Skeleton rows={4} />}
      {privacy.isError && <Problem error={privacy.error} retry={() => void privacy.refetch()} />}
      {privacy.data && (
        <dl className="levels">
          {levels.map((level) => (
            <div key={level} data-level={level}>
              <dt>
                {t(`level.${level}.name`)}
                <small>{t(`level.${level}.who`)}</small>
              </dt>
              <dd>
                {t(`detail.${privacy.data.detail[level]}`)}
                {level === 'assistant' && ` ${t('words.assistant')}`}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <p className="hint">{t('words.administrators')}</p>
    </section>
  );
}

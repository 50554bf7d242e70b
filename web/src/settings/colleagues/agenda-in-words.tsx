import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RelationshipLevel } from '../../../../server/src/agenda/privacy-settings.ts';
import type { OwnPrivacy } from '../../../../server/src/api/schemas/relationships.ts';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { levels } from './relationship-row.tsx';
import { privacyQuery } from './relationships.queries.ts';

/** For each level in a sentence what it sees of the agenda and may do; the same as the server holds to. */
export function AgendaInWords() {
  const { t } = useTranslation('settings/colleagues');
  const privacy = useQuery(privacyQuery);
  function presenceOf(level: RelationshipLevel, external: OwnPrivacy['externalSees']): string {
    if (level !== 'external') return t('words.presence');
    if (external.until && external.note) return t('words.presence');
    if (external.until) return t('words.statusUntil');
    return t(external.note ? 'words.statusNote' : 'words.status');
  }
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
                {[
                  presenceOf(level, privacy.data.externalSees),
                  t(`detail.${privacy.data.detail[level]}`),
                  level === 'assistant' && t('words.assistant'),
                ]
                  .filter(Boolean)
                  .map((sentence) => (
                    <p key={String(sentence)}>{sentence}</p>
                  ))}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <p className="hint">{t('words.administrators')}</p>
    </section>
  );
}

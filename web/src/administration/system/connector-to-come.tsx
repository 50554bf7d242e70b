import { useTranslation } from 'react-i18next';
import { Icon } from '../../shell/icons.tsx';
import { PageHead } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { PlaceLink } from '../place-link.tsx';

/** The place of the connector to Domino, which this version lacks: says so, and what to have ready when it comes. */
export default function ConnectorToCome() {
  const { t } = useTranslation('administration/system');
  useTitle(t('toCome.domino.title'));
  const needs = t('toCome.domino.needs', { returnObjects: true });
  return (
    <>
      <PageHead title={t('toCome.domino.title')} intro={t('toCome.domino.what')} />
      <div className="card stack to-come">
        <p className="to-come-say">
          <Icon name="clock" />
          <strong>{t('toCome.notYet')}</strong>
        </p>
        <p>{t('toCome.nothingToSet')}</p>
      </div>
      <section className="section">
        <h2>{t('toCome.needs')}</h2>
        <ul className="needs">
          {Object.entries(needs).map(([key, need]) => (
            <li key={key}>{need}</li>
          ))}
        </ul>
      </section>
      <section className="section">
        <h2>{t('toCome.meanwhile')}</h2>
        <p>{t('toCome.meanwhileText')}</p>
        <p>
          <PlaceLink to="locations" className="button">
            {t('toCome.toLocations')}
          </PlaceLink>
        </p>
      </section>
    </>
  );
}

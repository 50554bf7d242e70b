import './setup.css';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SampleCompanyMaker } from '../administration/system/sample-company.tsx';
import { Controls } from '../shell/controls.tsx';
import { Icon } from '../shell/icons.tsx';
import { PageHead } from '../shell/parts.tsx';
import { useMe } from '../shell/session.ts';
import { useTitle } from '../shell/use-title.ts';

/** After the first run: two ways on. */
export default function StartPage() {
  const { t } = useTranslation('setup');
  useTitle(t('start.title'));
  const me = useMe();
  return (
    <Controls>
      <div className="page">
        <PageHead title={t('start.title')} intro={t('start.text', { name: me.displayName })} />
        <div className="ways">
          <section className="card way">
            <Icon name="accounts" size={32} />
            <h2>{t('start.connect')}</h2>
            <p>{t('start.connectText')}</p>
            <Link className="button primary" to="/accounts/add">
              {t('start.connectButton')}
            </Link>
          </section>
          {me.role === 'administrator' && (
            <section className="card way">
              <Icon name="team" size={32} />
              <h2>{t('start.sample')}</h2>
              <p>{t('start.sampleText')}</p>
              <SampleCompanyMaker />
            </section>
          )}
        </div>
      </div>
    </Controls>
  );
}

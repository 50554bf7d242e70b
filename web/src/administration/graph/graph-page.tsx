import './graph.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GraphApplication } from '../../../../server/src/api/schemas/graph-applications.ts';
import { Icon } from '../../shell/icons.tsx';
import { localeOf } from '../../shell/language.ts';
import { Empty } from '../../shell/parts.tsx';
import { CopyField } from '../copy-field.tsx';
import { useMayChange } from '../may-change.ts';
import { RemoveButton } from '../remove-button.tsx';
import { Section } from '../section.tsx';
import { ApplicationCheck } from './application-check.tsx';
import { ApplicationForm } from './application-form.tsx';
import { graphApplicationsQuery } from './graph.queries.ts';

/** Where an administrator comes back to who has consented for everybody. */
const consent = new URLSearchParams(window.location.search).get('consent');

/** Graph applications: registrations by which calendars of Microsoft 365 are read. */
export default function GraphPage() {
  const { t } = useTranslation('administration/graph');
  const applications = useQuery(graphApplicationsQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={t('title')}
      intro={t('intro')}
      add={{ label: t('add'), run: () => setAdding(true) }}
      query={applications}
    >
      {consent && (
        <p className="notice-line" role="status">
          <Icon name={consent === 'granted' ? 'check' : 'warning'} size={16} />{' '}
          {consent === 'granted' ? t('consent.granted') : t('consent.declined')}
        </p>
      )}
      <div className="stack" style={{ marginTop: 16 }}>
        {applications.data?.length === 0 && <Empty icon="server" title={t('none')} text={t('noneText')} />}
        {applications.data?.map((application) => (
          <Application key={application.id} application={application} />
        ))}
      </div>
      {adding && <ApplicationForm application={null} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function Application({ application }: { application: GraphApplication }) {
  const { t } = useTranslation(['administration/graph', 'shell']);
  const mayChange = useMayChange();
  const [showing, setShowing] = useState<'change' | 'check' | null>(null);
  return (
    <article className="card stack" aria-label={application.name}>
      <header>
        <h3>{application.name}</h3>
        <p className="hint">
          {t(`clouds.${application.cloud}`)} · {t('accounts', { count: application.accounts })}
        </p>
      </header>
      <dl className="fact-list">
        <dt>{t('clientId')}</dt>
        <dd>{application.clientId}</dd>
        <dt>{t('tenantId')}</dt>
        <dd>{application.tenantId}</dd>
        <dt>{t('credential')}</dt>
        <dd>
          <Credential application={application} />
        </dd>
      </dl>
      <div>
        <p className="field-name">{t('redirect')}</p>
        <CopyField label={t('redirectOf', { name: application.name })} value={application.redirectUri} />
        <p className="hint">{t('redirectHint')}</p>
      </div>
      <div>
        <p className="field-name">{t('adminConsent')}</p>
        <CopyField label={t('adminConsentOf', { name: application.name })} value={application.adminConsentUrl} />
        <p className="hint">{t('adminConsentHint')}</p>
      </div>
      {mayChange && (
        <div className="actions">
          <button
            type="button"
            className="button"
            aria-expanded={showing === 'check'}
            onClick={() => setShowing(showing === 'check' ? null : 'check')}
          >
            <Icon name="check" />
            {t('check.open')}
          </button>
          <button type="button" className="button quiet" onClick={() => setShowing('change')}>
            {t('change', { ns: 'shell' })}
          </button>
          <RemoveButton
            label={t('removeLabel', { name: application.name })}
            title={t('removeTitle', { name: application.name })}
            text={t('removeText')}
            path={`/graph-applications/${application.id}`}
            keys={['graphApplications', 'functions']}
          />
        </div>
      )}
      {showing === 'check' && <ApplicationCheck application={application} />}
      {showing === 'change' && <ApplicationForm application={application} onClose={() => setShowing(null)} />}
    </article>
  );
}

function Credential({ application: { credential } }: { application: GraphApplication }) {
  const { t, i18n } = useTranslation('administration/graph');
  if (credential === null) return <span className="problem-text">{t('credentials.unreadable')}</span>;
  if (credential.kind !== 'certificate') return t(`credentials.${credential.kind}`);
  const date = new Intl.DateTimeFormat(localeOf(i18n.language), { dateStyle: 'long' });
  const expires = credential.expiresAt ? date.format(new Date(credential.expiresAt)) : '';
  return t('credentials.certificateOf', { thumbprint: credential.thumbprint, expires });
}

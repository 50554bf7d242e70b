import './exchange.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExchangeServer } from '../../../../server/src/api/schemas/exchange-servers.ts';
import { Icon } from '../../shell/icons.tsx';
import { localeOf } from '../../shell/language.ts';
import { Empty } from '../../shell/parts.tsx';
import { useMayChange } from '../may-change.ts';
import { RemoveButton } from '../remove-button.tsx';
import { Section } from '../section.tsx';
import { exchangeServersQuery } from './exchange.queries.ts';
import { ServerCheck } from './server-check.tsx';
import { ServerForm } from './server-form.tsx';

/** Exchange servers of one's own, from which a service account reads calendars. */
export default function ExchangePage() {
  const { t } = useTranslation('administration/exchange');
  const servers = useQuery(exchangeServersQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={t('title')}
      intro={t('intro')}
      add={{ label: t('add'), run: () => setAdding(true) }}
      query={servers}
    >
      <div className="stack" style={{ marginTop: 16 }}>
        {servers.data?.length === 0 && <Empty icon="server" title={t('none')} text={t('noneText')} />}
        {servers.data?.map((server) => (
          <Server key={server.id} server={server} />
        ))}
      </div>
      {adding && <ServerForm server={null} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function Server({ server }: { server: ExchangeServer }) {
  const { t } = useTranslation(['administration/exchange', 'shell']);
  const mayChange = useMayChange();
  const [showing, setShowing] = useState<'change' | 'check' | null>(null);
  return (
    <article className="card stack" aria-label={server.name}>
      <header>
        <h3>{server.name}</h3>
        <p className="hint">
          {t(`signIns.${server.signIn.kind}`)} · {t('accounts', { count: server.accounts })}
        </p>
      </header>
      <Facts server={server} />
      {server.secret === 'unreadable' && <p className="problem-text">{t('unreadable')}</p>}
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
            label={t('removeLabel', { name: server.name })}
            title={t('removeTitle', { name: server.name })}
            text={t('removeText')}
            path={`/exchange-servers/${server.id}`}
            keys={['exchangeServers', 'functions']}
          />
        </div>
      )}
      {showing === 'check' && <ServerCheck server={server} />}
      {showing === 'change' && <ServerForm server={server} onClose={() => setShowing(null)} />}
    </article>
  );
}

function Facts({ server }: { server: ExchangeServer }) {
  const { t, i18n } = useTranslation('administration/exchange');
  const date = new Intl.DateTimeFormat(localeOf(i18n.language), { dateStyle: 'long' });
  const { signIn } = server;
  return (
    <dl className="fact-list">
      <dt>{t('address')}</dt>
      <dd>{server.address ?? t('byAutodiscover', { domain: server.mailDomain })}</dd>
      {'userName' in signIn && (
        <>
          <dt>{t('userName')}</dt>
          <dd>{signIn.userName}</dd>
        </>
      )}
      {signIn.kind === 'oauth' && (
        <>
          <dt>{t('clientId')}</dt>
          <dd>{signIn.clientId}</dd>
        </>
      )}
      {server.certificates.length > 0 && (
        <>
          <dt>{t('authority')}</dt>
          <dd>
            {server.certificates.map(({ subject, fingerprint, expiresAt }) => (
              <div key={fingerprint}>{t('certificate', { subject, expires: date.format(new Date(expiresAt)) })}</div>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiToken } from '../../../../server/src/api/schemas/access.ts';
import { useChange } from '../../administration/administration.queries.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { useNow } from '../../shell/now.ts';
import { Empty, Problem, Skeleton, useErrorText } from '../../shell/parts.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { ApiTokenForm } from './api-token-form.tsx';
import { scopeWord } from './scope-word.ts';
import { apiTokensQuery } from './security.queries.ts';

/** Programs that may act in my name, what they may, and until when. */
export function ApiTokens() {
  const { t } = useTranslation('settings/security');
  const tokens = useQuery(apiTokensQuery);
  const [adding, setAdding] = useState(false);
  return (
    <section className="section">
      <div className="section-head">
        <h2>{t('tokens.title')}</h2>
        <button type="button" className="button" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          {t('tokens.add')}
        </button>
      </div>
      <p className="page-intro">{t('tokens.text')}</p>
      {tokens.isPending && <Skeleton rows={2} />}
      {tokens.isError && <Problem error={tokens.error} retry={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && <Empty icon="key" title={t('tokens.none')} />}
      {tokens.data && tokens.data.length > 0 && (
        <ul className="list" style={{ marginTop: 16 }}>
          {tokens.data.map((token) => (
            <Row key={token.id} token={token} />
          ))}
        </ul>
      )}
      {adding && <ApiTokenForm onClose={() => setAdding(false)} />}
    </section>
  );
}

function Row({ token }: { token: ApiToken }) {
  const { t } = useTranslation('settings/security');
  const now = useNow(30_000);
  const format = useFormat();
  const errorText = useErrorText();
  const withdraw = useChange('apiTokens');
  const [asking, setAsking] = useState(false);
  const over = new Date(token.expiresAt) <= now;
  return (
    <li>
      <div>
        <strong>{token.name}</strong> {over && <span className="tag">{t('tokens.over')}</span>}
        <p>{token.scopes.map((scope) => t(`scope.${scopeWord(scope)}.name`)).join(', ')}</p>
        <p className="hint">
          {[
            !over && t('tokens.ends', { when: format.moment(token.expiresAt, now) }),
            token.lastUsedAt
              ? t('tokens.lastUsed', { when: format.relative(token.lastUsedAt, now) })
              : t('tokens.neverUsed'),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <div className="actions">
        <button
          type="button"
          className="button quiet"
          aria-label={t('tokens.removeLabel', { name: token.name })}
          onClick={() => setAsking(true)}
        >
          {t('tokens.remove')}
        </button>
      </div>
      {asking && (
        <Confirm
          title={t('tokens.removeTitle', { name: token.name })}
          text={t('tokens.removeText')}
          confirm={t('tokens.remove')}
          busy={withdraw.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            withdraw.mutate(
              { method: 'DELETE', path: `/api-tokens/${token.id}` },
              {
                onSuccess: () => notify(t('tokens.removed')),
                onError: (error) => notify(errorText(error), { tone: 'problem' }),
                onSettled: () => setAsking(false),
              },
            )
          }
        />
      )}
    </li>
  );
}

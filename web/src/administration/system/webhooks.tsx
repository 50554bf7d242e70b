import { TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhook, Webhook, WebhookTestResult } from '../../../../server/src/api/schemas/settings.ts';
import { request } from '../../shell/api.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { FormFoot } from '../../shell/form-foot.tsx';
import { useNow } from '../../shell/now.ts';
import { Empty, Problem } from '../../shell/parts.tsx';
import { ServerWords } from '../../shell/server-words.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { useChange, useQuickChange, webhooksQuery } from '../administration.queries.ts';
import { CopyField } from '../copy-field.tsx';
import { useMayChange } from '../may-change.ts';
import { RemoveButton } from '../remove-button.tsx';
import { Section } from '../section.tsx';

export default function Webhooks() {
  const { t } = useTranslation('administration/system');
  const webhooks = useQuery(webhooksQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={t('rooms.webhooks', { ns: 'administration' })}
      intro={t('webhooks.intro')}
      add={{ label: t('webhooks.add'), run: () => setAdding(true) }}
      query={webhooks}
    >
      {webhooks.data?.length === 0 && <Empty icon="link" title={t('webhooks.none')} />}
      <ul className="list" style={{ marginTop: 16 }} hidden={webhooks.data?.length === 0}>
        {webhooks.data?.map((webhook) => (
          <Row key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      {adding && <AddWebhook onClose={() => setAdding(false)} />}
    </Section>
  );
}

function Row({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation('administration/system');
  const now = useNow(10_000);
  const format = useFormat();
  const quick = useQuickChange('webhooks');
  const mayChange = useMayChange();
  const path = `/webhooks/${webhook.id}`;
  const test = useMutation({ mutationFn: () => request<WebhookTestResult>('POST', `${path}/test`) });
  return (
    <li>
      <div>
        <strong>{webhook.url}</strong> {!webhook.active && <span className="tag">{t('webhooks.off')}</span>}
        <p>
          {webhook.lastSuccessAt
            ? t('webhooks.last', { when: format.relative(webhook.lastSuccessAt, now) })
            : t('webhooks.never')}
        </p>
        <ServerWords text={webhook.message} className="problem-text" />
        <div role="status">
          {test.data && <ServerWords text={test.data.message} className={test.data.ok ? '' : 'problem-text'} />}
          {test.isError && <Problem error={test.error} />}
        </div>
      </div>
      {mayChange && (
        <div className="actions">
          <button
            type="button"
            className="button quiet"
            aria-label={t('webhooks.testLabel', { url: webhook.url })}
            disabled={test.isPending}
            onClick={() => test.mutate()}
          >
            {t('webhooks.test')}
          </button>
          <button
            type="button"
            className="button quiet"
            disabled={quick.isPending}
            onClick={() => quick.run({ method: 'PATCH', path, body: { active: !webhook.active } })}
          >
            {webhook.active ? t('webhooks.stop') : t('webhooks.resume')}
          </button>
          <RemoveButton
            label={t('webhooks.removeLabel', { url: webhook.url })}
            title={t('webhooks.removeTitle')}
            text={webhook.url}
            path={path}
            keys={['webhooks']}
          />
        </div>
      )}
    </li>
  );
}

function AddWebhook({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('administration/system');
  const [url, setUrl] = useState('');
  const add = useChange<CreatedWebhook>('webhooks');

  function submit(event: FormEvent): void {
    event.preventDefault();
    add.mutate({ method: 'POST', path: '/webhooks', body: { url } });
  }

  return (
    <Dialog title={t('webhooks.add')} onClose={onClose}>
      {add.data ? (
        <>
          <p>{t('webhooks.secretText')}</p>
          <CopyField label={t('webhooks.secret')} value={add.data.secret} />
        </>
      ) : (
        <form className="form" onSubmit={submit}>
          <TextInput
            label={t('webhooks.url')}
            type="url"
            required
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
          <FormFoot change={add} label={t('webhooks.add')} />
        </form>
      )}
    </Dialog>
  );
}

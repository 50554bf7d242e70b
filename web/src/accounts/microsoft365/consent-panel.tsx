import { FormFoot } from '../../shell/form-foot.tsx';
import './microsoft365.css';
import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GraphConsent } from '../../../../server/src/api/schemas/graph-consent.ts';
import { fieldError } from '../../shell/field-errors.ts';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { paste, setOut } from './consent.queries.ts';

/** How the consent stands, what is asked for and why, and the ways to give it. */
export function ConsentPanel(props: { consent: GraphConsent; onConnected?(): void; onLater?(): void }) {
  const { t } = useTranslation('accounts/microsoft365');
  const { consent, onLater } = props;
  const go = useMutation({
    mutationFn: () => setOut('redirect'),
    onSuccess: (url) => window.location.assign(url),
  });
  const words = { mailbox: consent.account?.mailbox ?? '', application: consent.application?.name ?? '' };
  return (
    <div className="consent">
      {consent.state !== 'none' && (
        <p className={consent.state === 'good' ? undefined : 'notice-line'}>
          <Icon name={consent.state === 'good' ? 'check' : 'warning'} size={16} /> {t(`state.${consent.state}`, words)}
        </p>
      )}
      <p>{t('intro')}</p>
      <h3>{t('asks')}</h3>
      <ul className="consent-scopes">
        {consent.scopes.map(({ scope, reason, granted }) => (
          <li key={scope}>
            {t(`reason.${reason}`)} <code>{scope}</code>
            {granted && <span className="tag">{t('granted')}</span>}
          </li>
        ))}
      </ul>
      {!consent.ways.redirect && !consent.ways.paste && <p className="problem-text">{t('noWay')}</p>}
      {go.isError && <Problem error={go.error} />}
      <div className="actions">
        {consent.ways.redirect && (
          <button
            type="button"
            className="button primary"
            disabled={go.isPending || go.isSuccess}
            onClick={() => go.mutate()}
          >
            <Icon name="link" />
            {go.isPending || go.isSuccess ? t('going') : t('go')}
          </button>
        )}
        {onLater && (
          <button type="button" className="button" onClick={onLater}>
            {t('later')}
          </button>
        )}
      </div>
      {onLater && <p className="hint">{t('laterHint')}</p>}
      {consent.ways.paste && <Paste open={!consent.ways.redirect} onConnected={props.onConnected} />}
    </div>
  );
}

/** For applications whose sign-in ends on a page of Microsoft's own, which tells nobody. */
function Paste({ open, onConnected }: { open: boolean; onConnected: (() => void) | undefined }) {
  const { t } = useTranslation('accounts/microsoft365');
  const client = useQueryClient();
  const [address, setAddress] = useState('');
  const start = useMutation({
    mutationFn: async (tab: Window | null) => ({ url: await setOut('paste'), tab }),
    onSuccess({ url, tab }) {
      if (tab) tab.location.href = url;
      else window.open(url, '_blank', 'noopener');
    },
    onError: (_, tab) => tab?.close(),
  });
  const finish = useMutation({
    mutationFn: () => paste(address),
    async onSuccess(next) {
      notify(t('outcome.connected'));
      client.setQueryData(['graphConsent'], next);
      await client.invalidateQueries({ queryKey: ['accounts'] });
      onConnected?.();
    },
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    finish.mutate();
  }
  return (
    <details className="consent-paste" open={open}>
      <summary>{t('paste.summary')}</summary>
      <p>{t('paste.what')}</p>
      {/* Opened at the click itself: later the browser would take it for an unasked window. */}
      <button type="button" className="button" onClick={() => start.mutate(window.open('about:blank', '_blank'))}>
        {t('paste.open')}
      </button>
      {start.isError && <Problem error={start.error} />}
      {start.isSuccess && (
        <form className="form" onSubmit={submit}>
          <p>{t('paste.opened')}</p>
          <TextInput
            label={t('paste.address')}
            required
            autoComplete="off"
            error={fieldError(finish.error, 'address')}
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <FormFoot
            change={finish}
            beside={['address']}
            label={finish.isPending ? t('paste.finishing') : t('paste.finish')}
          />
        </form>
      )}
    </details>
  );
}

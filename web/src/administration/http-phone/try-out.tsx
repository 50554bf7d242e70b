import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneTrial, PhoneTrialRequest } from '../../../../server/src/api/schemas/phone-trial.ts';
import { request } from '../../shell/api.ts';
import { Icon } from '../../shell/icons.tsx';
import { Problem } from '../../shell/parts.tsx';
import { ServerWords } from '../../shell/server-words.tsx';
import './http-phone.css';

/** Reads one extension by the settings as they stand in the form, and shows every request and what was understood. */
export function TryOut({ wish }: { wish(): Omit<PhoneTrialRequest, 'extension'> }) {
  const { t } = useTranslation('administration/http-phone');
  const [extension, setExtension] = useState('');
  const [unreadable, setUnreadable] = useState<string>();
  const trial = useMutation({
    mutationFn: (body: PhoneTrialRequest) => request<PhoneTrial>('POST', '/phone-systems/try', body),
  });
  function run(): void {
    try {
      setUnreadable(undefined);
      trial.mutate({ ...wish(), extension: extension.trim() });
    } catch (error) {
      setUnreadable(t('notJson', { reason: (error as Error).message }));
    }
  }
  return (
    <fieldset className="form-part">
      <legend>{t('try.title')}</legend>
      <p className="hint">{t('try.hint')}</p>
      <div className="http-phone-try">
        <TextInput
          label={t('try.extension')}
          autoComplete="off"
          value={extension}
          onChange={(event) => setExtension(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault(); // of the form around, which would save
            if (extension.trim()) run();
          }}
        />
        <button type="button" className="button" disabled={!extension.trim() || trial.isPending} onClick={run}>
          {trial.isPending ? t('try.running') : t('try.run')}
        </button>
      </div>
      <div aria-live="polite" className="stack">
        {unreadable && <p className="problem-text">{unreadable}</p>}
        {trial.isError && <Problem error={trial.error} />}
        {trial.data && <Outcome trial={trial.data} />}
      </div>
    </fieldset>
  );
}

function Outcome({ trial }: { trial: PhoneTrial }) {
  const { t } = useTranslation(['administration/http-phone', 'profiles', 'shell']);
  const { found, problem, list, exchanges } = trial;
  return (
    <>
      {problem && (
        <div className="problem">
          <Icon name="warning" />
          <div>
            <p>
              <strong>{t(`errorClass.${problem.errorClass}`, { ns: 'shell' })}</strong>
            </p>
            <ServerWords text={problem.message} />
          </div>
        </div>
      )}
      {found && (
        <dl className="http-phone-found">
          {(['always', 'busy', 'unanswered'] as const).map((slot) => {
            const able = slot === 'always' || trial.capabilities.slots[slot] === true;
            const { mode, target } = found[slot];
            const state = t(`modes.${mode}`, { ns: 'profiles' });
            return (
              <div key={slot}>
                <dt>{t(`slots.${slot}`)}</dt>
                <dd>{able ? [state, target].filter(Boolean).join(' → ') : t('try.notHere')}</dd>
              </div>
            );
          })}
        </dl>
      )}
      {list && <p className={list === 'same' ? 'hint' : 'problem-text'}>{t(`try.list.${list}`)}</p>}
      <ol className="http-phone-exchanges">
        {exchanges.map((exchange, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: requests have no name but their place
          <li key={at}>
            <details>
              <summary>
                <code>
                  {exchange.method} {exchange.url}
                </code>{' '}
                <span className="tag">{exchange.status ?? t('try.noAnswer')}</span>
                {exchange.purpose === 'token' && <span className="tag">{t('try.token')}</span>}
              </summary>
              <pre>
                {Object.entries(exchange.headers)
                  .map(([name, value]) => `${name}: ${value}`)
                  .concat(exchange.body === null ? [] : ['', exchange.body])
                  .join('\n')}
              </pre>
              {exchange.answer !== null && <pre>{exchange.answer}</pre>}
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}

import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExchangeServer, ExchangeServerCheck } from '../../../../server/src/api/schemas/exchange-servers.ts';
import { request } from '../../shell/api.ts';
import { CheckSteps } from '../../shell/check-steps.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { CopyField } from '../copy-field.tsx';

/** Tries the server step by step, down to the calendar of one mailbox. */
export function ServerCheck({ server }: { server: ExchangeServer }) {
  const { t } = useTranslation('administration/exchange');
  const [mailbox, setMailbox] = useState('');
  const check = useMutation({
    mutationFn: () => request<ExchangeServerCheck>('POST', `/exchange-servers/${server.id}/check`, { mailbox }),
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    check.mutate();
  }
  return (
    <form className="form stack" onSubmit={submit} noValidate>
      <TextInput
        label={t('check.mailbox')}
        description={t('check.mailboxHint')}
        type="email"
        required
        error={fieldError(check.error, 'mailbox')}
        value={mailbox}
        onChange={(event) => setMailbox(event.currentTarget.value.trim())}
      />
      <FormFoot change={check} beside={['mailbox']} label={check.isPending ? t('check.running') : t('check.run')} />
      <div aria-live="polite">
        {check.data && (
          <CheckSteps
            steps={check.data.steps}
            label={t('check.steps')}
            nameOf={(step) => t(`step.${step as 'discovery'}`, { defaultValue: step })}
            more={({ command }) =>
              command && (
                <>
                  <p className="hint">{t('check.command')}</p>
                  <CopyField label={t('check.command')} value={command} />
                </>
              )
            }
          />
        )}
      </div>
    </form>
  );
}

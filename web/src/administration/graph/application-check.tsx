import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GraphApplication, GraphApplicationCheck } from '../../../../server/src/api/schemas/graph-applications.ts';
import { request } from '../../shell/api.ts';
import { CheckSteps } from '../../shell/check-steps.tsx';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { Problem } from '../../shell/parts.tsx';

/** Tries the application step by step; with addresses also what it reaches by itself, and what it must not. */
export function ApplicationCheck({ application }: { application: GraphApplication }) {
  const { t } = useTranslation('administration/graph');
  const [mailbox, setMailbox] = useState('');
  const [outside, setOutside] = useState('');
  const check = useMutation({
    mutationFn: () => {
      const wish = { mailbox: mailbox.trim() || null, outside: outside.trim() || null };
      return request<GraphApplicationCheck>('POST', `/graph-applications/${application.id}/check`, wish);
    },
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    check.mutate();
  }
  const alone = application.credential?.kind !== 'none';
  return (
    <form className="form stack" onSubmit={submit} noValidate>
      {alone && (
        <>
          <p className="hint">{t('check.serverSide')}</p>
          <TextInput
            label={t('check.mailbox')}
            description={t('check.mailboxHint')}
            type="email"
            error={fieldError(check.error, 'mailbox')}
            value={mailbox}
            onChange={(event) => setMailbox(event.currentTarget.value)}
          />
          <TextInput
            label={t('check.outside')}
            description={t('check.outsideHint')}
            type="email"
            error={fieldError(check.error, 'outside')}
            value={outside}
            onChange={(event) => setOutside(event.currentTarget.value)}
          />
        </>
      )}
      <div className="actions">
        <button type="submit" className="button primary" disabled={check.isPending}>
          {check.isPending ? t('check.running') : t('check.run')}
        </button>
      </div>
      <div aria-live="polite">
        {check.isError && !isFieldError(check.error, ['mailbox', 'outside']) && <Problem error={check.error} />}
        {check.data && (
          <CheckSteps
            steps={check.data.steps}
            label={t('check.steps')}
            nameOf={(step) => t(`step.${step as 'directory'}`, { defaultValue: step })}
          />
        )}
      </div>
    </form>
  );
}

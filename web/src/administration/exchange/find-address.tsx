import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { FoundExchangeServer } from '../../../../server/src/api/schemas/exchange-servers.ts';
import { request } from '../../shell/api.ts';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { Problem } from '../../shell/parts.tsx';

/** The mail domain, and a button that asks Autodiscover for the address. */
export function FindAddress(props: {
  mailDomain: string;
  /** Of saving. */
  error: unknown;
  change(mailDomain: string): void;
  /** All of the form: Autodiscover asks for the same sign-in. */
  wish(): unknown;
  found(address: string): void;
}) {
  const { t } = useTranslation('administration/exchange');
  const find = useMutation({
    mutationFn: () => request<FoundExchangeServer>('POST', '/exchange-servers/find', props.wish()),
    onSuccess: ({ address }) => props.found(address),
  });
  return (
    <div>
      <div className="field-with-button">
        <TextInput
          label={t('mailDomain')}
          description={t('mailDomainHint')}
          autoComplete="off"
          spellCheck={false}
          error={fieldError(find.error, 'mailDomain') ?? fieldError(props.error, 'mailDomain')}
          value={props.mailDomain}
          onChange={(event) => props.change(event.currentTarget.value)}
        />
        <button
          type="button"
          className="button"
          disabled={find.isPending || props.mailDomain.trim() === ''}
          onClick={() => find.mutate()}
        >
          {find.isPending ? t('finding') : t('find')}
        </button>
      </div>
      <div aria-live="polite">
        {find.data && <p className="hint">{t('found', { address: find.data.address })}</p>}
        {find.isError && !isFieldError(find.error, ['mailDomain']) && <Problem error={find.error} />}
      </div>
    </div>
  );
}

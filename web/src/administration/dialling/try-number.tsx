import { TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldError } from '../../shell/field-errors.ts';
import { Icon } from '../../shell/icons.tsx';
import { Problem } from '../../shell/parts.tsx';
import { ServerWords } from '../../shell/server-words.tsx';
import { trialQuery } from './dialling.queries.ts';

/** A number as somebody would write it, and what the phone system would be told: nothing is dialled. */
export function TryNumber({ locationId }: { locationId: string }) {
  const { t } = useTranslation('administration/dialling');
  const [number, setNumber] = useState('');
  const [asked, setAsked] = useState('');
  // A query under the rules' key: saving other rules asks again, so that what is shown is never of the old ones.
  const attempt = useQuery({
    ...trialQuery(locationId, asked),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (asked === number) void attempt.refetch();
    setAsked(number);
  }
  const result = attempt.isError ? undefined : attempt.data;
  return (
    <section className="card stack try-number" aria-label={t('try.title')}>
      <h2>{t('try.title')}</h2>
      <form className="try-line" onSubmit={submit}>
        <TextInput
          label={t('try.number')}
          description={t('try.hint')}
          inputMode="tel"
          autoComplete="off"
          placeholder="030 123456"
          value={number}
          error={fieldError(attempt.error, 'number')}
          onChange={({ currentTarget: { value } }) => setNumber(value)}
        />
        <button type="submit" className="button" disabled={attempt.isFetching || number.trim() === ''}>
          {t('try.go')}
        </button>
      </form>
      <div role="status">
        {result && (
          <dl className="try-result" data-kind={result.kind}>
            <div>
              <dt>{t('try.isDialled')}</dt>
              <dd className="try-dialled">
                <Icon name={result.kind === 'refused' ? 'warning' : 'phone'} />
                {result.dialled ?? t('try.refused')}
              </dd>
            </div>
            <div>
              <dt>{t('try.shownAs')}</dt>
              <dd>{result.shown}</dd>
            </div>
            <div>
              <dt>{t('try.kind')}</dt>
              <dd>{t(`try.kinds.${result.kind}`)}</dd>
            </div>
          </dl>
        )}
        <ServerWords text={result?.reason ?? null} />
        {attempt.isError && fieldError(attempt.error, 'number') === undefined && <Problem error={attempt.error} />}
      </div>
    </section>
  );
}

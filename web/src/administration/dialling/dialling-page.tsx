import './dialling.css';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { PageHead, Problem, Skeleton } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { locationsQuery } from '../administration.queries.ts';
import { countriesQuery, rulesQuery } from './dialling.queries.ts';
import { DiallingForm } from './dialling-form.tsx';
import { TryNumber } from './try-number.tsx';

/** How numbers are read and dialled at a location. */
export default function DiallingPage({ id }: { id: string }) {
  const { t } = useTranslation('administration/dialling');
  const { data: locations } = useQuery(locationsQuery);
  const rules = useQuery(rulesQuery(id));
  const countries = useQuery(countriesQuery);
  const name = locations?.find((location) => location.id === id)?.name ?? '';
  useTitle(`${t('title')} · ${name}`);
  const failed = rules.isError ? rules : countries.isError ? countries : null;
  return (
    <>
      <PageHead title={t('title')} intro={t('intro', { name })} />
      {failed ? (
        <Problem error={failed.error} retry={() => void failed.refetch()} />
      ) : !rules.data || !countries.data ? (
        <Skeleton rows={6} />
      ) : (
        <>
          <DiallingForm
            key={JSON.stringify(rules.data)}
            locationId={id}
            rules={rules.data}
            countries={countries.data}
          />
          <TryNumber locationId={id} />
        </>
      )}
    </>
  );
}

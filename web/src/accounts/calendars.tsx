import { Checkbox } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Calendar } from '../../../server/src/api/schemas/accounts.ts';
import { notify } from '../shell/notices.tsx';
import { Problem, Skeleton, useErrorText } from '../shell/parts.tsx';
import { calendarsQuery, selectCalendar } from './accounts.queries.ts';

/** Which calendars of an account count. */
export function Calendars({ accountId }: { accountId: string }) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const errorText = useErrorText();
  const calendars = useQuery(calendarsQuery(accountId));
  const select = useMutation({
    mutationFn: ({ calendar, selected }: { calendar: Calendar; selected: boolean }) =>
      selectCalendar(calendar, selected),
    onError: (error) => notify(errorText(error), { tone: 'problem' }),
    onSettled: () => client.invalidateQueries(),
  });
  if (calendars.isPending) return <Skeleton rows={2} />;
  if (calendars.isError) return <Problem error={calendars.error} retry={() => void calendars.refetch()} />;
  if (calendars.data.length === 0) return <p className="hint">{t('noCalendars')}</p>;
  return (
    <fieldset className="choices">
      <legend>{t('chooseCalendars')}</legend>
      {calendars.data.map((calendar) => (
        <Checkbox
          key={calendar.id}
          label={calendar.name}
          checked={
            select.isPending && select.variables.calendar.id === calendar.id
              ? select.variables.selected
              : calendar.selected
          }
          disabled={!calendar.choosable}
          onChange={(event) => select.mutate({ calendar, selected: event.currentTarget.checked })}
        />
      ))}
    </fieldset>
  );
}

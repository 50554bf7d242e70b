import { Checkbox } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
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
  // By id: shown at once, until the server has said what is. A mutation's own state comes a moment too late for a box.
  const [wanted, setWanted] = useState<Readonly<Record<string, boolean>>>({});
  const select = useMutation({
    mutationFn: ({ calendar, selected }: { calendar: Calendar; selected: boolean }) =>
      selectCalendar(calendar, selected),
    onError: (error) => notify(errorText(error), { tone: 'problem' }),
    onSettled: async (_, __, { calendar: { id } }) => {
      await client.invalidateQueries();
      setWanted(({ [id]: _settled, ...others }) => others);
    },
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
          checked={wanted[calendar.id] ?? calendar.selected}
          disabled={!calendar.choosable}
          onChange={({ currentTarget: { checked: selected } }) => {
            setWanted({ ...wanted, [calendar.id]: selected });
            select.mutate({ calendar, selected });
          }}
        />
      ))}
    </fieldset>
  );
}

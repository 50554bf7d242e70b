import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportRun, ImportSource } from '../../../../server/src/api/schemas/import.ts';
import { Problem } from '../../shell/parts.tsx';
import { useChange } from '../administration.queries.ts';

type Field = NonNullable<NonNullable<ImportRun['plan']>['columns'][number]['field']>;
const fields: readonly Field[] = [
  ...(['email', 'displayName', 'givenName', 'familyName', 'extension', 'mobileNumber', 'location', 'group'] as const),
  ...(['department', 'language', 'timeZone', 'externalId'] as const),
];

/** What each column of the file was taken for; where that is wrong, the file is read again as it is said here. */
export function ColumnsStep(props: {
  source: ImportSource;
  run: ImportRun;
  again(): void;
  back(): void;
  goOn(): void;
}) {
  const { t } = useTranslation('administration/import');
  const columns = props.run.plan?.columns ?? [];
  const [chosen, setChosen] = useState<Record<string, Field | ''>>({});
  const save = useChange('importSources');
  const fieldOf = (header: string, guessed: Field | null) => chosen[header] ?? guessed ?? '';
  const changed = columns.some(({ header, field }) => fieldOf(header, field) !== (field ?? ''));
  const missing = !columns.some(({ header, field }) => fieldOf(header, field) === 'email');

  function goOn(): void {
    if (!changed) {
      props.goOn();
      return;
    }
    // Every field is said, so that nothing is guessed once more.
    const byField = Object.fromEntries(
      fields.map((field) => [
        field,
        columns.find((column) => fieldOf(column.header, column.field) === field)?.header ?? '',
      ]),
    );
    const body = { settings: { ...props.source.settings, columns: byField } };
    save.mutate({ method: 'PATCH', path: `/import-sources/${props.source.id}`, body }, { onSuccess: props.again });
  }

  return (
    <div className="stack">
      <p>{t('columns.intro')}</p>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th>{t('columns.column')}</th>
              <th>{t('columns.example')}</th>
              <th>{t('columns.means')}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map(({ header, field, example }) => (
              <tr key={header}>
                <th scope="row">{header}</th>
                <td className="hint">{example}</td>
                <td>
                  <NativeSelect
                    size="sm"
                    aria-label={t('columns.meansLabel', { column: header })}
                    value={fieldOf(header, field)}
                    data={[
                      { value: '', label: t('columns.ignored') },
                      ...fields.map((value) => ({ value, label: t(`fields.${value}`) })),
                    ]}
                    onChange={(event) => setChosen({ ...chosen, [header]: event.currentTarget.value as Field | '' })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {missing && <p className="problem-text">{t('columns.noEmail')}</p>}
      {save.isError && <Problem error={save.error} />}
      <div className="actions">
        <button type="button" className="button primary" disabled={missing || save.isPending} onClick={goOn}>
          {changed ? t('columns.readAgain') : t('columns.goOn')}
        </button>
        <button type="button" className="button" onClick={props.back}>
          {t('columns.otherFile')}
        </button>
      </div>
    </div>
  );
}

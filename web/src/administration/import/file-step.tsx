import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportSource } from '../../../../server/src/api/schemas/import.ts';
import { Icon } from '../../shell/icons.tsx';
import { Problem } from '../../shell/parts.tsx';
import { useChange } from '../administration.queries.ts';
import { CommonSettings, commonOf } from './common-settings.tsx';

/** Which file, and what holds for all of its users. */
export function FileStep(props: { source: ImportSource; busy: boolean; begin(file: File): void }) {
  const { t } = useTranslation('administration/import');
  const { source } = props;
  const [common, setCommon] = useState(commonOf(source.settings));
  const [file, setFile] = useState<File | null>(null);
  const [isOver, setOver] = useState(false);
  const save = useChange('importSources');

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!file) return;
    const body = { settings: { ...source.settings, ...common } };
    save.mutate(
      { method: 'PATCH', path: `/import-sources/${source.id}`, body },
      { onSuccess: () => props.begin(file) },
    );
  }

  return (
    <form className="form form-wide" onSubmit={submit}>
      <label
        className="file-drop"
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          setFile(event.dataTransfer.files[0] ?? null);
        }}
      >
        <Icon name="upload" size={28} />
        <strong>{file ? file.name : t('file.choose')}</strong>
        <small>{file ? t('file.another') : t('file.hint')}</small>
        <input
          type="file"
          className="sr-only"
          accept=".csv,.txt,text/csv"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
      </label>
      <CommonSettings value={common} change={(wish) => setCommon((known) => ({ ...known, ...wish }))} />
      {save.isError && <Problem error={save.error} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={!file || save.isPending || props.busy}>
          {t('file.read')}
        </button>
      </div>
    </form>
  );
}

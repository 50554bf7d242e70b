import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type DragEvent, type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { Problem } from '../shell/parts.tsx';
import { uploadFile } from './accounts.queries.ts';

/** An iCalendar file, chosen or dropped. */
export function ConnectByFile() {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [over, setOver] = useState(false);
  const upload = useMutation({
    mutationFn: (chosen: File) => uploadFile(chosen, name.trim()),
    async onSuccess(account) {
      notify(t('connected', { name: account.name }));
      await client.invalidateQueries();
      await navigate({ to: '/' });
    },
  });

  function dropped(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    setFile(event.dataTransfer.files[0] ?? null);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (file) upload.mutate(file);
  }

  return (
    <form className="form form-wide" onSubmit={submit}>
      <label
        className={over ? 'drop is-over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={dropped}
      >
        <Icon name="upload" size={32} />
        <strong>{file ? file.name : t('drop')}</strong>
        <span>{file ? t('dropOther') : t('dropHint')}</span>
        <input
          type="file"
          className="sr-only"
          accept=".ics,.ical,.ifb,text/calendar"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
      </label>
      <TextInput
        label={t('nameOptional')}
        description={t('nameHint')}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {upload.isError && <Problem error={upload.error} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={!file || upload.isPending}>
          {upload.isPending ? t('uploading') : t('upload')}
        </button>
      </div>
    </form>
  );
}

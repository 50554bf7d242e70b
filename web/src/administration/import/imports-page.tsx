import { FormFoot } from '../../shell/form-foot.tsx';
import './import.css';
import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportSource, NewImportSource } from '../../../../server/src/api/schemas/import.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { useNow } from '../../shell/now.ts';
import { Empty } from '../../shell/parts.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { useChange } from '../administration.queries.ts';
import { PlaceLink } from '../place-link.tsx';
import { Section } from '../section.tsx';
import { sourcesQuery } from './import.queries.ts';

/** Where users come from, and how the last run of each went. */
export default function ImportsPage() {
  const { t } = useTranslation('administration/import');
  const sources = useQuery(sourcesQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={t('title')}
      intro={t('intro')}
      add={{ label: t('add'), run: () => setAdding(true) }}
      query={sources}
    >
      {sources.data?.length === 0 && <Empty icon="upload" title={t('none')} text={t('noneText')} />}
      <ul className="place-list" hidden={sources.data?.length === 0}>
        {sources.data?.map((source) => (
          <Row key={source.id} source={source} />
        ))}
      </ul>
      {adding && <AddSource onClose={() => setAdding(false)} />}
    </Section>
  );
}

function Row({ source }: { source: ImportSource }) {
  const { t } = useTranslation('administration/import');
  const now = useNow(30_000);
  const format = useFormat();
  const run = source.lastRun;
  return (
    <li>
      <PlaceLink to={`import/${source.id}`}>
        <span className="place-name">{source.name}</span>
        <span className="place-count">{t('keeps', { count: source.users })}</span>
        <small>
          {t(`kinds.${source.kind}`)} ·{' '}
          {run ? `${t(`states.${run.state}`)}, ${format.relative(run.createdAt, now)}` : t('neverRun')}
          {source.nextRunAt && ` · ${t('next', { when: format.moment(source.nextRunAt, now) })}`}
        </small>
      </PlaceLink>
    </li>
  );
}

function AddSource({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('administration/import');
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'csv' | 'ldap'>('csv');
  const [address, setAddress] = useState('ldaps://');
  const [base, setBase] = useState('');
  const save = useChange<ImportSource>('importSources');

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body: NewImportSource = { name: name.trim(), kind, settings: kind === 'ldap' ? { address, base } : {} };
    save.mutate(
      { method: 'POST', path: '/import-sources', body },
      {
        onSuccess: (made) => void navigate({ to: '/administration/$', params: { _splat: `import/${made.id}` } }),
      },
    );
  }

  return (
    <Dialog title={t('add')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <NativeSelect
          label={t('kind')}
          description={t(`kindHints.${kind}`)}
          value={kind}
          data={(['csv', 'ldap'] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
          onChange={(event) => setKind(event.currentTarget.value === 'ldap' ? 'ldap' : 'csv')}
        />
        <TextInput
          label={t('name')}
          description={t('nameHint')}
          required
          maxLength={100}
          autoComplete="off"
          value={name}
          error={fieldError(save.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {kind === 'ldap' && (
          <>
            <TextInput
              label={t('ldap.address')}
              description={t('ldap.addressHint')}
              required
              spellCheck={false}
              autoComplete="off"
              value={address}
              error={fieldError(save.error, 'address')}
              onChange={(event) => setAddress(event.currentTarget.value)}
            />
            <TextInput
              label={t('ldap.base')}
              description={t('ldap.baseHint')}
              required
              spellCheck={false}
              autoComplete="off"
              value={base}
              error={fieldError(save.error, 'base')}
              onChange={(event) => setBase(event.currentTarget.value)}
            />
          </>
        )}
        <FormFoot change={save} beside={['name', 'address', 'base']} label={t('goOn')} />
      </form>
    </Dialog>
  );
}

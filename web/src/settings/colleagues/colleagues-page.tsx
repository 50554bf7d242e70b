import './colleagues.css';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../shell/icons.tsx';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { SettingsFrame } from '../settings-frame.tsx';
import { AgendaInWords } from './agenda-in-words.tsx';
import { RelationshipRow } from './relationship-row.tsx';
import { relationshipsQuery } from './relationships.queries.ts';

/** What colleagues see of my agenda, and what each of them is to me. */
export default function ColleaguesPage() {
  const { t } = useTranslation('settings/colleagues');
  return (
    <SettingsFrame page="colleagues">
      <AgendaInWords />
      <section className="section">
        <h2>{t('people.title')}</h2>
        <p className="page-intro">{t('people.text')}</p>
        <People />
      </section>
    </SettingsFrame>
  );
}

function People() {
  const { t } = useTranslation('settings/colleagues');
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const [onlyChosen, setOnlyChosen] = useState(false);
  const list = useInfiniteQuery(relationshipsQuery(search, onlyChosen));
  const people = list.data?.pages.flatMap(({ relationships }) => relationships) ?? [];
  return (
    <>
      <label className="search relationship-search">
        <Icon name="search" />
        <span className="sr-only">{t('people.search')}</span>
        <input
          type="search"
          placeholder={t('people.search')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <label className="field-inline">
        <input type="checkbox" checked={onlyChosen} onChange={(event) => setOnlyChosen(event.target.checked)} />
        {t('people.onlyChosen')}
      </label>
      {list.isPending && <Skeleton rows={5} />}
      {list.isError && <Problem error={list.error} retry={() => void list.refetch()} />}
      {list.data && people.length === 0 && (
        <Empty
          icon="team"
          title={t(onlyChosen ? 'people.noneChosen' : search === '' ? 'people.alone' : 'people.none')}
        />
      )}
      {people.length > 0 && (
        <ul className="list relationships">
          {people.map((relationship) => (
            <RelationshipRow key={relationship.other.id} relationship={relationship} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t('people.more')}
        </button>
      )}
    </>
  );
}

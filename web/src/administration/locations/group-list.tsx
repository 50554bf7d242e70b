import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../shell/icons.tsx';
import { Empty } from '../../shell/parts.tsx';
import type { Group } from '../administration.queries.ts';
import { PlaceLink } from '../place-link.tsx';
import { functionNames } from '../tree-nodes.ts';

const page = 50;

/** The groups of a location, searched once there are many. */
export function GroupList({ groups }: { groups: readonly Group[] }) {
  const { t } = useTranslation(['administration/locations', 'administration']);
  const [search, setSearch] = useState('');
  const [most, setMost] = useState(page);
  if (groups.length === 0) return <Empty icon="team" title={t('group.none')} text={t('group.noneText')} />;
  const wanted = search.trim().toLocaleLowerCase();
  const found = groups.filter((group) => group.name.toLocaleLowerCase().includes(wanted));
  const individual = (group: Group) => functionNames.filter((name) => group.functions[name] === 'individual');
  return (
    <>
      {groups.length > 10 && (
        <label className="search list-search">
          <Icon name="search" />
          <span className="sr-only">{t('group.search')}</span>
          <input
            type="search"
            placeholder={t('group.search')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
      )}
      <ul className="place-list">
        {found.slice(0, most).map((group) => (
          <li key={group.id}>
            <PlaceLink to={`groups/${group.id}`}>
              <span className="place-name">{group.name}</span>
              <span className="place-count">{t('users', { count: group.users })}</span>
              <small>
                {individual(group).length === 0
                  ? t('group.allDefault')
                  : t('group.individual', {
                      functions: individual(group)
                        .map((name) => t(`places.${name}`, { ns: 'administration' }))
                        .join(', '),
                    })}
              </small>
            </PlaceLink>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="hint">{t('group.noneFound')}</p>}
      {found.length > most && (
        <button type="button" className="button quiet" onClick={() => setMost(most + page)}>
          {t('more', { count: found.length - most })}
        </button>
      )}
    </>
  );
}

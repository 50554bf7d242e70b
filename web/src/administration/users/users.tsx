import './users.css';
import { NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invitation, User } from '../../../../server/src/api/schemas/users.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { Empty } from '../../shell/parts.tsx';
import { groupsQuery, locationsQuery } from '../administration.queries.ts';
import { Section } from '../section.tsx';
import { GroupOptions } from './group-options.tsx';
import { InvitationLink } from './invitation-link.tsx';
import { UserForm } from './user-form.tsx';
import { UserTags } from './user-tags.tsx';
import { numbersOf, pageSize, type UserFilter, usersQuery } from './users.queries.ts';

const nothing: UserFilter = { search: '', locationId: '', groupId: '', active: '' };

/** Everybody, found by name, address or number, by where they belong and whether they are active; page by page. */
export default function Users() {
  const { t } = useTranslation('administration/users');
  const { groupId = '' } = useSearch({ strict: false }) as { groupId?: string };
  const [typed, setFilter] = useState<UserFilter>({ ...nothing, groupId });
  const filter = useDeferredValue(typed);
  const users = useInfiniteQuery(usersQuery(filter));
  const [adding, setAdding] = useState(false);
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const shown = users.data?.pages.flatMap((page) => page.users) ?? [];
  const total = users.data?.pages[0]?.total ?? 0;
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(nothing);
  return (
    <Section title={t('title')} intro={t('intro')} add={{ label: t('add'), run: () => setAdding(true) }} query={users}>
      <Filters filter={typed} change={(wish) => setFilter((known) => ({ ...known, ...wish }))} />
      <p className="hint" role="status">
        {shown.length < total ? t('shownOf', { count: total, shown: shown.length }) : t('count', { count: total })}
      </p>
      {shown.length === 0 ? (
        <Empty icon="search" title={t('noneFound')} text={t('noneFoundText')}>
          {isFiltered && (
            <button type="button" className="button" onClick={() => setFilter(nothing)}>
              {t('showAll')}
            </button>
          )}
        </Empty>
      ) : (
        <ul className="user-list" aria-label={t('title')}>
          {shown.map((user) => (
            <Row key={user.id} user={user} />
          ))}
        </ul>
      )}
      {users.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={users.isFetchingNextPage}
          onClick={() => void users.fetchNextPage()}
        >
          {t('showMore', { count: Math.min(pageSize, total - shown.length) })}
        </button>
      )}
      {adding && (
        <UserForm
          user={null}
          groupId={filter.groupId}
          onClose={() => setAdding(false)}
          onInvited={(made) => {
            setAdding(false);
            setInvitation(made);
          }}
        />
      )}
      {invitation && (
        <Dialog title={t('linkTitle')} onClose={() => setInvitation(null)}>
          <InvitationLink invitation={invitation} />
        </Dialog>
      )}
    </Section>
  );
}

function Filters({ filter, change }: { filter: UserFilter; change(wish: Partial<UserFilter>): void }) {
  const { t } = useTranslation('administration/users');
  const { data: locations = [] } = useQuery(locationsQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  return (
    <search className="user-filters">
      <label className="search list-search">
        <Icon name="search" />
        <span className="sr-only">{t('search')}</span>
        <input
          type="search"
          placeholder={t('search')}
          value={filter.search}
          onChange={(event) => change({ search: event.target.value })}
        />
      </label>
      {locations.length > 1 && (
        <NativeSelect
          aria-label={t('filter.location')}
          size="sm"
          value={filter.locationId}
          data={[
            { value: '', label: t('filter.allLocations') },
            ...locations.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => change({ locationId: event.currentTarget.value, groupId: '' })}
        />
      )}
      {groups.length > 1 && (
        <NativeSelect
          aria-label={t('filter.group')}
          size="sm"
          value={filter.groupId}
          onChange={(event) => change({ groupId: event.currentTarget.value })}
        >
          <option value="">{t('filter.allGroups')}</option>
          <GroupOptions
            groups={groups.filter((group) => filter.locationId === '' || group.locationId === filter.locationId)}
          />
        </NativeSelect>
      )}
      <NativeSelect
        aria-label={t('filter.active')}
        size="sm"
        value={filter.active}
        data={[
          { value: '', label: t('filter.anyState') },
          { value: 'true', label: t('filter.activeOnly') },
          { value: 'false', label: t('filter.inactiveOnly') },
        ]}
        onChange={(event) => change({ active: event.currentTarget.value as UserFilter['active'] })}
      />
    </search>
  );
}

function Row({ user }: { user: User }) {
  const { data: groups = [] } = useQuery(groupsQuery);
  const group = groups.find(({ id }) => id === user.groupId);
  return (
    <li className="user-row">
      <Link to="/administration/$" params={{ _splat: `users/${user.id}` }} preload={false}>
        <span className="user-name">
          <strong>{user.displayName}</strong> <UserTags user={user} />
        </span>
        <small>{[user.email, ...numbersOf(user), user.mobileNumber].filter(Boolean).join(' · ')}</small>
        {group && (
          <small className="user-group">
            {group.location} / {group.name}
          </small>
        )}
      </Link>
    </li>
  );
}

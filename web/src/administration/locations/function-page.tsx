import './locations.css';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty, PageHead, Skeleton } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { groupsQuery, locationsQuery } from '../administration.queries.ts';
import { CentralProfiles } from '../profiles/central-profiles.tsx';
import { functionNames } from '../tree-nodes.ts';
import { FunctionForm } from './function-form.tsx';

/** One function of a location (locations/…/privacy) or a group (groups/…/privacy). */
export default function FunctionPage({ id }: { id: string }) {
  const { t } = useTranslation(['administration/locations', 'administration']);
  const path = useParams({ strict: false })._splat ?? '';
  const name = functionNames.find((one) => path.endsWith(`/${one}`))!;
  const isGroup = path.startsWith('groups/');
  const groups = useQuery(groupsQuery);
  const locations = useQuery(locationsQuery);
  const group = isGroup ? groups.data?.find((one) => one.id === id) : undefined;
  const location = isGroup ? undefined : locations.data?.find((one) => one.id === id);
  const title = t(`places.${name}`, { ns: 'administration' });
  const owner = group?.name ?? location?.name ?? '';
  useTitle(`${title} · ${owner}`);
  const isPending = isGroup ? groups.isPending : locations.isPending;
  if (isPending) return <Skeleton rows={6} />;
  if (!group && !location) return <Empty icon="search" title={t(isGroup ? 'group.gone' : 'gone')} />;
  return (
    <>
      <PageHead
        title={title}
        intro={
          group
            ? t('functionOfGroup', { name: owner, location: group.location })
            : t('functionOf', { name: owner, count: location!.groups })
        }
      />
      <FunctionForm
        key={`${id}/${name}`}
        owner={{ kind: isGroup ? 'group' : 'location', id }}
        name={name}
        location={group?.location ?? owner}
      />
      {name === 'profiles' && (
        <CentralProfiles
          owner={isGroup ? 'group' : 'location'}
          id={id}
          locationId={group?.locationId ?? id}
          mode={group?.functions.profiles}
        />
      )}
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { groupsQuery, locationsQuery } from '../administration.queries.ts';
import { FunctionList } from './function-list.tsx';

/** Presence management of a location or a group: the way to its functions. */
export default function PresencePage({ id }: { id: string }) {
  const { t } = useTranslation('administration/locations');
  const path = useParams({ strict: false })._splat ?? '';
  const isGroup = path.startsWith('groups/');
  const { data: groups } = useQuery(groupsQuery);
  const { data: locations } = useQuery(locationsQuery);
  const group = isGroup ? groups?.find((one) => one.id === id) : undefined;
  const name = group?.name ?? locations?.find((one) => one.id === id)?.name ?? '';
  useTitle(`${t('presence')} · ${name}`);
  return (
    <>
      <PageHead title={t('presence')} intro={isGroup ? t('presenceOfGroup', { name }) : t('presenceOf', { name })} />
      <FunctionList
        owner={`${isGroup ? 'groups' : 'locations'}/${id}`}
        {...(group ? { functions: group.functions } : {})}
      />
    </>
  );
}

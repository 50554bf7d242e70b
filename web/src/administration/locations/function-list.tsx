import { useTranslation } from 'react-i18next';
import type { Group } from '../administration.queries.ts';
import { PlaceList } from '../place-list.tsx';
import { functionNames } from '../tree-nodes.ts';

/** The four functions of presence management, each marked with where a group has it from. */
export function FunctionList({ owner, functions }: { owner: string; functions?: Group['functions'] }) {
  const { t } = useTranslation(['administration/locations', 'administration']);
  const nodes = functionNames.map((name) => ({
    path: `${owner}/${name}`,
    label: t(`places.${name}`, { ns: 'administration' }),
    hint: t(`hints.${name}`, { ns: 'administration' }),
    children: [],
    name,
  }));
  return (
    <PlaceList
      nodes={nodes}
      mark={(node) => {
        const mode = functions?.[nodes.find(({ path }) => path === node.path)!.name];
        return mode && <span className={`tag tag-${mode}`}>{t(`mode.${mode}`)}</span>;
      }}
    />
  );
}

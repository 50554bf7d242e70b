import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { PlaceLink } from './place-link.tsx';
import { type TreeNode, trailOf } from './tree-nodes.ts';

/** Where one is; on a phone the way up. */
export function Crumbs({ nodes, path }: { nodes: readonly TreeNode[]; path: string }) {
  const { t } = useTranslation('administration');
  if (path === '') return null;
  const trail = trailOf(nodes, path);
  const above = trail.filter((node) => node.path !== path);
  return (
    <nav className="crumbs" aria-label={t('trail')}>
      <ol>
        {[{ path: '', label: t('title') }, ...above].map((node) => (
          <li key={node.path}>
            <Icon name="left" size={16} />
            <PlaceLink to={node.path}>{node.label}</PlaceLink>
          </li>
        ))}
      </ol>
    </nav>
  );
}

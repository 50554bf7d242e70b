import type { ReactNode } from 'react';
import { Icon } from '../shell/icons.tsx';
import { PlaceLink } from './place-link.tsx';
import type { TreeNode } from './tree-nodes.ts';

/** Places one can go down to, each with what it is for. */
export function PlaceList({ nodes, mark }: { nodes: readonly TreeNode[]; mark?: (node: TreeNode) => ReactNode }) {
  return (
    <ul className="place-list">
      {nodes.map((node) => (
        <li key={node.path}>
          <PlaceLink to={node.path}>
            <span className="place-name">{node.label}</span>
            {mark?.(node)}
            {node.hint && <small>{node.hint}</small>}
            <Icon name="right" size={16} />
          </PlaceLink>
        </li>
      ))}
    </ul>
  );
}

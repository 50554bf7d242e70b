import { createContext, useContext } from 'react';
import type { TreeNode } from './tree-nodes.ts';

/** The tree, for pages that list what is below them. */
export const PlacesContext = createContext<readonly TreeNode[]>([]);
export const usePlaces = () => useContext(PlacesContext);

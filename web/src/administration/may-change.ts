import { useMe } from '../shell/session.ts';

/** False for readers, who see what administrators see; the server refuses them anyway. */
export const useMayChange = (): boolean => useMe().role !== 'reader';

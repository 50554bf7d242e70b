import type { Scope } from '../../../../server/src/api/scopes.ts';

/** A scope's name in the catalogue, where a colon would part the namespace from the key. */
export const scopeWord = (scope: Scope) => (scope === 'administration:read' ? 'administrationRead' : scope);

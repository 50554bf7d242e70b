import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Impact } from '../../../../server/src/api/schemas/organization.ts';
import { get, request } from '../../shell/api.ts';
import type { FunctionName } from '../tree-nodes.ts';

/** Whose settings of a function: a location's, or a group's with what it inherits. */
export interface Owner {
  kind: 'location' | 'group';
  id: string;
}
export type FunctionValue = Record<string, unknown>;
export type Mode = 'default' | 'individual';

export interface FunctionState {
  function: FunctionName;
  /** Of a group only, as are the next two. */
  mode?: Mode;
  value: FunctionValue;
  inherited?: FunctionValue;
  /** The group's last individual values. */
  previous?: FunctionValue | null;
}

/** A value that may be chosen; one that isn't available yet says why. */
export interface Choice {
  value: string;
  available: boolean;
  reason?: string | null;
}
export interface FunctionInfo {
  name: FunctionName;
  defaults: FunctionValue;
  choices?: Partial<Record<'methods' | 'sources' | 'ownAccounts', Choice[]>>;
  /** What its settings may name by an id, by their names alone. */
  graphApplications?: Named[];
  exchangeServers?: Named[];
}
export type Connections = 'graphApplications' | 'exchangeServers';
interface Named {
  id: string;
  name: string;
}

export type { Impact };

const pathOf = (owner: Owner, name: FunctionName) => `/${owner.kind}s/${owner.id}/functions/${name}`;

export const functionQuery = (owner: Owner, name: FunctionName) =>
  queryOptions({
    queryKey: ['function', owner.kind, owner.id, name],
    queryFn: ({ signal }) => get<FunctionState>(pathOf(owner, name), signal),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });

export const functionsQuery = queryOptions({
  queryKey: ['functions'],
  queryFn: async ({ signal }) => (await get<{ functions: FunctionInfo[] }>('/functions', signal)).functions,
  staleTime: 300_000,
});

/** Who administers a location chooses among them, and doesn't see the rest of them. */
export function useConnections(): Record<Connections, readonly Named[]> {
  const { data } = useQuery(functionsQuery);
  const { graphApplications = [], exchangeServers = [] } = data?.find(({ name }) => name === 'synchronization') ?? {};
  return { graphApplications, exchangeServers };
}

export type FunctionWish =
  | { value: FunctionValue }
  | { mode: 'default' }
  | { mode: 'individual'; value: FunctionValue };

export const askImpact = (owner: Owner, name: FunctionName, wish: FunctionWish) =>
  request<Impact>('POST', `${pathOf(owner, name)}/impact`, wish);

export const saveFunction = (owner: Owner, name: FunctionName, wish: FunctionWish) =>
  request<FunctionState>('PUT', pathOf(owner, name), wish);

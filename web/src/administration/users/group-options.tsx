import type { Group } from '../administration.queries.ts';

/** The groups to choose from, below their locations. */
export function GroupOptions({ groups }: { groups: readonly Group[] }) {
  return [...Map.groupBy(groups, (group) => group.location)].map(([location, members]) => (
    <optgroup key={location} label={location}>
      {members.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </optgroup>
  ));
}

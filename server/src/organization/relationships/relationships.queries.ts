/** What users are to each other, for many pairs in one statement. */
import { sql } from 'kysely';
import { type PrivacySettings, privacySettingsOf } from '../../agenda/privacy-settings.ts';
import type { Executor } from '../../store/database.ts';
import { type Level, type Relationship, relationshipOf, type SharedWorkGroup } from './levels.ts';

/** Notified when relationships, work groups or privacy settings change; the payload says nothing. */
export const relationshipsChannel = 'relationships';
export const tellRelationships = (executor: Executor) =>
  sql`select pg_notify(${relationshipsChannel}, '')`.execute(executor);

/** What `viewerId` is to `ownerId`, and what the owner's group says about privacy. */
export interface KnownRelationship extends Relationship {
  ownerId: string;
  viewerId: string;
  /** In force for the owner. */
  privacy: PrivacySettings;
  /** Whether the viewer is an administrator of the system or of the owner's location, whatever a token leaves of that. */
  viewerAdministers: boolean;
}

interface Row {
  ownerId: string;
  viewerId: string;
  own: Level | null;
  isAssistant: boolean;
  sameLocation: boolean;
  ownerGroupId: string;
  viewerAdministers: boolean;
  workGroups: SharedWorkGroup[] | null;
}

/** Pairs with an unknown user are left out. */
export async function relationshipsBetween(
  executor: Executor,
  pairs: readonly { ownerId: string; viewerId: string }[],
): Promise<KnownRelationship[]> {
  if (pairs.length === 0) return [];
  const owners = pairs.map(({ ownerId }) => ownerId);
  const viewers = pairs.map(({ viewerId }) => viewerId);
  // Work groups are joined as sets: a look-up per pair would cost more than all the rest (100 watchers x 50 colleagues).
  const { rows } = await sql<Row>`
    with pair as materialized (
      select distinct owner_id, viewer_id from unnest(${owners}::uuid[], ${viewers}::uuid[]) as given (owner_id, viewer_id)
    ), shared as (
      select pair.owner_id, pair.viewer_id,
             json_agg(json_build_object('id', work_group.id, 'name', work_group.name, 'level', work_group.level)
                      order by work_group.name) as groups
        from pair
        join work_group_member of_owner on of_owner.user_id = pair.owner_id
        join work_group_member of_viewer
          on of_viewer.user_id = pair.viewer_id and of_viewer.work_group_id = of_owner.work_group_id
        join work_group on work_group.id = of_owner.work_group_id
       group by pair.owner_id, pair.viewer_id
    )
    select pair.owner_id as "ownerId", pair.viewer_id as "viewerId", relationship.level as own,
           coalesce(owner.assistant_id = pair.viewer_id, false) as "isAssistant",
           owner_group.location_id = viewer_group.location_id as "sameLocation", owner.group_id as "ownerGroupId",
           viewer.role = 'administrator' or (viewer.role = 'locationAdministrator' and exists (
             select from administered_location
              where administered_location.user_id = viewer.id and location_id = owner_group.location_id))
             as "viewerAdministers",
           shared.groups as "workGroups"
      from pair
      join users owner on owner.id = pair.owner_id
      join configuration_group owner_group on owner_group.id = owner.group_id
      join users viewer on viewer.id = pair.viewer_id
      join configuration_group viewer_group on viewer_group.id = viewer.group_id
      left join relationship on relationship.user_id = pair.owner_id and relationship.other_id = pair.viewer_id
      left join shared on shared.owner_id = pair.owner_id and shared.viewer_id = pair.viewer_id`.execute(executor);
  const privacy = await privacyOf(executor, [...new Set(rows.map(({ ownerGroupId }) => ownerGroupId))]);
  return rows.map((row) => {
    const settings = privacy.get(row.ownerGroupId) ?? privacySettingsOf({});
    const { own, isAssistant, sameLocation } = row;
    const facts = { own, isAssistant, sameLocation, workGroups: row.workGroups ?? [], defaults: settings.relationship };
    return {
      ...relationshipOf(facts),
      ...{ ownerId: row.ownerId, viewerId: row.viewerId, privacy: settings, viewerAdministers: row.viewerAdministers },
    };
  });
}

/** What the viewer is to each of the owners; unknown owners are left out. */
export async function relationshipsOf(
  executor: Executor,
  viewerId: string,
  ownerIds: readonly string[],
): Promise<Map<string, KnownRelationship>> {
  const known = await relationshipsBetween(
    executor,
    ownerIds.map((ownerId) => ({ ownerId, viewerId })),
  );
  return new Map(known.map((each) => [each.ownerId, each]));
}

/** Read once a group, not once a pair. */
async function privacyOf(executor: Executor, groupIds: readonly string[]): Promise<Map<string, PrivacySettings>> {
  const { rows } = await sql<{ id: string; privacy: unknown }>`
    select id, settings -> 'privacy' as privacy from configuration_group
     where id = any(${[...groupIds]}::uuid[])`.execute(executor);
  return new Map(rows.map(({ id, privacy }) => [id, privacySettingsOf({ privacy })]));
}

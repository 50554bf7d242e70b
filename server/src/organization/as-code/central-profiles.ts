/** Presence profiles within a company file: those of locations, groups and users, by name. */
import { z } from 'zod';
import { DialableNumber } from '../../api/schemas/common.ts';
import { noteText } from '../../presence/note-text.ts';
import { type ForwardingTarget, forwardingModes, personalTargets, statuses } from '../../presence/presence.ts';
import { type ProfileOf, profilesOf, type StoredProfile } from '../../presence/profiles.queries.ts';
import { builtInProfiles } from '../../presence/profiles.ts';
import type { Executor } from '../../store/database.ts';
import type { Actor } from '../audit.ts';
import { changeProfile, createProfile, deleteProfile } from '../profiles/changes.ts';
import { same } from './difference.ts';
import { isValues } from './merge-patch.ts';
import { at, withoutDefaults } from './section.ts';

const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('number'), number: DialableNumber }),
  z.strictObject({
    kind: z.literal('predefined'),
    target: z.string().describe('A predefined target of the location.'),
  }),
  z.strictObject({ kind: z.literal(personalTargets) }),
]);

export const profileEntry = z
  .strictObject({
    key: z.enum(statuses).optional().describe('Of a built-in profile: the one appointments of this status lead to.'),
    status: z.enum(statuses),
    active: z.boolean().default(true),
    forwarding: z
      .strictObject({
        mode: z.enum(forwardingModes).default('off'),
        target: target.optional(),
        busy: target.optional().describe('For calls that find the user busy.'),
        unanswered: target.optional().describe('For calls that nobody answers.'),
      })
      .default({ mode: 'off' }),
    note: noteText.optional(),
  })
  .refine(
    ({ forwarding: { mode, target } }) => (mode === 'off' || mode === 'doNotDisturb') === (target === undefined),
    {
      message: 'A forwarding mode other than "off" and "doNotDisturb" needs a target, and only such a mode has one.',
      path: ['forwarding'],
    },
  );
export type ProfileEntry = z.output<typeof profileEntry>;
export const profileEntries = z.record(z.string().trim().min(1).max(100), profileEntry);
export type ProfileEntries = Record<string, ProfileEntry>;

export const builtInEntries: ProfileEntries = Object.fromEntries(
  builtInProfiles.map(({ key, name, status }) => [name, { key, status, active: true, forwarding: { mode: 'off' } }]),
);

/** A built-in profile is known by its key, whatever it is called: those that the file calls otherwise are renamed. */
export function renamedByKey(entries: ProfileEntries, patch: unknown): ProfileEntries {
  if (!isValues(patch)) return entries;
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(patch))
    if (isValues(value) && typeof value.key === 'string') names.set(value.key, name);
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [(entry.key && names.get(entry.key)) || name, entry]),
  );
}

/** Built-in ones that are as they were made needn't be written down. */
export function exportedProfiles(entries: ProfileEntries, base: ProfileEntries): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([name, entry]) => !same(entry, base[name]))
      .map(([name, entry]) => [name, withoutDefaults(entry, { active: true, forwarding: { mode: 'off' } })]),
  );
}

/** @param targets names of the location's predefined targets by id. */
export function entryOf(profile: StoredProfile, targets: ReadonlyMap<string, string>): ProfileEntry {
  const { mode, target: all, busy, unanswered } = profile.forwarding;
  const named = <Field extends string>(field: Field, stored: ForwardingTarget | null) => {
    const entry =
      stored?.kind === 'predefined' ? { kind: stored.kind, target: targets.get(stored.targetId) ?? '?' } : stored;
    return (entry ? { [field]: entry } : {}) as Partial<Record<Field, z.output<typeof target>>>;
  };
  return {
    ...(profile.key ? { key: profile.key as NonNullable<ProfileEntry['key']> } : {}),
    status: profile.status,
    active: profile.active,
    forwarding: { mode, ...named('target', all), ...named('busy', busy), ...named('unanswered', unanswered) },
    ...(profile.note ? { note: profile.note } : {}),
  };
}

/**
 * Makes the owner's profiles what the entries say. @param targetIds of the location's predefined targets, by name.
 * @throws EntryRefused below the profiles
 */
export async function writeProfiles(
  executor: Executor,
  actor: Actor,
  of: ProfileOf,
  entries: ProfileEntries,
  targetIds: ReadonlyMap<string, string>,
): Promise<void> {
  const stored = await profilesOf(
    executor,
    'userId' in of
      ? { userIds: [of.userId] }
      : 'groupId' in of
        ? { groupIds: [of.groupId] }
        : { locationIds: [of.locationId] },
  );
  const names = new Map([...targetIds].map(([name, id]) => [id, name]));
  const left = new Set(stored);
  for (const [name, entry] of Object.entries(entries)) {
    const known = stored.find(
      (each) => left.has(each) && (entry.key ? each.key === entry.key : !each.key && each.name === name),
    );
    if (known) left.delete(known);
    if (known && known.name === name && same(entryOf(known, names), entry)) continue;
    const fields = fieldsOf(name, entry, targetIds);
    if (known) await at([name], changeProfile(executor, actor, known.id, fields));
    else await at([name], createProfile(executor, actor, of, { ...fields, key: entry.key ?? null }));
  }
  for (const { id, name } of left) await at([name], deleteProfile(executor, actor, id));
}

function fieldsOf(
  name: string,
  { status, active, forwarding, note }: ProfileEntry,
  targetIds: ReadonlyMap<string, string>,
) {
  const stored = (wanted: z.output<typeof target> | undefined): ForwardingTarget | null =>
    wanted?.kind === 'predefined' ? { kind: wanted.kind, targetId: targetIds.get(wanted.target)! } : (wanted ?? null);
  const { mode, target: all, busy, unanswered } = forwarding;
  return {
    ...{ name, status, active, note: note ?? null },
    forwarding: { mode, target: stored(all), busy: stored(busy), unanswered: stored(unanswered) },
  };
}

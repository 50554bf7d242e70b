/** Phone systems in a company file. */
import { z } from 'zod';
import { defaultGuardShare } from '../../telephony/trust/guard.ts';
import { startLeaving } from '../leaving/start.ts';
import { changePhoneSystem, createPhoneSystem } from '../phone-systems.ts';
import { readState } from '../sample-company/state.ts';
import { faultsOfSchema } from './issues.ts';
import { variableName } from './references.ts';
import { exportedSecret, secretEntry } from './secret-entry.ts';
import { at, EntryRefused, kept, removed, type Section, withoutDefaults } from './section.ts';
import { openedValue } from './unreadable.ts';

const entry = z.strictObject({
  kind: z.string().describe('asterisk or http.'),
  settings: z.record(z.string(), z.unknown()).default({}).describe('By kind.'),
  secret: secretEntry.optional(),
  mode: z
    .enum(['active', 'observe', 'paused'])
    .default('observe')
    .describe('What is paused by somebody or by its guard is no part of the file: only what the file pauses is.'),
  guardShare: z
    .int()
    .min(0)
    .max(100)
    .default(defaultGuardShare)
    .describe('Percent of its phones that may change within 15 minutes outside times known beforehand; 0: any.'),
});
type PhoneSystemEntry = z.output<typeof entry>;

export const phoneSystems: Section<PhoneSystemEntry> = {
  name: 'phoneSystems',
  schema: entry,

  async read({ transaction, secrets }) {
    const sample = await readState(transaction, Temporal.Now.instant());
    const rows = await transaction
      .selectFrom('phone_system')
      .select(['id', 'name', 'kind', 'settings', 'secret', 'mode', 'paused_reason', 'guard_share'])
      .orderBy('name')
      .execute();
    return Object.fromEntries(
      rows
        .filter(({ id }) => id !== sample?.phoneSystemId)
        .map(({ id, name, kind, settings, secret, mode, paused_reason: pause, guard_share: guardShare }) => [
          name,
          {
            ...{ kind, settings: settings as Record<string, unknown>, guardShare },
            mode: mode === 'paused' && pause && !pause.byFile ? (pause.nextMode ?? 'active') : mode,
            ...(secret === null ? {} : { secret: openedValue(secrets, secret, id) }),
          },
        ]),
    );
  },

  settled(entry, { context }) {
    const kind = context.phoneSystemKinds.get(entry.kind);
    if (!kind) {
      const kinds = [...context.phoneSystemKinds.keys()].join(', ');
      const message = `There is no kind of phone system "${entry.kind}". There are: ${kinds}.`;
      return { entry, faults: [{ path: ['kind'], message }] };
    }
    const settings = kind.settings.safeParse(entry.settings);
    const secret = kind.secret.safeParse(entry.secret ?? { kind: 'none' });
    const faults = [...faultsOfSchema(['settings'], settings.error), ...faultsOfSchema(['secret'], secret.error)];
    if (faults.length > 0) return { entry, faults };
    const kept = secret.data as Record<string, unknown>;
    const { secret: _, ...rest } = entry;
    return {
      entry: {
        ...rest,
        settings: settings.data as Record<string, unknown>,
        ...(kept.kind === 'none' ? {} : { secret: kept }),
      },
      faults,
    };
  },

  async write({ transaction, secrets, actor, phoneSystemKinds }, changes) {
    for (const { name, before, after } of kept(changes)) {
      if (!before) {
        await at([name], createPhoneSystem({ secrets }, transaction, actor, phoneSystemKinds, { name, ...after }));
        continue;
      }
      if (before.kind !== after.kind)
        throw new EntryRefused(
          [name, 'kind'],
          `${name} is of kind ${before.kind}: remove it, or give the new one another name.`,
        );
      const { id } = await transaction
        .selectFrom('phone_system')
        .select('id')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      const { settings, mode, guardShare, secret = { kind: 'none' } } = after;
      await at(
        [name],
        changePhoneSystem({ secrets }, transaction, actor, phoneSystemKinds, id, {
          ...{ settings, secret, guardShare },
          // Only where the file says something else than it did: it doesn't resume what somebody has paused.
          ...(before.mode !== mode && { mode }),
        }),
      );
    }
  },

  async remove({ transaction, actor }, changes) {
    for (const { name } of removed(changes)) {
      const row = await transaction.selectFrom('phone_system').select('id').where('name', '=', name).executeTakeFirst();
      if (row) await at([name], startLeaving(transaction, { kind: 'phoneSystem', id: row.id }, actor));
    }
  },

  exported: (name, { secret, ...entry }) => ({
    ...withoutDefaults(entry, { mode: 'observe', guardShare: defaultGuardShare }),
    ...(secret && { secret: exportedSecret(secret, variableName('phoneSystem', name)) }),
  }),
};

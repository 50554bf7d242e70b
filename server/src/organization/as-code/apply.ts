/**
 * Applies a company file: read, compared with what stands, and carried out whole, in one transaction. So an apply that
 * breaks off has done nothing, one that is repeated does nothing more, and two at once come one after the other.
 */
import { sql } from 'kysely';
import type { Database } from '../../store/database.ts';
import { retrying } from '../../store/retrying.ts';
import { recordChange } from '../audit.ts';
import { readCompanyFile, refused, shownFault } from './company-file.ts';
import type { CompanyChange } from './difference.ts';
import { planCompany } from './plan.ts';
import { type Reference, resolveReferences } from './references.ts';
import { type ApplyContext, EntryRefused } from './section.ts';
import { sections } from './sections.ts';

export interface ApplyOptions {
  /** Only says what it would do. */
  dryRun: boolean;
  /** What a reference leads to; undefined for nowhere. */
  read: (reference: Reference) => string | undefined;
}

/** Any constant of ours: applies wait for each other, in all processes. */
const applyLock = 7420_0003;

export interface Applied {
  changes: CompanyChange[];
  /** For people: what is carried out, and may not be meant so. */
  warnings: string[];
}

/** @throws CompanyRefused; nothing was changed then. */
export async function applyCompany(
  db: Database,
  parts: Omit<ApplyContext, 'transaction'>,
  text: string,
  { dryRun, read }: ApplyOptions,
): Promise<Applied> {
  const file = resolveReferences(readCompanyFile(text), read) as Record<string, unknown>;
  return await retrying(db, async (transaction) => {
    await sql`select pg_advisory_xact_lock(${applyLock}::bigint)`.execute(transaction);
    const context = { ...parts, transaction };
    const { faults, warnings, changes, entries } = await planCompany(context, file);
    if (faults.length > 0) throw refused(text, faults);
    const applied = { changes, warnings: warnings.map(shownFault) };
    if (dryRun || changes.length === 0) return applied;
    for (const section of sections)
      await within(text, section.name, section.write(context, entries.get(section.name)!));
    for (const section of sections.toReversed())
      await within(text, section.name, section.remove(context, entries.get(section.name)!));
    const count = (action: CompanyChange['action']) => changes.filter((change) => change.action === action).length;
    await recordChange(transaction, parts.actor, {
      ...{ action: 'run', subject: 'configuration', subjectId: null, subjectName: 'Company file' },
      after: { created: count('create'), changed: count('change'), removed: count('remove') },
    });
    return applied;
  });
}

async function within(text: string, section: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof EntryRefused)) throw error;
    throw refused(text, [{ path: [section, ...error.path], message: error.message }]);
  }
}

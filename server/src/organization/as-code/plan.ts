/** What a company file comes to on this system: every entry as it will be, what is wrong, and what changes. Writes nothing. */
import { isStorableText, unstorableText } from '../../store/storable-text.ts';
import { type Dialling, diallingOf } from '../../telephony/dialling.ts';
import { defaultDiallingRules } from '../../telephony/dialling-rules.ts';
import { loadNumberingPlan } from '../../telephony/numbering-plan.ts';
import type { Fault } from './company-file.ts';
import { type CompanyChange, differences, same } from './difference.ts';
import { faultsOfSchema } from './issues.ts';
import { countryAt, locationWarnings } from './location-warnings.ts';
import type { LocationEntry } from './locations.ts';
import { isValues, mergePatch } from './merge-patch.ts';
import { isReference, secretHolders, shownReference } from './references.ts';
import type { ApplyContext, CompanyValues, EntryChange, Surroundings } from './section.ts';
import { sections } from './sections.ts';
import { unreadableAt, unreadableFault } from './unreadable.ts';

export const version = 1;

export interface CompanyPlan {
  faults: Fault[];
  /** What is right as it stands, and may not be meant so. */
  warnings: Fault[];
  changes: CompanyChange[];
  /** By section; only entries that become others. */
  entries: ReadonlyMap<string, EntryChange<unknown>[]>;
}

/** @param file what `readCompanyFile` gave, references resolved as far as they lead somewhere. */
export async function planCompany(context: ApplyContext, file: Record<string, unknown>): Promise<CompanyPlan> {
  const faults = faultsOfTheWhole(file);
  if (faults.some(({ message }) => message === unstorableText))
    return { faults, warnings: [], changes: [], entries: new Map() };
  const before: Record<string, Record<string, unknown>> = {};
  const after: Record<string, Record<string, unknown>> = {};
  const number = await numbers(() => after);
  const within: Surroundings = { context, all: after, number };
  for (const section of sections) {
    const { name } = section;
    before[name] = plainNames(await section.read(context));
    after[name] = plainNames(before[name]);
    const patch = file[name];
    if (!isValues(patch)) continue;
    for (const [entry, value] of Object.entries(patch)) {
      if (value === null) {
        delete after[name][entry];
        continue;
      }
      if (before[name][entry] === undefined && !isName(entry, section.longestName)) {
        faults.push({
          path: [name, entry],
          message: `A name has 1 to ${section.longestName ?? longestName} characters, and no blanks at its ends.`,
        });
        continue;
      }
      const schema = section.schema ?? section.entries?.[entry];
      if (!schema) {
        const names = Object.keys(section.entries ?? {}).join(', ');
        faults.push({ path: [name, entry], message: `There is no "${entry}" here. There are: ${names}.` });
        continue;
      }
      const stands = before[name][entry];
      const base = section.base?.(stands, value, after) ?? stands ?? {};
      const merged = withStoredSecrets(mergePatch(base, value), stands, [name, entry], false, faults);
      const shut = unreadableAt(merged);
      if (shut.length > 0) {
        if (!same(merged, stands))
          faults.push(...shut.map((path) => ({ path: [name, entry, ...path], message: unreadableFault })));
        continue;
      }
      const parsed = schema.safeParse(merged);
      faults.push(...faultsOfSchema([name, entry], parsed.error));
      if (!parsed.success) continue;
      const settled = section.settled?.(parsed.data, within, entry) ?? { entry: parsed.data, faults: [] };
      const found = settled.faults.map((fault) => ({ ...fault, path: [name, entry, ...fault.path] }));
      // A secret that led nowhere is missing too: once is enough.
      faults.push(...found.filter(({ path }) => !faults.some((known) => same(known.path, path))));
      after[name][entry] = settled.entry;
    }
  }
  const entries = new Map(sections.map(({ name }) => [name, entryChanges(before[name]!, after[name]!)]));
  if (faults.length === 0)
    for (const section of sections)
      for (const fault of section.faults?.(within, entries.get(section.name)!) ?? [])
        faults.push({ ...fault, path: [section.name, ...fault.path] });
  return {
    faults,
    warnings: locationWarnings(entries.get('locations') as EntryChange<LocationEntry>[], await loadNumberingPlan()).map(
      ({ path, message }) => ({ path: ['locations', ...path], message }),
    ),
    changes: sections.flatMap(({ name }) => differences(name, before[name]!, after[name]!)),
    entries,
  };
}

/** `constructor` and `__proto__` are names like others. */
const plainNames = (entries: Record<string, unknown>): Record<string, unknown> =>
  Object.assign(Object.create(null), entries);

const longestName = 200;
const isName = (name: string, longest = longestName): boolean =>
  name.length > 0 && name.length <= longest && name.trim() === name;

function faultsOfTheWhole(file: Record<string, unknown>): Fault[] {
  const names = sections.map(({ name }) => name);
  const faults: Fault[] = [];
  if (file.whenabouts !== version)
    faults.push({ path: ['whenabouts'], message: `A company file says which form it has: "whenabouts: ${version}".` });
  for (const [name, value] of Object.entries(file)) {
    if (name === 'whenabouts') continue;
    if (!names.includes(name))
      faults.push({ path: [name], message: `There is no section "${name}". There are: ${names.join(', ')}.` });
    else if (!isValues(value)) faults.push({ path: [name], message: 'A section is a map of names to entries.' });
    else faults.push(...unstorableIn(value, [name]));
  }
  return faults;
}

function unstorableIn(value: unknown, path: readonly (string | number)[]): Fault[] {
  if (typeof value === 'string') return isStorableText(value) ? [] : [{ path, message: unstorableText }];
  if (Array.isArray(value)) return value.flatMap((item, index) => unstorableIn(item, [...path, index]));
  if (!isValues(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    isStorableText(name) ? unstorableIn(inner, [...path, name]) : [{ path, message: unstorableText }],
  );
}

const entryChanges = (before: Record<string, unknown>, after: Record<string, unknown>): EntryChange<unknown>[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name] && !same(before[name], after[name]))
    .map((name) => ({ name, before: before[name] ?? null, after: after[name] ?? null }));

/** A reference that led nowhere keeps what is stored in its place. */
function withStoredSecrets(
  value: unknown,
  stored: unknown,
  path: readonly (string | number)[],
  secret: boolean,
  faults: Fault[],
): unknown {
  if (!isValues(value)) return value;
  if (secret && isReference(value)) {
    if (stored === undefined)
      faults.push({
        path,
        message: `There is nothing in ${shownReference(value)}, and no secret that is stored already.`,
      });
    return stored;
  }
  const known = isValues(stored) ? stored : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      withStoredSecrets(inner, known[name], [...path, name], secret || secretHolders.has(name), faults),
    ]),
  );
}

/** Numbers are read by the rules that the location will have. */
async function numbers(all: () => CompanyValues): Promise<Surroundings['number']> {
  const plan = await loadNumberingPlan();
  const diallings = new Map<string, Dialling>();
  return (location, text) => {
    let dialling = diallings.get(location);
    if (!dialling) {
      const entry = all().locations?.[location] as LocationEntry | undefined;
      dialling = diallingOf(
        entry ? { ...entry.dialling, country: countryAt(entry, plan) } : defaultDiallingRules,
        plan,
      );
      diallings.set(location, dialling);
    }
    return dialling.read(text);
  };
}

/** Whom each entry of a source is about, whether that user may be touched, and what passes from one to another. Pure. */
import type { Entry } from './entry.ts';
import { heldUp } from './handing-over.ts';
import type { StoredUser, Surroundings } from './plan.ts';

export interface Considered {
  entry: Entry;
  mine: StoredUser | undefined;
  /** Why nothing of it is done. */
  conflict: string | null;
  /** The extension that becomes theirs. */
  extension: string | null;
  /** What is left out of it, and why. */
  notes: string[];
  /** Gives an address or an extension to another entry's user, or gets one: they are carried out at once. */
  linked: boolean;
}

export interface Known {
  byExternalId: ReadonlyMap<string | null, StoredUser>;
  byEmail: ReadonlyMap<string, StoredUser>;
}

export function consider(
  entries: readonly Entry[],
  { byExternalId, byEmail }: Known,
  surroundings: Surroundings,
): Considered[] {
  const { sourceId } = surroundings;
  const named = new Set(entries.map(({ externalId }) => externalId));
  const seen: Seen = { emails: new Map(), ids: new Map() };
  const holders = new Map<Considered, StoredUser>();
  const all = entries.map((entry) => {
    const twiceThere = twice(entry, seen);
    const holder = byEmail.get(entry.email);
    // An account that was made anew in the directory has another id but the same address: it is the same person,
    // unless somebody else in the source still goes by the id that is known.
    const sameAddress = holder?.importSourceId === sourceId && !named.has(holder.externalId ?? '') ? holder : undefined;
    const mine = byExternalId.get(entry.externalId) ?? sameAddress;
    const conflict = twiceThere ?? whyUntouchable(mine, holder, sourceId, named);
    const each = { entry, mine, conflict, extension: null, notes: [...entry.notes], linked: false };
    if (holder && holder !== mine) holders.set(each, holder);
    return each;
  });
  passOnAddresses(all, holders);
  passOnExtensions(
    all.filter(({ conflict }) => conflict === null),
    surroundings,
  );
  return all;
}

interface Seen {
  emails: Map<string, string>;
  ids: Map<string, string>;
}

function twice({ place, email, externalId }: Entry, { emails, ids }: Seen): string | null {
  const [byEmail, byId] = [emails.get(email), ids.get(externalId)];
  if (byEmail === undefined) emails.set(email, place);
  if (byId === undefined) ids.set(externalId, place);
  if (byEmail !== undefined) return `${byEmail} has the same e-mail address already.`;
  return byId === undefined ? null : `${byId} has the same id already.`;
}

/** Null for an address whose holder is to have another one by this source, too: `passOnAddresses` sees to that. */
function whyUntouchable(
  mine: StoredUser | undefined,
  holder: StoredUser | undefined,
  sourceId: string,
  named: ReadonlySet<string>,
): string | null {
  if (mine?.leaving) return `${mine.displayName} is being removed just now.`;
  if (!holder || holder === mine) return null;
  const who = `${holder.email} belongs to ${holder.displayName}`;
  if (holder.importSourceId === sourceId)
    return named.has(holder.externalId ?? '')
      ? null
      : `${who}, who isn’t in the source any more: change or remove that user first.`;
  if (holder.origin === 'import') return `${who}, who comes from another import.`;
  const how = { manual: 'by hand', code: 'by the configuration file', provider: 'at the first sign-in' }[holder.origin];
  return `${who}, who was made ${how}. Users of other origin are never touched.`;
}

/** Takers of an address that its holder can't give up become conflicts. */
function passOnAddresses(all: readonly Considered[], holders: ReadonlyMap<Considered, StoredUser>): void {
  const ofUser = byUser(all);
  const giverOf = (taker: Considered) =>
    taker.conflict === null ? ofUser.get(holders.get(taker)?.id ?? '') : undefined;
  const keepers = all.filter(({ conflict }) => conflict !== null);
  for (const [taker, giver] of heldUp(all, giverOf, keepers)) {
    const { email, displayName } = holders.get(taker)!;
    taker.conflict = `${email} belongs to ${displayName}, who can’t give it up: see ${giver.entry.place}.`;
  }
  link(all, giverOf);
}

/** Of those who may be touched. An extension that can't be theirs is left out, and the rest of the entry done. */
function passOnExtensions(all: readonly Considered[], { extensions }: Surroundings): void {
  if (extensions === null) return;
  const ofUser = byUser(all);
  const owners = new Map<Considered, string>();
  const placeOf = new Map<string, string>();
  const leaveOut = (each: Considered, reason: string) => {
    each.notes.push(`Extension ${each.entry.extension} is left out: ${reason}`);
    each.extension = null;
  };
  for (const each of all) {
    const { mine, entry } = each;
    const { extension, place } = entry;
    if (extension === null) continue;
    const other = placeOf.get(extension);
    if (mine?.extensions.includes(extension)) placeOf.set(extension, place);
    else if (other !== undefined) leaveOut(each, `${other} has it already.`);
    else if ((mine?.extensions.length ?? 0) > 1)
      leaveOut(each, 'the user has several, and nothing says which one it replaces.');
    else {
      const owner = extensions.ownerOf(extension);
      if (owner) owners.set(each, owner.userId);
      each.extension = extension;
      placeOf.set(extension, place);
    }
  }
  const giverOf = (taker: Considered) => ofUser.get(owners.get(taker) ?? '');
  const gives = (giver: Considered | undefined, number: string | null) =>
    giver !== undefined && giver.extension !== null && giver.mine?.extensions[0] === number;
  const keepers = all.filter((each) => owners.has(each) && !gives(giverOf(each), each.extension));
  for (const held of [...keepers, ...heldUp(all, giverOf, keepers).keys()])
    leaveOut(held, `it belongs to ${extensions.ownerOf(held.entry.extension!)!.displayName}.`);
  link(all, (each) => (each.extension === null ? undefined : giverOf(each)));
}

const byUser = (all: readonly Considered[]): ReadonlyMap<string, Considered> =>
  // The first one of those that are about the same user: the others are conflicts.
  new Map(all.toReversed().flatMap((each) => (each.mine ? [[each.mine.id, each]] : [])));

function link(all: readonly Considered[], giverOf: (taker: Considered) => Considered | undefined): void {
  for (const taker of all) {
    const giver = giverOf(taker);
    if (giver === undefined) continue;
    taker.linked = true;
    giver.linked = true;
  }
}

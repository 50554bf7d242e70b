/** A section of a company file: one kind of thing, by name. Whatever is administered registers one (sections.ts). */
import { z } from 'zod';
import { ApiError, InvalidRequest } from '../../api/errors.ts';
import type { CalendarConnector } from '../../calendars/connector.ts';
import type { Executor } from '../../store/database.ts';
import type { Secrets } from '../../store/secrets.ts';
import type { PhoneSystemKinds } from '../../telephony/connectors.ts';
import type { Actor } from '../audit.ts';
import type { Fault } from './company-file.ts';

export const entryName = z.string().trim().min(1, 'A name is needed.').max(100);

export interface ApplyContext {
  /** All of an apply is one transaction: it is carried out whole, or nothing of it. */
  transaction: Executor;
  secrets: Secrets;
  calendarConnectors: readonly CalendarConnector[];
  phoneSystemKinds: PhoneSystemKinds;
  actor: Actor;
}

export interface EntryChange<Entry> {
  name: string;
  /** Null: it isn't there yet. */
  before: Entry | null;
  /** Null: it is to be removed. */
  after: Entry | null;
}

export interface Section<Entry = unknown> {
  /** As it is called in the file. */
  name: string;
  /** Of an entry, in characters; 200 when left out. */
  longestName?: number;
  /** One entry. A section with fixed names has a form for each instead (`entries`). */
  schema?: z.ZodType<Entry>;
  entries?: Readonly<Record<string, z.ZodType<Entry>>>;
  /** What stands, by name, secrets opened. What the sample company made is left out. */
  read(context: ApplyContext): Promise<Record<string, Entry>>;
  /**
   * What the file's entry is merged into; fitted to the file where things are known by more than their name.
   * @param before what stands; undefined for a new one.
   */
  base?(before: Entry | undefined, patch: unknown, all: CompanyValues): unknown;
  /** The entry as it will be stored: numbers and addresses written the one way. Paths of faults begin below the entry. */
  settled?(entry: Entry, within: Surroundings, name: string): { entry: Entry; faults: Fault[] };
  /** What of all entries together is wrong, such as names that lead nowhere. Paths begin below the section. */
  faults?(within: Surroundings, changes: readonly EntryChange<Entry>[]): Fault[];
  /** Makes and changes. @throws EntryRefused */
  write(context: ApplyContext, changes: readonly EntryChange<Entry>[]): Promise<void>;
  /** Removes, after all sections were written: what is left over may have been in use before. @throws EntryRefused */
  remove(context: ApplyContext, changes: readonly EntryChange<Entry>[]): Promise<void>;
  /** The entry as it is written into a file: without secrets and without what goes without saying. */
  exported(name: string, entry: Entry): unknown;
}

export interface Surroundings {
  context: Pick<ApplyContext, 'calendarConnectors' | 'phoneSystemKinds'>;
  all: CompanyValues;
  /** A phone number as it is kept at the location, or why it can't be dialled from there. */
  number(location: string, text: string): { shown: string; reason: string | null };
}

/** All sections as they will be, by section and name. */
export type CompanyValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One entry can't be made as the file says; the message says why and what mends it. */
export class EntryRefused extends Error {
  /** Below the section. */
  readonly path: readonly (string | number)[];
  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.name = 'EntryRefused';
    this.path = path;
  }
}

/** Says where in the file the refusal of `work` belongs. @throws EntryRefused */
export async function at<T>(path: readonly (string | number)[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EntryRefused) throw new EntryRefused([...path, ...error.path], error.message);
    if (error instanceof InvalidRequest) {
      const [first] = error.fields;
      throw new EntryRefused([...path, ...(first?.field?.split('.') ?? [])], first?.message ?? error.message);
    }
    if (error instanceof ApiError) throw new EntryRefused([...path, ...(error.field?.split('.') ?? [])], error.message);
    throw error;
  }
}

export const removed = <Entry>(changes: readonly EntryChange<Entry>[]) => changes.filter(({ after }) => after === null);
export const kept = <Entry>(changes: readonly EntryChange<Entry>[]) =>
  changes.filter((change): change is EntryChange<Entry> & { after: Entry } => change.after !== null);

/** Leaves out fields that have the value they would have by themselves. */
export function withoutDefaults(entry: object, defaults: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entry).filter(
      ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(defaults[name]),
    ),
  );
}

/** Leaves out what has nothing in it. */
export const withoutEmpty = (entry: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(entry).filter(
      ([, value]) =>
        value !== null && value !== undefined && (typeof value !== 'object' || Object.keys(value).length > 0),
    ),
  );

export const mapValues = <From, To>(
  values: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));

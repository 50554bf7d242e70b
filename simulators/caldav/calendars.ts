/** What the simulated server holds, with a log of changes behind its sync tokens. */

export interface StoredObject {
  data: string;
  revision: number;
}

export class SimulatedCalendar {
  readonly name: string;
  readonly objects = new Map<string, StoredObject>();
  readonly #log: { revision: number; object: string }[] = [];
  /** Tokens below this are forgotten. */
  oldestToken = 0;
  revision = 0;

  constructor(name: string) {
    this.name = name;
  }

  put(object: string, data: string): void {
    this.revision++;
    this.objects.set(object, { data, revision: this.revision });
    this.#log.push({ revision: this.revision, object });
  }

  remove(object: string): void {
    this.revision++;
    this.objects.delete(object);
    this.#log.push({ revision: this.revision, object });
  }

  forgetTokens(): void {
    this.revision++;
    this.oldestToken = this.revision;
  }

  /** Names that changed after a revision, each with the revision of its last change, in that order. */
  changesSince(revision: number): { object: string; revision: number }[] {
    const last = new Map<string, number>();
    for (const entry of this.#log) {
      if (entry.revision <= revision) continue;
      last.delete(entry.object);
      last.set(entry.object, entry.revision);
    }
    const changes = [...last].map(([object, at]) => ({ object, revision: at }));
    // Who starts from nothing isn't told what is gone.
    return revision > 0 ? changes : changes.filter((change) => this.objects.has(change.object));
  }
}

/**
 * Devices and users. FreePBX can tell them apart ("device and user mode"): people sign in at phones, one user may have
 * several, and a phone's number isn't its user's. AstDB says who is where, both ways, in every mode:
 * `DEVICE/<device>/user` = <user>, `AMPUSER/<user>/device` = <device>&<device> (FreePBX core, install of devices and
 * users). Without FreePBX there is neither, and a device is its user.
 */
import type { AstDb } from './session.ts';

/** Somebody signs in at a phone seldom enough. Milliseconds. */
const rememberedMs = 60_000;

export interface Devices {
  /** The phones of each user; the user's own number where AstDB knows of none. */
  devicesOf(users: readonly string[], signal: AbortSignal): Promise<Map<string, readonly string[]>>;
  /** Who is signed in at a phone; null: nobody. */
  userOf(device: string, signal: AbortSignal): Promise<string | null>;
  /** Who is where may have changed. */
  forget(): void;
}

export function rememberedDevices(db: Pick<AstDb, 'getAll'>): Devices {
  const remembered = new Map<string, { at: number; values: Promise<string[]>; place: number }>();
  async function ask(family: string, keys: readonly string[], signal: AbortSignal): Promise<string[]> {
    const now = Date.now();
    const places = keys.map((key) => `${family}/${key}`);
    const unknown = keys.filter((_, at) => now - (remembered.get(places[at]!)?.at ?? 0) >= rememberedMs);
    if (unknown.length > 0) {
      const values = db.getAll(
        unknown.map((key) => ({ family, key })),
        signal,
      );
      for (const [place, key] of unknown.entries()) remembered.set(`${family}/${key}`, { at: now, values, place });
      values.catch(() => unknown.forEach((key) => void remembered.delete(`${family}/${key}`)));
    }
    const found = places.map((place) => remembered.get(place)!);
    const answers = new Map<Promise<string[]>, string[]>();
    for (const { values } of found) if (!answers.has(values)) answers.set(values, await values);
    return found.map(({ values, place }) => answers.get(values)![place]!);
  }
  return {
    async devicesOf(users, signal) {
      const lists = await ask(
        'AMPUSER',
        users.map((user) => `${user}/device`),
        signal,
      );
      const named = lists.map((list) => list.split('&').filter(isName));
      return new Map(users.map((user, at) => [user, named[at]!.length > 0 ? named[at]! : [user]]));
    },
    async userOf(device, signal) {
      const [user] = await ask('DEVICE', [`${device}/user`], signal);
      if (user === 'none') return null;
      return user || device;
    },
    forget: () => remembered.clear(),
  };
}

/** What AstDB holds becomes part of a function call: nothing else gets in. */
const isName = (text: string) => /^[A-Za-z0-9_.+-]{1,64}$/.test(text);

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
  /** The phones of a user; the user's own number where AstDB knows of none. */
  devicesOf(user: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Who is signed in at a phone; null: nobody. */
  userOf(device: string, signal: AbortSignal): Promise<string | null>;
  /** Who is where may have changed. */
  forget(): void;
}

export function rememberedDevices(db: AstDb): Devices {
  const remembered = new Map<string, { at: number; value: Promise<string> }>();
  function ask(family: string, key: string, signal: AbortSignal): Promise<string> {
    const id = `${family}/${key}`;
    const known = remembered.get(id);
    if (known && Date.now() - known.at < rememberedMs) return known.value;
    const value = db.get(family, key, signal);
    remembered.set(id, { at: Date.now(), value });
    value.catch(() => remembered.delete(id));
    return value;
  }
  return {
    async devicesOf(user, signal) {
      const listed = (await ask('AMPUSER', `${user}/device`, signal)).split('&').filter(isName);
      return listed.length > 0 ? listed : [user];
    },
    async userOf(device, signal) {
      const user = await ask('DEVICE', `${device}/user`, signal);
      if (user === 'none') return null;
      return user || device;
    },
    forget: () => remembered.clear(),
  };
}

/** What AstDB holds becomes part of a function call: nothing else gets in. */
const isName = (text: string) => /^[A-Za-z0-9_.+-]{1,64}$/.test(text);

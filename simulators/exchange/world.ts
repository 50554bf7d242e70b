/** Everything there is in the simulated company. One clock for all of it, which a test or a benchmark may turn. */
import { createHash, randomUUID } from 'node:crypto';
import type { Instance } from '../microsoft365/mailbox/items.ts';
import { Mailbox } from '../microsoft365/mailbox/mailbox.ts';
import type { Clock } from '../microsoft365/world.ts';
import { type Dice, diceFrom } from '../pbx/habits.ts';
import type { Habits } from './habits.ts';

/** Who may sign in. */
export interface ServiceAccount {
  /** NetBIOS name of its domain, such as CONTOSO. */
  domain: string;
  /** sAMAccountName. */
  name: string;
  /** User principal name. */
  principalName: string;
  password: string;
  enabled: boolean;
  /** Whom the role ApplicationImpersonation reaches: its recipient scope as addresses. */
  impersonates: 'nobody' | 'everybody' | string[];
  /** Bearer tokens that stand for it, where no issuer is asked. */
  tokens: Set<string>;
}

export interface User {
  id: string;
  sid: string;
  name: string;
  /** Primary SMTP address; the principal name is the same unless it is given. */
  address: string;
  principalName: string;
  aliases: string[];
  /** null: an account without a mailbox, or one whose mailbox was moved to Microsoft 365. */
  mailbox: Mailbox | null;
  /** At which site it lives: the Mailbox servers of one know nothing of the subscriptions of another. */
  grouping: string;
  /** What every request to the mailbox is told meanwhile, such as ErrorMailboxMoveInProgress; null: it is there. */
  trouble: string | null;
  /** Where Autodiscover sends to, when it isn't this server. */
  externalEwsUrl: string | null;
}

export class World {
  readonly accounts: ServiceAccount[] = [];
  readonly users: User[] = [];
  readonly clock: Clock;
  readonly random: Dice['random'];
  readonly chance: Dice['chance'];
  readonly between: Dice['between'];
  readonly oneOf: Dice['oneOf'];
  /** What external people may be told, at most (Set-Mailbox -ExternalOofOptions and the policy of remote domains). */
  externalOof: 'None' | 'Known' | 'All' = 'All';
  habits: Habits;
  private readonly byName = new Map<string, User>();

  constructor(habits: Habits, seed: number, clock: Clock) {
    this.habits = habits;
    ({ random: this.random, chance: this.chance, between: this.between, oneOf: this.oneOf } = diceFrom(seed));
    this.clock = clock;
  }

  addAccount(account: Partial<ServiceAccount> = {}): ServiceAccount {
    const name = account.name ?? 'svc-whenabouts';
    const whole: ServiceAccount = {
      ...{ domain: 'CONTOSO', name, principalName: `${name}@contoso.example`, password: 'Simulated-1', enabled: true },
      ...{ impersonates: 'everybody', tokens: new Set(), ...account },
    };
    this.accounts.push(whole);
    return whole;
  }

  addUser(
    user: Pick<User, 'name' | 'address'> & Partial<Omit<User, 'mailbox'>> & { mailbox?: boolean; timeZone?: string },
  ): User & { mailbox: Mailbox } {
    const id = user.id ?? randomUUID();
    const owner = { id, name: user.name, address: user.address };
    const mailbox = user.mailbox === false ? null : new Mailbox(owner, () => this.clock.now(), 'inItsZone');
    if (mailbox && user.timeZone) mailbox.timeZone = user.timeZone;
    const whole: User = {
      ...{ id, name: user.name, address: user.address, mailbox },
      sid: user.sid ?? `S-1-5-21-1111111111-2222222222-3333333333-${1_100 + this.users.length}`,
      principalName: user.principalName ?? user.address,
      aliases: user.aliases ?? [],
      grouping: user.grouping ?? 'Default-First-Site-Name',
      trouble: user.trouble ?? null,
      externalEwsUrl: user.externalEwsUrl ?? null,
    };
    this.users.push(whole);
    for (const each of [whole.address, whole.principalName, whole.sid, ...whole.aliases])
      this.byName.set(each.toLowerCase(), whole);
    return whole as User & { mailbox: Mailbox };
  }

  /** The mailbox goes to Microsoft 365: here nobody has it any more. */
  moveAway(user: User): void {
    user.mailbox = null;
  }

  /** By address, alias, principal name or SID. */
  userBy(name: string): User | undefined {
    return this.byName.get(name.toLowerCase());
  }

  /** All that the calendars of the mailbox hold in [from, to), epoch milliseconds: taken from the world, not from answers. */
  truth(address: string, from: number, to: number): Array<Instance & { folder: string }> {
    const mailbox = this.userBy(address)?.mailbox;
    return (mailbox?.calendars ?? []).flatMap(({ id, name }) =>
      mailbox!.view(id, from, to).map((instance) => ({ ...instance, folder: name })),
    );
  }
}

/** Short, stable and opaque: of what stands in it nobody may know anything. */
export const digest = (text: string, letters = 8): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, letters);

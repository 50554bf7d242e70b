/** Everything there is in the simulated cloud. One clock for all of it, which a test or a benchmark may turn. */
import { randomUUID } from 'node:crypto';
import { type Dice, diceFrom } from '../pbx/habits.ts';
import type { Habits } from './habits.ts';
import { Mailbox } from './mailbox/mailbox.ts';

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back after so many milliseconds of this clock. */
  after(milliseconds: number, callback: () => void): void;
}

export const wallClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => void setTimeout(callback, milliseconds).unref(),
};

export interface Application {
  clientId: string;
  tenantId: string;
  name: string;
  /** A public client ("Mobile and desktop applications") has no secret and must use PKCE. */
  kind: 'public' | 'confidential';
  redirectUris: string[];
  /** Value and epoch milliseconds of its end. */
  secrets: Array<{ value: string; expiresAt: number }>;
  /** Certificates as PEM. */
  certificates: string[];
  /** Delegated scopes and application roles that an administrator consented to for everybody. */
  adminConsent: { scopes: string[]; roles: string[] };
  /** Application roles it asks for in its registration. */
  requestedRoles: string[];
  /** Exchange RBAC for Applications: addresses of the mailboxes in its scope; null: all of them. */
  mailboxScope: string[] | null;
}

export interface User {
  id: string;
  tenantId: string;
  name: string;
  address: string;
  mailbox: Mailbox | null;
  /** Scopes consented to, by client id. */
  consents: Map<string, Set<string>>;
  /** Tokens issued before this are void (password changed, sessions revoked). */
  validFrom: number;
  enabled: boolean;
  /** What Conditional Access wants before the next token: second factor, or nothing. */
  demands: 'nothing' | 'secondFactor';
  presence: {
    availability: string;
    activity: string;
    sessions: Map<string, { availability: string; activity: string; expiresAt: number }>;
  };
}

export interface Tenant {
  id: string;
  name: string;
  /** Since late 2025 many tenants let only administrators consent to calendar scopes. */
  userConsent: 'allowed' | 'administratorsOnly';
}

export class World {
  readonly tenants: Tenant[] = [];
  readonly applications: Application[] = [];
  readonly users: User[] = [];
  readonly clock: Clock;
  readonly random: Dice['random'];
  readonly chance: Dice['chance'];
  readonly between: Dice['between'];
  habits: Habits;

  constructor(habits: Habits, seed: number, clock: Clock) {
    this.habits = habits;
    ({ random: this.random, chance: this.chance, between: this.between } = diceFrom(seed));
    this.clock = clock;
  }

  addTenant(tenant: Partial<Tenant> = {}): Tenant {
    const whole: Tenant = { id: randomUUID(), name: 'Contoso', userConsent: 'allowed', ...tenant };
    this.tenants.push(whole);
    return whole;
  }
  addApplication(application: Partial<Application> & Pick<Application, 'tenantId'>): Application {
    const whole: Application = {
      clientId: randomUUID(),
      name: 'Whenabouts',
      kind: 'confidential',
      redirectUris: [],
      secrets: [],
      certificates: [],
      adminConsent: { scopes: [], roles: [] },
      requestedRoles: ['Calendars.Read'],
      mailboxScope: null,
      ...application,
    };
    this.applications.push(whole);
    return whole;
  }
  addUser(user: { tenantId: string; name: string; address: string; mailbox?: boolean }): User & { mailbox: Mailbox } {
    const id = randomUUID();
    const owner = { id, name: user.name, address: user.address };
    const whole: User = {
      ...{ id, tenantId: user.tenantId, name: user.name, address: user.address },
      mailbox: user.mailbox === false ? null : new Mailbox(owner, () => this.clock.now()),
      consents: new Map(),
      validFrom: 0,
      enabled: true,
      demands: 'nothing',
      presence: { availability: 'Offline', activity: 'Offline', sessions: new Map() },
    };
    this.users.push(whole);
    return whole as User & { mailbox: Mailbox };
  }

  tenant(idOrAlias: string): Tenant | undefined {
    if (['common', 'organizations'].includes(idOrAlias)) return this.tenants[0];
    return this.tenants.find((each) => each.id === idOrAlias || each.name === idOrAlias);
  }
  userBy(idOrAddress: string): User | undefined {
    const wanted = idOrAddress.toLowerCase();
    return this.users.find((each) => each.id === wanted || each.address.toLowerCase() === wanted);
  }
}

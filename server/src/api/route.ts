/**
 * A route of the API as one value: what OpenAPI tells of it, who may call it, what it takes and what it does. A list of
 * them makes the server, the OpenAPI document and the test that tries every route as everybody.
 */
import type { z } from '@hono/zod-openapi';
import type { Context as HttpContext } from 'hono';
import type { Executor } from '../store/database.ts';
import type { Role } from '../store/schema.ts';
import type { RouteScope, Scope } from './scopes.ts';

/** Whoever asks: signed in, or holding an API token of a user. */
export interface Viewer {
  userId: string;
  displayName: string;
  /** administrator: of the whole system. locationAdministrator: of `locationIds`. reader: sees what an administrator sees. */
  role: Role;
  /** What a location administrator administers; empty for everybody else. */
  locationIds: readonly string[];
  via: 'session' | 'token';
  /** Of the session (or token) that asks: sign-out ends it, a password change spares it. */
  sessionId: string;
  /** What a token may be used for; a session may all. `role` is already cut down to it (scopes.ts). */
  scopes?: readonly Scope[];
  /** When a token runs out. */
  endsAt?: Temporal.Instant;
  /**
   * True for a session by password, or a token, whose user's role needs a second factor and who has none: a session may
   * only set one up, a token nothing until then.
   */
  secondFactorMissing?: boolean;
}

/**
 * Who may call a route.
 * - `self` and `selfOrAdministrator` compare the viewer with the owner: the path's `userId`, or what `ownerOf` finds;
 *   null (nothing there) answers 404. Administrators of the owner's location count as administrators.
 * - `administrator`: of the whole system.
 * - `locationAdministrator`: also the administrators of the location that `locationOf` finds (null: 404). Without
 *   `locationOf` any location administrator may call, and the handler keeps to the viewer's locations
 *   (access.ts: administers, locationsOf).
 * - `reader`: the same people, and readers; for GET only.
 * - `systemReader`: administrators of the whole system and readers, for what belongs to no location; for GET only.
 * Readers also pass `selfOrAdministrator` where it is for GET.
 */
export type Rule =
  | 'public'
  | 'signedIn'
  | 'self'
  | 'selfOrAdministrator'
  | 'reader'
  | 'systemReader'
  | 'locationAdministrator'
  | 'administrator';
export type OwnerOf = (db: Executor, params: Record<string, string>) => Promise<string | null>;
export type LocationOf = (db: Executor, params: Record<string, string>) => Promise<string | null>;

export type Tag =
  | 'Set-up and sign-in'
  | 'Users'
  | 'Agenda'
  | 'Presence'
  | 'Accounts'
  | 'Locations and groups'
  | 'Profiles and settings'
  | 'Relationships'
  | 'Import'
  | 'Leaving'
  | 'Access'
  | 'Audit log'
  | 'Configuration as code'
  | 'Telephony'
  | 'Publishing'
  | 'Server';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler may give for a schema of texts: Temporal values write themselves as ISO text. */
export type Answer<T> = T extends string
  ? string extends T
    ? string | Temporal.Instant | Temporal.PlainDate
    : T
  : T extends readonly (infer Item)[]
    ? readonly Answer<Item>[]
    : T extends object
      ? { [Key in keyof T]: Answer<T[Key]> }
      : T;

export interface RouteRequest<P, Q, B, V> {
  params: P;
  query: Q;
  body: B;
  viewer: V;
  http: HttpContext;
}

export interface RouteDefinition<R extends Rule, P, Q, B, A> {
  access: R;
  ownerOf?: OwnerOf;
  locationOf?: LocationOf;
  method: Method;
  /** Below /api/v1, parameters in braces. */
  path: string;
  tag: Tag;
  /** Names the operation for generated clients: `readAgenda`. */
  operation: string;
  /** What a token needs, where rule and tag don't tell (scopes.ts: scopesFor). */
  scope?: RouteScope;
  /** Answers also while the second factor that the viewer's role needs is missing: what is needed to set it up. */
  withoutSecondFactor?: boolean;
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  body?: B;
  /** A multipart form instead of JSON (or either of them), of at most so many bytes. */
  multipart?: { maxBytes: number; orJson?: boolean };
  status?: 200 | 201 | 202 | 204;
  /** Null: no content, or a Response that the handler makes itself. */
  answer: A;
  /** The media type of a Response that the handler makes itself. */
  produces?: string;
  handle(
    request: RouteRequest<Output<P>, Output<Q>, Output<B>, R extends 'public' ? Viewer | null : Viewer>,
  ): Promise<A extends z.ZodType ? Answer<z.output<A>> : Response | undefined>;
}

/** A route whose types have done their work. */
export interface Route extends Omit<RouteDefinition<Rule, unknown, unknown, unknown, unknown>, 'handle'> {
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  answer: z.ZodType | null;
  handle(request: RouteRequest<unknown, unknown, unknown, Viewer | null>): Promise<unknown>;
}

export function route<
  R extends Rule,
  A extends z.ZodType | null,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(definition: RouteDefinition<R, P, Q, B, A>): Route {
  return definition as unknown as Route;
}

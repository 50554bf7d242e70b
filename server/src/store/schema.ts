/** The tables as Kysely sees them. Kept by hand beside the migrations; `Json` columns carry their type from the domain. */
import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely';
import type { FieldChange, ImportPlan } from '../organization/import/plan.ts';
import type { LeavingStep } from '../organization/leaving/steps.ts';
import type { Forwarding } from '../presence/presence.ts';
import type { RestReason } from '../sync/rest.ts';
import type { Echo } from '../telephony/decide.ts';
import type { ForwardingLogEvent } from '../telephony/forwarding-log.ts';

type Instant = ColumnType<Temporal.Instant, Temporal.Instant, Temporal.Instant>;
type InstantOrNull = ColumnType<Temporal.Instant | null, Temporal.Instant | null | undefined, Temporal.Instant | null>;
type DefaultInstant = ColumnType<Temporal.Instant, Temporal.Instant | undefined, Temporal.Instant>;
type Text = string;
/** jsonb: read as a value, written as JSON text. */
type Json<T = unknown> = JSONColumnType<T & object>;
type JsonDefault<T = unknown> = ColumnType<T, string | undefined, string>;
type JsonOrNull<T = unknown> = ColumnType<T | null, string | null | undefined, string | null>;

export type Role = 'administrator' | 'locationAdministrator' | 'reader' | 'user';

export interface Schema {
  system_setting: { key: Text; value: Json; updated_at: DefaultInstant };
  location: {
    id: Generated<Text>;
    name: Text;
    time_zone: Text;
    settings: JsonDefault<Record<string, unknown>>;
    dialling: JsonDefault<Record<string, unknown>>;
    created_at: DefaultInstant;
  };
  configuration_group: {
    id: Generated<Text>;
    location_id: Text;
    name: Text;
    /** What is in force, by function. */
    settings: JsonDefault<Record<string, unknown>>;
    /** What the group itself sets, by function. */
    individual: JsonDefault<Record<string, unknown>>;
    /** By function, the individual value before the last change. */
    previous: JsonDefault<Record<string, unknown>>;
    settings_revision: Generated<number>;
    created_at: DefaultInstant;
  };
  users: {
    id: Generated<Text>;
    group_id: Text;
    email: Text;
    display_name: Text;
    language: Generated<'en' | 'de'>;
    time_zone: Text;
    role: Generated<Role>;
    mobile_number: Text | null;
    sample: Generated<boolean>;
    active: Generated<boolean>;
    origin: Generated<'manual' | 'import' | 'code' | 'provider'>;
    import_source_id: Text | null;
    external_id: Text | null;
    missed_runs: Generated<number>;
    deputy_id: Text | null;
    assistant_id: Text | null;
    leaving_at: InstantOrNull;
    /** The words by which the user is found; a generated tsvector. */
    search: GeneratedAlways<Text>;
    created_at: DefaultInstant;
    updated_at: DefaultInstant;
  };
  login_session: {
    id: Generated<Text>;
    user_id: Text;
    token: Text;
    expires_at: Instant;
    ip_address: Text | null;
    user_agent: Text | null;
    created_at: DefaultInstant;
    updated_at: DefaultInstant;
    provider_id: Text | null;
  };
  login_password: { user_id: Text; password: Text; updated_at: DefaultInstant };
  invitation: { user_id: Text; token: Text; expires_at: Instant; created_at: DefaultInstant };
  account: {
    id: Generated<Text>;
    user_id: Text;
    kind: Text;
    name: Text;
    settings: JsonDefault<Record<string, unknown>>;
    secret: Text | null;
    status: Generated<'new' | 'ok' | 'failing' | 'resting'>;
    rest_reason: RestReason | null;
    error_class: Text | null;
    error_message: Text | null;
    failures: Generated<number>;
    last_attempt_at: InstantOrNull;
    last_success_at: InstantOrNull;
    due_at: DefaultInstant;
    leased_until: InstantOrNull;
    leased_by: Text | null;
    discovered_at: InstantOrNull;
    chosen_calendars: string[] | null;
    leaving_at: InstantOrNull;
    created_at: DefaultInstant;
  };
  calendar: {
    id: Generated<Text>;
    account_id: Text;
    remote_id: Text;
    name: Text;
    color: Text | null;
    selected: Generated<boolean>;
    by_default: Generated<boolean>;
    free_busy: Generated<boolean>;
    cursor: JsonOrNull;
    window_from: InstantOrNull;
    window_to: InstantOrNull;
    expanded_for: Text | null;
    full_round_at: InstantOrNull;
    missing_since: InstantOrNull;
  };
  calendar_object: {
    calendar_id: Text;
    key: Text;
    version: Text;
    source: Text | null;
    next_after_window: InstantOrNull;
    skipped: JsonOrNull;
  };
  appointment: {
    id: GeneratedAlways<number>;
    user_id: Text;
    calendar_id: Text;
    object_key: Text;
    kind: 'event' | 'task';
    uid: Text;
    occurrence: Generated<Text>;
    starts_at: Instant;
    ends_at: Instant;
    start_date: Temporal.PlainDate | null;
    end_date: Temporal.PlainDate | null;
    title: Generated<Text>;
    location: Text | null;
    organizer: Text | null;
    attendee_count: Generated<number>;
    show_as: Text;
    sensitivity: Text;
    response: Text;
    cancelled: Generated<boolean>;
    categories: Generated<string[]>;
    join_url: Text | null;
    open_url: Text | null;
    reminders: Generated<number[]>;
    series: Generated<boolean>;
    completed: Generated<boolean>;
  };
  reminder_state: {
    user_id: Text;
    uid: Text;
    occurrence: Generated<Text>;
    minutes_before: number;
    due_at: Instant;
    snoozed_until: InstantOrNull;
    dismissed_at: InstantOrNull;
    updated_at: DefaultInstant;
  };
  profile: {
    id: Generated<Text>;
    location_id: Text | null;
    group_id: Text | null;
    user_id: Text | null;
    key: Text | null;
    name: Text;
    status: Text;
    active: Generated<boolean>;
    forwarding_mode: Generated<Text>;
    forwarding_target: JsonOrNull;
    note: Text | null;
    position: Generated<number>;
  };
  claim: {
    id: GeneratedAlways<number>;
    user_id: Text;
    origin: 'call' | 'manual' | 'client' | 'api' | 'workingHours';
    key: Generated<Text>;
    profile_id: Text | null;
    status: Text;
    note: Text | null;
    starts_at: Instant;
    ends_at: InstantOrNull;
    end_rule: Generated<'time' | 'nextBoundary' | 'untilChanged'>;
    created_by: Text | null;
    created_at: DefaultInstant;
  };
  presence_state: {
    user_id: Text;
    status: Generated<Text>;
    profile_id: Text | null;
    note: Text | null;
    reason: JsonDefault;
    since: DefaultInstant;
    until: InstantOrNull;
    forwarding_mode: Generated<Text>;
    forwarding_target: Text | null;
    next_due_at: DefaultInstant;
    revision: Generated<number>;
    settings_revision: Generated<number>;
    change_number: Generated<number>;
  };
  presence_change: {
    number: number;
    user_id: Text;
    status: Text;
    profile_id: Text | null;
    note: Text | null;
    reason: Json;
    since: Instant;
    until: InstantOrNull;
    forwarding_mode: Text;
    forwarding_target: Text | null;
    at: DefaultInstant;
  };
  phone_system: {
    id: Generated<Text>;
    name: Text;
    kind: Text;
    settings: JsonDefault<Record<string, unknown>>;
    secret: Text | null;
    mode: Generated<'active' | 'observe' | 'paused'>;
    boot_id: Text | null;
    status: Generated<'new' | 'ok' | 'failing'>;
    error_class: Text | null;
    error_message: Text | null;
    last_contact_at: InstantOrNull;
    leased_until: InstantOrNull;
    leased_by: Text | null;
    created_at: DefaultInstant;
  };
  extension: { id: Generated<Text>; user_id: Text; phone_system_id: Text; number: Text };
  forwarding_record: {
    extension_id: Text;
    desired: JsonDefault<Forwarding>;
    desired_number: Generated<number>;
    phase: Generated<'idle' | 'intent' | 'applied' | 'overridden' | 'restoring'>;
    ours: JsonOrNull<Forwarding>;
    previous: JsonOrNull<Forwarding>;
    echoes: JsonDefault<Echo[]>;
    boot_id: Text | null;
    actual: JsonOrNull<Forwarding>;
    actual_at: InstantOrNull;
    due_at: DefaultInstant;
    failures: Generated<number>;
    error_class: Text | null;
    error_message: Text | null;
    phase_since: DefaultInstant;
    released_at: InstantOrNull;
    updated_at: DefaultInstant;
  };
  forwarding_log: {
    id: GeneratedAlways<number>;
    at: DefaultInstant;
    extension_id: Text | null;
    user_id: Text | null;
    event: ForwardingLogEvent;
    detail: JsonDefault;
  };
  webhook: {
    id: Generated<Text>;
    url: Text;
    secret: Text;
    active: Generated<boolean>;
    delivered_number: Generated<number>;
    due_at: DefaultInstant;
    leased_until: InstantOrNull;
    leased_by: Text | null;
    failures: Generated<number>;
    error_message: Text | null;
    last_success_at: InstantOrNull;
    created_at: DefaultInstant;
  };
  predefined_target: { id: Generated<Text>; location_id: Text; name: Text; number: Text };
  administered_location: { user_id: Text; location_id: Text };
  second_factor: {
    user_id: Text;
    secret: Text;
    confirmed_at: InstantOrNull;
    last_step: Generated<number>;
    created_at: DefaultInstant;
  };
  recovery_code: { user_id: Text; code: Text };
  sign_in_failure: { key: Text; failures: Generated<number>; last_at: DefaultInstant; locked_until: InstantOrNull };
  identity_provider: {
    id: Generated<Text>;
    name: Text;
    issuer: Text;
    client_id: Text;
    secret: Text | null;
    settings: JsonDefault<Record<string, unknown>>;
    enabled: Generated<boolean>;
    created_at: DefaultInstant;
  };
  login_identity: { provider_id: Text; subject: Text; user_id: Text; created_at: DefaultInstant };
  provider_sign_in: {
    state: Text;
    provider_id: Text;
    secret: Text;
    return_to: Generated<Text>;
    expires_at: Instant;
  };
  api_token: {
    id: Generated<Text>;
    user_id: Text;
    name: Text;
    token: Text;
    scopes: string[];
    expires_at: Instant;
    last_used_at: InstantOrNull;
    created_at: DefaultInstant;
  };
  audit_entry: {
    id: GeneratedAlways<number>;
    at: DefaultInstant;
    actor_id: Text | null;
    actor_name: Text;
    via: 'session' | 'token' | 'apply' | 'import' | 'system';
    action: Text;
    subject_kind: Text;
    subject_id: Text | null;
    subject_name: Text;
    location_id: Text | null;
    before: JsonOrNull<Record<string, unknown>>;
    after: JsonOrNull<Record<string, unknown>>;
  };
  work_group: {
    id: Generated<Text>;
    location_id: Text | null;
    name: Text;
    level: Generated<Text>;
    number: Text | null;
  };
  work_group_member: { work_group_id: Text; user_id: Text };
  relationship: {
    user_id: Text;
    other_id: Text;
    level: 'external' | 'employee' | 'colleague' | 'assistant';
    chosen_at: DefaultInstant;
  };
  import_source: {
    id: Generated<Text>;
    name: Text;
    kind: 'csv' | 'ldap';
    settings: JsonDefault<Record<string, unknown>>;
    secret: Text | null;
    due_at: InstantOrNull;
    created_at: DefaultInstant;
  };
  import_run: {
    id: Generated<Text>;
    source_id: Text;
    state: 'reading' | 'planned' | 'running' | 'done' | 'failed' | 'cancelled';
    plan: JsonOrNull<ImportPlan>;
    file: Buffer | null;
    by_schedule: Generated<boolean>;
    done: Generated<number>;
    total: Generated<number>;
    message: Text | null;
    leased_until: InstantOrNull;
    leased_by: Text | null;
    started_by: Text | null;
    created_at: DefaultInstant;
    finished_at: InstantOrNull;
  };
  import_row: {
    run_id: Text;
    number: number;
    kind: 'create' | 'change' | 'missing' | 'deactivate' | 'conflict' | 'wrong';
    place: Text;
    email: Text;
    display_name: Text;
    user_id: Text | null;
    changes: JsonDefault<FieldChange[]>;
    reason: Text | null;
    state: Generated<'planned' | 'done' | 'refused'>;
  };
  leaving: {
    id: Generated<Text>;
    kind: 'user' | 'extension' | 'phoneSystem' | 'groupMethod';
    subject_id: Text;
    subject_name: Text;
    location_id: Text | null;
    detail: JsonDefault<Record<string, unknown>>;
    steps: Json<LeavingStep[]>;
    state: Generated<'running' | 'done' | 'cancelled'>;
    due_at: DefaultInstant;
    leased_until: InstantOrNull;
    leased_by: Text | null;
    failures: Generated<number>;
    error_message: Text | null;
    requested_by: Text | null;
    created_at: DefaultInstant;
    finished_at: InstantOrNull;
  };
}

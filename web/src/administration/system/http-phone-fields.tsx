import { Checkbox, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HttpSettings } from '../../../../server/src/telephony/http/settings.ts';
import { ApiError } from '../../shell/api.ts';
import { fieldError } from '../../shell/field-errors.ts';

/** The parts that have fields here; whatever else there is (headers, modes, boot …) is kept as it is. */
interface Request {
  method?: HttpSettings['set']['method'];
  address: string;
  headers?: Record<string, string>;
  body?: string | null;
}
interface Settings {
  set: Request;
  clear: Request;
  read: { address: string; target: string; mode?: string | null; notFoundIsOff?: boolean };
  voicemail?: string | null;
}

/** Settings in fields, or the text of somebody who writes them as JSON. */
export interface HttpPhoneDraft {
  settings: Settings;
  json: string | null;
}

const methods = ['PUT', 'POST', 'PATCH', 'DELETE', 'GET'] as const;
const placeholders = '{{extension}}, {{target}}, {{mode}}, {{status}}, {{until}}, {{note}}';
const inMono = { input: { fontFamily: 'var(--mono)', fontSize: 13 } };

/** A small REST interface, to be changed to the real one. */
const example: Settings = {
  set: {
    method: 'PUT',
    address: 'https://pbx.example.com/extensions/{{extension}}/forwarding',
    headers: { 'Content-Type': 'application/json' },
    body: '{"target": "{{target}}"}',
  },
  clear: { method: 'DELETE', address: 'https://pbx.example.com/extensions/{{extension}}/forwarding' },
  read: {
    address: 'https://pbx.example.com/extensions/{{extension}}/forwarding',
    target: '/target',
    notFoundIsOff: true,
  },
};

export function httpPhoneDraft(known: Record<string, unknown> | null): HttpPhoneDraft {
  if (known === null) return { settings: example, json: null };
  return isSettings(known) ? { settings: known, json: null } : { settings: example, json: textOf(known) };
}

/** @throws SyntaxError with a reason when the text is no JSON. */
export function httpSettingsOf({ settings, json }: HttpPhoneDraft): unknown {
  return json === null ? settings : JSON.parse(json);
}

/** All that the server found wrong in the text, each with its place. */
function complaints(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const wrong = error.fields.filter(({ field }) => field.startsWith('settings'));
  return wrong.map(({ field, message }) => `${field.slice('settings.'.length)}: ${message}`).join(' ') || undefined;
}

const textOf = (settings: unknown) => JSON.stringify(settings, null, 2);

function isSettings(value: unknown): value is Settings {
  const { set, clear, read } = (value ?? {}) as Partial<Record<keyof Settings, { address?: unknown }>>;
  return [set, clear, read].every((part) => typeof part?.address === 'string');
}

export function HttpPhoneFields(props: {
  draft: HttpPhoneDraft;
  change(draft: HttpPhoneDraft): void;
  /** What the server said about the last try. */
  error: unknown;
}) {
  const { t } = useTranslation('administration/system');
  const { draft, change, error } = props;
  const [unreadable, setUnreadable] = useState<string>();

  function switchTo(asJson: boolean): void {
    setUnreadable(undefined);
    try {
      const settings = httpSettingsOf(draft);
      if (asJson) change({ ...draft, json: textOf(settings) });
      else if (!isSettings(settings)) throw new Error('set, clear, read: address');
      else change({ settings, json: null });
    } catch (fault) {
      setUnreadable(t('phones.notJson', { reason: (fault as Error).message }));
    }
  }

  return (
    <>
      <p className="hint">{t('phones.http.placeholders', { names: placeholders })}</p>
      {draft.json === null ? (
        <Fields settings={draft.settings} change={(settings) => change({ settings, json: null })} error={error} />
      ) : (
        <Textarea
          label={t('phones.templates')}
          description={t('phones.templatesHint')}
          rows={14}
          spellCheck={false}
          styles={inMono}
          error={unreadable ?? complaints(error)}
          value={draft.json}
          onChange={(event) => change({ ...draft, json: event.currentTarget.value })}
        />
      )}
      <Switch
        label={t('phones.http.asJson')}
        checked={draft.json !== null}
        onChange={(event) => switchTo(event.currentTarget.checked)}
      />
    </>
  );
}

function Fields(props: { settings: Settings; change(settings: Settings): void; error: unknown }) {
  const { t } = useTranslation('administration/system');
  const { settings, change, error } = props;
  const { set, clear, read } = settings;
  const withBody = (part: 'set' | 'clear', fallback: (typeof methods)[number]) => (
    <RequestFields
      title={t(`phones.http.${part}`)}
      name={part}
      request={{ method: fallback, ...settings[part] }}
      change={(request) => change({ ...settings, [part]: request })}
      error={error}
    />
  );
  const changeRead = (wish: Partial<Settings['read']>) => change({ ...settings, read: { ...read, ...wish } });
  return (
    <>
      {withBody('set', 'PUT')}
      {withBody('clear', 'DELETE')}
      <Part title={t('phones.http.read')}>
        <Address name="read" value={read.address} change={(address) => changeRead({ address })} error={error} />
        <TextInput
          label={t('phones.http.target')}
          description={t('phones.http.pointerHint')}
          spellCheck={false}
          styles={inMono}
          error={fieldError(error, 'read.target')}
          value={read.target}
          onChange={(event) => changeRead({ target: event.currentTarget.value })}
        />
        <Checkbox
          label={t('phones.http.notFoundIsOff')}
          checked={read.notFoundIsOff ?? false}
          onChange={(event) => changeRead({ notFoundIsOff: event.currentTarget.checked })}
        />
      </Part>
      <TextInput
        label={t('phones.voicemail')}
        description={`${t('phones.voicemailHint', { extension: '{{extension}}' })} ${t('phones.http.noVoicemail')}`}
        error={fieldError(error, 'settings.voicemail')}
        value={settings.voicemail ?? ''}
        onChange={(event) => change({ ...settings, set, clear, voicemail: orNull(event.currentTarget.value) })}
      />
    </>
  );
}

function RequestFields(props: {
  title: string;
  name: 'set' | 'clear';
  request: Request;
  change(request: Request): void;
  error: unknown;
}) {
  const { t } = useTranslation('administration/system');
  const { name, request, change, error } = props;
  return (
    <Part title={props.title}>
      <NativeSelect
        label={t('phones.http.method')}
        data={[...methods]}
        error={fieldError(error, `${name}.method`)}
        value={request.method ?? 'PUT'}
        onChange={(event) => change({ ...request, method: methods.find((one) => one === event.currentTarget.value)! })}
      />
      <Address
        name={name}
        value={request.address}
        change={(address) => change({ ...request, address })}
        error={error}
      />
      <Textarea
        label={t('phones.http.body')}
        rows={2}
        spellCheck={false}
        styles={inMono}
        error={fieldError(error, `${name}.body`)}
        value={request.body ?? ''}
        onChange={(event) => change({ ...request, body: orNull(event.currentTarget.value) })}
      />
    </Part>
  );
}

function Address(props: { name: string; value: string; change(address: string): void; error: unknown }) {
  const { t } = useTranslation('administration/system');
  return (
    <TextInput
      label={t('phones.http.address')}
      required
      inputMode="url"
      autoCapitalize="none"
      spellCheck={false}
      styles={inMono}
      error={fieldError(props.error, `${props.name}.address`)}
      value={props.value}
      onChange={(event) => props.change(event.currentTarget.value)}
    />
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="form-part">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

const orNull = (text: string): string | null => (text === '' ? null : text);

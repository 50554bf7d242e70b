import { Checkbox, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../shell/api.ts';
import { fieldError } from '../../shell/field-errors.ts';
import { inOurWords } from '../../shell/server-words.tsx';
import {
  type Draft,
  draftOf,
  examples,
  methods,
  type PartName,
  type Read,
  type Request,
  settingsFrom,
  textOf,
} from './draft.ts';

const inMono = { input: { fontFamily: 'var(--mono)', fontSize: 13 } };
const placeholders = '{{extension}}, {{id}}, {{target}}, {{mode}}, {{status}}, {{until}}, {{note}}';

interface Props {
  draft: Draft;
  change(draft: Draft): void;
  /** What the server said about the last try. */
  error: unknown;
}

/** All that the server found wrong below a field, each with its place. */
function complaints(error: unknown, below: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const wrong = error.fields.filter(({ field }) => `${field}.`.startsWith(`${below}.`));
  const said = wrong.map(({ field, message }) => {
    const at = field.slice(below.length + 1);
    return `${at ? `${at}: ` : ''}${inOurWords(message) ?? message}`;
  });
  return said.join(' ') || undefined;
}

export function HttpPhoneFields(props: Props) {
  const { t } = useTranslation('administration/http-phone');
  const { draft, change, error } = props;
  const [unreadable, setUnreadable] = useState<string>();

  function switchTo(asJson: boolean): void {
    setUnreadable(undefined);
    try {
      const settings = settingsFrom(draft);
      change(asJson ? { ...draft, json: textOf(settings) } : draftOf(settings));
    } catch (fault) {
      setUnreadable(t('notJson', { reason: (fault as Error).message }));
    }
  }
  return (
    <>
      <p className="hint">{t('placeholders', { names: placeholders })}</p>
      {draft.json === null ? (
        <Groups {...props} />
      ) : (
        <Textarea
          label={t('templates')}
          description={t('templatesHint')}
          rows={14}
          spellCheck={false}
          styles={inMono}
          error={unreadable ?? complaints(error, 'settings')}
          value={draft.json}
          onChange={(event) => change({ ...draft, json: event.currentTarget.value })}
        />
      )}
      {draft.json === null && unreadable && <p className="problem-text">{unreadable}</p>}
      <Switch
        label={t('asJson')}
        checked={draft.json !== null}
        onChange={(event) => switchTo(event.currentTarget.checked)}
      />
    </>
  );
}

function Groups(props: Props) {
  const { t } = useTranslation('administration/http-phone');
  const { draft, change, error } = props;
  const voicemail = draft.settings.voicemail;
  return (
    <>
      <RequestFields {...props} name="set" />
      <RequestFields {...props} name="clear" />
      <ReadFields {...props} />
      <TextInput
        label={t('voicemail')}
        description={t('voicemailHint', { extension: '{{extension}}' })}
        error={fieldError(error, 'settings.voicemail')}
        value={typeof voicemail === 'string' ? voicemail : ''}
        onChange={({ currentTarget: { value } }) =>
          change({ ...draft, settings: { ...draft.settings, voicemail: value === '' ? null : value } })
        }
      />
      <Group title={t('groups.cases')}>
        <JsonPart {...props} name="busy" />
        <JsonPart {...props} name="unanswered" />
        <JsonPart {...props} name="doNotDisturb" />
        <JsonPart {...props} name="setVoicemail" />
        <JsonPart {...props} name="modes" />
      </Group>
      <Group title={t('groups.reading')}>
        <JsonPart {...props} name="readAll" />
        <JsonPart {...props} name="lookup" />
        <JsonPart {...props} name="boot" />
        <JsonPart {...props} name="errors" />
      </Group>
      <Group title={t('groups.more')}>
        <JsonPart {...props} name="presence" />
        <JsonPart {...props} name="calls" />
        <JsonPart {...props} name="limits" />
      </Group>
      <Group title={t('groups.token')}>
        <JsonPart {...props} name="token" />
      </Group>
    </>
  );
}

/** A part in JSON that may be there or not. */
function JsonPart({ draft, change, error, name }: Props & { name: PartName }) {
  const { t } = useTranslation('administration/http-phone');
  const text = draft.parts[name];
  const set = (value: string | null) => change({ ...draft, parts: { ...draft.parts, [name]: value } });
  const beginning =
    name === 'modes'
      ? { off: 'off', all: 'all' }
      : name === 'limits'
        ? { requestsPerSecond: 20 }
        : name === 'errors'
          ? [{ status: [423], class: 'throttled' }]
          : examples[name];
  const rows = Math.min(16, Math.max(3, (text ?? '').split('\n').length));
  return (
    <>
      <Switch
        label={t(`parts.${name}`)}
        description={t(`hints.${name}`)}
        checked={text !== null && text !== undefined}
        onChange={(event) => set(event.currentTarget.checked ? textOf(beginning) : null)}
      />
      {text !== null && text !== undefined && (
        <Textarea
          aria-label={t(`parts.${name}`)}
          rows={rows}
          spellCheck={false}
          styles={inMono}
          error={name === 'limits' ? undefined : complaints(error, `settings.${name}`)}
          value={text}
          onChange={(event) => set(event.currentTarget.value)}
        />
      )}
    </>
  );
}

/** Something that has to be there, in JSON because fields don't show all of it. */
function RequiredJson({ draft, change, error, name }: Props & { name: 'set' | 'clear' | 'read' }) {
  const { t } = useTranslation('administration/http-phone');
  const text = draft.parts[name] ?? '';
  return (
    <Textarea
      label={t(`parts.${name}`)}
      description={t(`hints.${name}`)}
      rows={Math.min(16, Math.max(4, text.split('\n').length))}
      spellCheck={false}
      styles={inMono}
      error={complaints(error, `settings.${name}`)}
      value={text}
      onChange={(event) => change({ ...draft, parts: { ...draft.parts, [name]: event.currentTarget.value } })}
    />
  );
}

function RequestFields(props: Props & { name: 'set' | 'clear' }) {
  const { t } = useTranslation('administration/http-phone');
  const { draft, change, error, name } = props;
  if (draft.parts[name] !== undefined) return <RequiredJson {...props} />;
  const request = (draft.settings[name] ?? { address: '' }) as Request;
  const set = (wish: Partial<Request>) =>
    change({ ...draft, settings: { ...draft.settings, [name]: { ...request, ...wish } } });
  return (
    <Part title={t(`parts.${name}`)}>
      <NativeSelect
        label={t('method')}
        data={[...methods]}
        error={fieldError(error, `${name}.method`)}
        value={request.method ?? (name === 'set' ? 'PUT' : 'DELETE')}
        onChange={(event) => set({ method: methods.find((one) => one === event.currentTarget.value)! })}
      />
      <Address name={name} value={request.address} change={(address) => set({ address })} error={error} />
      <Textarea
        label={t('body')}
        rows={2}
        spellCheck={false}
        styles={inMono}
        error={fieldError(error, `${name}.body`)}
        value={request.body ?? ''}
        onChange={({ currentTarget: { value } }) => set({ body: value === '' ? null : value })}
      />
    </Part>
  );
}

function ReadFields(props: Props) {
  const { t } = useTranslation('administration/http-phone');
  const { draft, change, error } = props;
  if (draft.parts.read !== undefined) return <RequiredJson {...props} name="read" />;
  const read = (draft.settings.read ?? { address: '', target: '' }) as Read;
  const set = (wish: Partial<Read>) =>
    change({ ...draft, settings: { ...draft.settings, read: { ...read, ...wish } } });
  return (
    <Part title={t('parts.read')}>
      <Address name="read" value={read.address} change={(address) => set({ address })} error={error} />
      <TextInput
        label={t('target')}
        description={t('pointerHint')}
        spellCheck={false}
        styles={inMono}
        error={fieldError(error, 'read.target')}
        value={read.target}
        onChange={(event) => set({ target: event.currentTarget.value })}
      />
      <Checkbox
        label={t('notFoundIsOff')}
        checked={read.notFoundIsOff ?? false}
        onChange={(event) => set({ notFoundIsOff: event.currentTarget.checked })}
      />
    </Part>
  );
}

function Address(props: { name: string; value: string; change(address: string): void; error: unknown }) {
  const { t } = useTranslation('administration/http-phone');
  return (
    <TextInput
      label={t('address')}
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

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className="form-part http-phone-group">
      <summary>{title}</summary>
      <div className="stack">{children}</div>
    </details>
  );
}

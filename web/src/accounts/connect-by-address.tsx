import { Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountCheckResult, Connection } from '../../../server/src/api/schemas/accounts.ts';
import { CheckSteps } from '../shell/check-steps.tsx';
import { notify } from '../shell/notices.tsx';
import { Problem } from '../shell/parts.tsx';
import { checkConnection, connect } from './accounts.queries.ts';
import { ConnectionFields, connectionOf, emptyDraft } from './connection-form.tsx';

/** An address (iCalendar or CalDAV): type, check, choose calendars, connect. */
export function ConnectByAddress({ kind }: { kind: Connection['kind'] }) {
  const { t } = useTranslation('accounts');
  const [draft, setDraft] = useState(() => emptyDraft(kind));
  const check = useMutation({ mutationFn: () => checkConnection(connectionOf(draft)) });

  function submit(event: FormEvent): void {
    event.preventDefault();
    check.mutate();
  }

  const passed = check.data?.steps.every((step) => step.ok);
  return (
    <div className="stack form-wide">
      <form className="form form-wide" onSubmit={submit}>
        <ConnectionFields
          draft={draft}
          change={(part) => {
            check.reset();
            setDraft((known) => ({ ...known, ...part }));
          }}
        />
        <div className="actions">
          <button type="submit" className={passed ? 'button' : 'button primary'} disabled={check.isPending}>
            {check.isPending ? t('checking') : t('check')}
          </button>
        </div>
      </form>
      <div aria-live="polite" className="stack">
        {check.isError && <Problem error={check.error} />}
        {check.data && <CheckSteps steps={check.data.steps} label={t('steps')} />}
      </div>
      {check.data && passed && <ChooseAndConnect connection={connectionOf(draft)} found={check.data} />}
    </div>
  );
}

function ChooseAndConnect({ connection, found }: { connection: Connection; found: AccountCheckResult }) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [left, setLeft] = useState(
    () => new Set(found.calendars.filter((one) => !one.selectedByDefault).map((one) => one.name)),
  );
  const add = useMutation({
    mutationFn: () => connect({ ...connection, ...(name.trim() === '' ? {} : { name: name.trim() }) }, left),
    async onSuccess(account) {
      notify(t('connected', { name: account.name }));
      await client.invalidateQueries();
      await navigate({ to: '/' });
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    add.mutate();
  }

  function choose(calendar: string, chosen: boolean): void {
    const next = new Set(left);
    if (chosen) next.delete(calendar);
    else next.add(calendar);
    setLeft(next);
  }

  return (
    <form className="form form-wide" onSubmit={submit}>
      {found.calendars.length > 0 && (
        <fieldset className="choices">
          <legend>{t('chooseCalendars')}</legend>
          {found.calendars.map((calendar) => (
            <Checkbox
              key={calendar.remoteId}
              label={calendar.name}
              checked={!left.has(calendar.name)}
              onChange={(event) => choose(calendar.name, event.currentTarget.checked)}
            />
          ))}
        </fieldset>
      )}
      <TextInput
        label={t('nameOptional')}
        description={t('nameHint')}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {add.isError && <Problem error={add.error} />}
      <div className="actions">
        <button
          type="submit"
          className="button primary"
          disabled={add.isPending || (found.calendars.length > 0 && left.size >= found.calendars.length)}
        >
          {add.isPending ? t('connecting') : t('connect')}
        </button>
      </div>
    </form>
  );
}

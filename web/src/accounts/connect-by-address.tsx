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

type Found = AccountCheckResult['calendars'][number];

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
  const [chosen, setChosen] = useState<readonly string[]>(() =>
    found.calendars.filter((one) => one.selectedByDefault).map((one) => one.remoteId),
  );
  const add = useMutation({
    mutationFn: () =>
      connect({
        ...connection,
        ...(name.trim() === '' ? {} : { name: name.trim() }),
        ...(found.calendars.length === 0 ? {} : { calendars: [...chosen] }),
      }),
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

  function choose(remoteId: string, isChosen: boolean): void {
    setChosen((before) => (isChosen ? [...before, remoteId] : before.filter((one) => one !== remoteId)));
  }

  return (
    <form className="form form-wide" onSubmit={submit}>
      {found.calendars.length > 0 && (
        <fieldset className="choices">
          <legend>{t('chooseCalendars')}</legend>
          {found.calendars.map((calendar) => (
            <Checkbox
              key={calendar.remoteId}
              label={labelOf(calendar, found.calendars)}
              checked={chosen.includes(calendar.remoteId)}
              onChange={(event) => choose(calendar.remoteId, event.currentTarget.checked)}
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
          disabled={add.isPending || (found.calendars.length > 0 && chosen.length === 0)}
        >
          {add.isPending ? t('connecting') : t('connect')}
        </button>
      </div>
    </form>
  );
}

/** The name; where several bear it, with the last part of the address, too. */
function labelOf({ name, remoteId }: Found, all: readonly Found[]): string {
  const bearers = all.filter((one) => one.name === name).length;
  return bearers > 1 ? `${name} (${remoteId.split('/').filter(Boolean).at(-1) ?? remoteId})` : name;
}

import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account, AccountChange } from '../../../server/src/api/schemas/accounts.ts';
import { request } from '../shell/api.ts';
import { Dialog } from '../shell/dialog.tsx';
import { FormFoot } from '../shell/form-foot.tsx';
import { notify } from '../shell/notices.tsx';
import { emptyDraft, SecretFields, secretOf } from './connection-form.tsx';

/** An account's name and, where it has any, its credentials. */
export default function ChangeAccount({ account, onClose }: { account: Account; onClose(): void }) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const kind = account.kind === 'caldav' ? 'caldav' : account.kind === 'icalendar-address' ? account.kind : null;
  const [name, setName] = useState(account.name);
  const [draft, setDraft] = useState(() => emptyDraft(kind ?? 'icalendar-address'));
  const change = useMutation({
    mutationFn: (wish: AccountChange) => request('PATCH', `/accounts/${account.id}`, wish),
    async onSuccess() {
      notify(t('changed', { name }));
      await client.invalidateQueries({ queryKey: ['accounts'] });
      onClose();
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    const secret = kind ? secretOf(draft) : undefined;
    change.mutate({ ...(name === account.name ? {} : { name }), ...(secret ? { secret } : {}) });
  }

  return (
    <Dialog title={t('changeTitle', { name: account.name })} onClose={onClose}>
      <form className="form" onSubmit={submit} noValidate>
        <TextInput
          label={t('name')}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {kind && (
          <>
            <p className="hint">{t('credentialsHint')}</p>
            <SecretFields draft={draft} change={(part) => setDraft((known) => ({ ...known, ...part }))} />
          </>
        )}
        <FormFoot change={change} />
      </form>
    </Dialog>
  );
}

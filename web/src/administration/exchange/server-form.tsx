import { Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExchangeServer } from '../../../../server/src/api/schemas/exchange-servers.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { notify } from '../../shell/notices.tsx';
import { useChange } from '../administration.queries.ts';
import { FindAddress } from './find-address.tsx';
import { draftOf, signInFrom } from './sign-in-draft.ts';
import { SignInFields } from './sign-in-fields.tsx';

const beside = ['name', 'address', 'mailDomain', 'authority', 'secret', 'userName', 'servicePrincipal', 'clientId'];
const alsoBeside = ['tokenEndpoint', 'scope'];

export function ServerForm({ server, onClose }: { server: ExchangeServer | null; onClose(): void }) {
  const { t } = useTranslation(['administration/exchange', 'shell']);
  const save = useChange('exchangeServers', 'functions');
  const [form, setForm] = useState({
    name: server?.name ?? '',
    mailDomain: server?.mailDomain ?? '',
    address: server?.address ?? '',
    authority: server?.authority ?? '',
  });
  const [signIn, setSignIn] = useState(() => draftOf(server));
  const set = (change: Partial<typeof form>) => setForm((before) => ({ ...before, ...change }));

  const body = () => ({
    name: form.name,
    address: form.address.trim() || null,
    mailDomain: form.mailDomain.trim() || null,
    authority: form.authority.trim() || null,
    signIn: signInFrom(signIn),
    ...(signIn.secret && { secret: signIn.secret }),
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    const done = {
      onSuccess() {
        notify(t('saved', { ns: 'shell' }));
        onClose();
      },
    };
    if (server) save.mutate({ method: 'PATCH', path: `/exchange-servers/${server.id}`, body: body() }, done);
    else save.mutate({ method: 'POST', path: '/exchange-servers', body: body() }, done);
  }

  return (
    <Dialog title={server ? t('changeTitle', { name: server.name }) : t('add')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        {!server && <p className="hint">{t('formIntro')}</p>}
        <TextInput
          label={t('name')}
          description={t('nameHint')}
          required
          autoComplete="off"
          error={fieldError(save.error, 'name')}
          value={form.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <SignInFields
          draft={signIn}
          stored={server?.secret === 'stored' ? server.signIn.kind : null}
          error={save.error}
          change={setSignIn}
        />
        <FindAddress
          mailDomain={form.mailDomain}
          error={save.error}
          change={(mailDomain) => set({ mailDomain })}
          wish={() => {
            const { name: _, address: __, ...wish } = body();
            return { serverId: server?.id ?? null, ...wish };
          }}
          found={(address) => set({ address })}
        />
        <TextInput
          label={t('address')}
          description={t('addressHint')}
          autoComplete="off"
          spellCheck={false}
          inputMode="url"
          error={fieldError(save.error, 'address')}
          value={form.address}
          onChange={(event) => set({ address: event.currentTarget.value })}
        />
        <Textarea
          label={t('authority')}
          description={t('authorityHint')}
          rows={4}
          spellCheck={false}
          error={fieldError(save.error, 'authority')}
          value={form.authority}
          onChange={(event) => set({ authority: event.currentTarget.value })}
        />
        <FormFoot change={save} beside={[...beside, ...alsoBeside]} />
      </form>
    </Dialog>
  );
}

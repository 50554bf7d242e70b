import { Checkbox, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  IdentityProvider,
  IdentityProviderChange,
  NewIdentityProvider,
} from '../../../../server/src/api/schemas/sign-in.ts';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { notify } from '../../shell/notices.tsx';
import { groupsQuery, useChange } from '../administration.queries.ts';
import { CopyField } from '../copy-field.tsx';
import { useUnsaved } from '../unsaved.tsx';
import { type GroupRole, GroupRoles } from './group-roles.tsx';

const fields = ['name', 'issuer', 'clientId', 'secret', 'scopes', 'groupsClaim', 'groupRoles', 'groupId'];

/** What the provider was told of us and what we need to know of it; then who may come in by it, and as what. */
export function ProviderForm({ provider }: { provider: IdentityProvider | null }) {
  const { t } = useTranslation(['administration/sign-in', 'setup']);
  const navigate = useNavigate();
  const { data: groups = [] } = useQuery(groupsQuery);
  const settings = provider?.settings;
  const [form, setForm] = useState({
    name: provider?.name ?? '',
    issuer: provider?.issuer ?? '',
    clientId: provider?.clientId ?? '',
    secret: '',
    scopes: (settings?.scopes ?? ['openid', 'profile', 'email']).join(' '),
    groupsClaim: settings?.groupsClaim ?? 'groups',
    groupRoles: (settings?.groupRoles ?? []) as GroupRole[],
    createUsers: settings?.createUsers ?? false,
    groupId: settings?.groupId ?? '',
    linkByEmail: settings?.linkByEmail ?? false,
  });
  const [dirty, setDirty] = useState(false);
  const unsaved = useUnsaved(dirty);
  const save = useChange<IdentityProvider>('identityProviders');
  const wrong = (field: string) => fieldError(save.error, field);

  function set(change: Partial<typeof form>): void {
    setForm((known) => ({ ...known, ...change }));
    setDirty(true);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { name, issuer, clientId, secret, scopes, groupId, ...rest } = form;
    const body: IdentityProviderChange & NewIdentityProvider = {
      ...{ name, issuer, clientId },
      ...(secret === '' ? {} : { secret }),
      settings: { ...rest, scopes: scopes.split(/[\s,]+/).filter(Boolean), groupId: groupId || null },
    };
    save.mutate(
      provider
        ? { method: 'PATCH', path: `/identity-providers/${provider.id}`, body }
        : { method: 'POST', path: '/identity-providers', body },
      {
        onSuccess() {
          unsaved.release();
          notify(t('saved', { ns: 'shell' }));
          void navigate({ to: '/administration/$', params: { _splat: 'sign-in' } });
        },
      },
    );
  }

  return (
    <form className="form form-wide" onSubmit={submit}>
      <div>
        <p className="field-label">{t('redirect')}</p>
        <p className="hint">{t('redirectHint')}</p>
        <CopyField
          label={t('redirect')}
          value={provider?.redirectUri ?? `${location.origin}/api/v1/sign-in/callback`}
        />
      </div>
      <TextInput
        label={t('name')}
        description={t('nameHint')}
        required
        maxLength={100}
        value={form.name}
        error={wrong('name')}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('issuer')}
        description={t('issuerHint')}
        type="url"
        required
        value={form.issuer}
        error={wrong('issuer')}
        onChange={(event) => set({ issuer: event.currentTarget.value })}
      />
      <div className="form-pair">
        <TextInput
          label={t('clientId')}
          required
          autoComplete="off"
          value={form.clientId}
          error={wrong('clientId')}
          onChange={(event) => set({ clientId: event.currentTarget.value })}
        />
        <PasswordInput
          label={t('secret')}
          placeholder={provider?.hasSecret ? t('secretKept') : undefined}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('password.show', { ns: 'setup' }) }}
          value={form.secret}
          error={wrong('secret')}
          onChange={(event) => set({ secret: event.currentTarget.value })}
        />
      </div>
      <fieldset className="form-part">
        <legend>{t('who.title')}</legend>
        <Checkbox
          label={t('who.linkByEmail')}
          description={t('who.linkByEmailHint')}
          checked={form.linkByEmail}
          onChange={(event) => set({ linkByEmail: event.currentTarget.checked })}
        />
        <Checkbox
          label={t('who.createUsers')}
          description={t('who.createUsersHint')}
          checked={form.createUsers}
          onChange={(event) => set({ createUsers: event.currentTarget.checked })}
        />
        {form.createUsers && (
          <NativeSelect
            label={t('who.group')}
            value={form.groupId}
            error={wrong('groupId')}
            data={[
              { value: '', label: t('who.defaultGroup') },
              ...groups.map((group) => ({ value: group.id, label: `${group.name} (${group.location})` })),
            ]}
            onChange={(event) => set({ groupId: event.currentTarget.value })}
          />
        )}
      </fieldset>
      <fieldset className="form-part">
        <legend>{t('roles.title')}</legend>
        <p className="hint">{t('roles.text')}</p>
        <div className="form-pair">
          <TextInput
            label={t('roles.claim')}
            description={t('roles.claimHint')}
            required
            value={form.groupsClaim}
            error={wrong('groupsClaim')}
            onChange={(event) => set({ groupsClaim: event.currentTarget.value })}
          />
          <TextInput
            label={t('roles.scopes')}
            description={t('roles.scopesHint')}
            value={form.scopes}
            error={wrong('scopes')}
            onChange={(event) => set({ scopes: event.currentTarget.value })}
          />
        </div>
        <GroupRoles value={form.groupRoles} error={wrong('groupRoles')} set={(groupRoles) => set({ groupRoles })} />
      </fieldset>
      <FormFoot change={save} beside={fields} />
      {unsaved.dialog}
    </form>
  );
}

import { NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invitation, InvitedUser, User } from '../../../../server/src/api/schemas/users.ts';
import { request } from '../../shell/api.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { TimeZoneField } from '../../shell/time-zone-field.tsx';
import { groupsQuery, phoneSystemsQuery } from '../administration.queries.ts';
import { ExtensionFields, ExtensionRefused, useExtensions } from './extension-fields.tsx';
import { GroupOptions } from './group-options.tsx';
import { type PickedUser, UserPicker } from './user-picker.tsx';
import { overviewQuery } from './users.queries.ts';

const fields = ['displayName', 'email', 'groupId', 'timeZone', 'mobileNumber', 'deputyId', 'assistantId'];

/** A user new or known: who they are, where they belong, who stands in for them, and their numbers. */
export function UserForm(props: {
  user: User | null;
  /** Where a new user is put unless something else is chosen. */
  groupId?: string;
  onClose(): void;
  onInvited(invitation: Invitation): void;
}) {
  const { t } = useTranslation('administration/users');
  const { user } = props;
  const client = useQueryClient();
  const me = useMe();
  const { data: systems = [] } = useQuery(phoneSystemsQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const extensions = useExtensions(user?.extensions ?? []);
  const [made, setMade] = useState<InvitedUser | null>(null);
  const [form, setForm] = useState({
    displayName: user?.displayName ?? '',
    email: user?.email ?? '',
    groupId: user?.groupId ?? props.groupId ?? '',
    timeZone: user?.timeZone ?? '',
    language: user?.language ?? me.language,
    mobileNumber: user?.mobileNumber ?? '',
    deputyId: user?.deputyId ?? null,
    assistantId: user?.assistantId ?? null,
  });
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const group = groups.find(({ id }) => id === form.groupId) ?? groups[0];
  const timeZone = form.timeZone || group?.timeZone || me.timeZone;
  const save = useMutation({
    async mutationFn() {
      const mobileNumber = form.mobileNumber.trim() === '' ? null : form.mobileNumber;
      const body = { ...form, timeZone, mobileNumber, groupId: group?.id };
      // Made already, and only an extension was refused: the second try changes them.
      const id = user?.id ?? made?.user.id;
      if (id) {
        await request('PATCH', `/users/${id}`, body);
        await extensions.save(id);
        return made?.invitation ?? null;
      }
      const invited = await request<InvitedUser>('POST', '/users', body);
      setMade(invited);
      await extensions.save(invited.user.id);
      return invited.invitation;
    },
    onSuccess(invitation) {
      if (invitation) props.onInvited(invitation);
      else {
        notify(t('saved', { ns: 'shell' }));
        props.onClose();
      }
    },
    onSettled: () => client.invalidateQueries(),
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate();
  }

  const toldBeside = isFieldError(save.error, fields) || save.error instanceof ExtensionRefused;
  return (
    <Dialog title={user ? t('changeTitle', { name: user.displayName }) : t('add')} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('name')}
          required
          autoComplete="off"
          value={form.displayName}
          error={fieldError(save.error, 'displayName')}
          onChange={(event) => set({ displayName: event.currentTarget.value })}
        />
        <TextInput
          label={t('email')}
          type="email"
          required
          autoComplete="off"
          value={form.email}
          error={fieldError(save.error, 'email')}
          onChange={(event) => set({ email: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('group')}
          value={group?.id ?? ''}
          error={fieldError(save.error, 'groupId')}
          onChange={(event) => set({ groupId: event.currentTarget.value })}
        >
          <GroupOptions groups={groups} />
        </NativeSelect>
        <ExtensionFields systems={systems} extensions={extensions} error={save.error} />
        <TextInput
          label={t('mobile')}
          description={t('mobileHint')}
          type="tel"
          autoComplete="off"
          value={form.mobileNumber}
          error={fieldError(save.error, 'mobileNumber')}
          onChange={(event) => set({ mobileNumber: event.currentTarget.value })}
        />
        <StandIn
          kind="deputy"
          self={user?.id}
          id={form.deputyId}
          error={save.error}
          pick={(deputyId) => set({ deputyId })}
        />
        <StandIn
          kind="assistant"
          self={user?.id}
          id={form.assistantId}
          error={save.error}
          pick={(assistantId) => set({ assistantId })}
        />
        <NativeSelect
          label={t('language')}
          value={form.language}
          data={(['en', 'de'] as const).map((value) => ({ value, label: t(`languages.${value}`) }))}
          onChange={(event) => set({ language: event.currentTarget.value === 'de' ? 'de' : 'en' })}
        />
        <TimeZoneField
          label={t('timeZone')}
          value={timeZone}
          error={fieldError(save.error, 'timeZone')}
          onChange={(zone) => set({ timeZone: zone })}
        />
        {save.isError && !toldBeside && <Problem error={save.error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={save.isPending}>
            {user ? t('save', { ns: 'shell' }) : t('create')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Who takes calls for somebody: shown by name, kept by id. */
function StandIn(props: {
  kind: 'deputy' | 'assistant';
  self: string | undefined;
  id: string | null;
  error: unknown;
  pick(id: string | null): void;
}) {
  const { t } = useTranslation('administration/users');
  const [picked, setPicked] = useState<PickedUser | null>(null);
  const known = useQuery(overviewQuery(props.id !== null && picked?.id !== props.id ? props.id : ''));
  return (
    <UserPicker
      label={t(props.kind)}
      description={t(`${props.kind}Hint`)}
      picked={props.id === null ? null : picked?.id === props.id ? picked : known.data?.user}
      except={props.self ? [props.self] : []}
      error={fieldError(props.error, `${props.kind}Id`)}
      pick={(user) => {
        setPicked(user);
        props.pick(user?.id ?? null);
      }}
    />
  );
}

import { NativeSelect, TextInput } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Members, WorkGroup, WorkGroupList } from '../../../../server/src/api/schemas/relationships.ts';
import { get } from '../../shell/api.ts';
import { Confirm, Dialog } from '../../shell/dialog.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { locationsQuery, useChange, useQuickChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { Section } from '../section.tsx';
import { UserPicker } from '../users/user-picker.tsx';

const levels = ['employee', 'colleague', 'assistant'] as const;

const workGroupsQuery = queryOptions({
  queryKey: ['workGroups'],
  queryFn: async ({ signal }) => (await get<WorkGroupList>('/work-groups', signal)).workGroups,
});
const membersQuery = (id: string) =>
  queryOptions({
    queryKey: ['workGroups', id, 'members'],
    queryFn: async ({ signal }) => (await get<Members>(`/work-groups/${id}/members`, signal)).members,
  });

/** Teams whose members are to each other what the team's level says, and whose number "the team" leads to. */
export default function WorkGroupsPage() {
  const { t } = useTranslation('administration/work-groups');
  const groups = useQuery(workGroupsQuery);
  const mayChange = useMayChange();
  const quick = useQuickChange('workGroups');
  const [editing, setEditing] = useState<WorkGroup | 'new' | null>(null);
  const [showing, setShowing] = useState<WorkGroup | null>(null);
  const [removing, setRemoving] = useState<WorkGroup | null>(null);
  return (
    <Section
      title={t('title')}
      intro={t('intro')}
      add={{ label: t('add'), run: () => setEditing('new') }}
      query={groups}
    >
      {groups.data?.length === 0 && <Empty icon="team" title={t('none')} text={t('noneText')} />}
      <ul className="list" hidden={groups.data?.length === 0}>
        {groups.data?.map((group) => (
          <li key={group.id}>
            <div>
              <strong>{group.name}</strong> <span className="tag">{t(`levels.${group.level}`)}</span>
              <p>
                {t('members', { count: group.members })}
                {group.number && ` · ${t('reached', { number: group.number })}`}
              </p>
            </div>
            <div className="actions">
              <button
                type="button"
                className="button quiet"
                aria-label={t('membersLabel', { name: group.name })}
                onClick={() => setShowing(group)}
              >
                {t('membersTitle')}
              </button>
              {mayChange && (
                <>
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={t('changeLabel', { name: group.name })}
                    onClick={() => setEditing(group)}
                  >
                    {t('change', { ns: 'shell' })}
                  </button>
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={t('removeLabel', { name: group.name })}
                    onClick={() => setRemoving(group)}
                  >
                    {t('remove', { ns: 'shell' })}
                  </button>
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      {editing && (
        <WorkGroupForm
          group={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onMade={setShowing}
        />
      )}
      {showing && <MembersDialog group={showing} onClose={() => setShowing(null)} />}
      {removing && (
        <Confirm
          title={t('removeTitle', { name: removing.name })}
          text={t('removeText')}
          confirm={t('remove', { ns: 'shell' })}
          busy={quick.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() =>
            quick.run({ method: 'DELETE', path: `/work-groups/${removing.id}` }, () => setRemoving(null))
          }
        />
      )}
    </Section>
  );
}

function WorkGroupForm(props: { group: WorkGroup | null; onClose(): void; onMade(group: WorkGroup): void }) {
  const { t } = useTranslation('administration/work-groups');
  const { group } = props;
  const isWhole = useMe().role === 'administrator';
  const { data: locations = [] } = useQuery(locationsQuery);
  const save = useChange<WorkGroup>('workGroups');
  const [form, setForm] = useState({
    name: group?.name ?? '',
    level: group?.level ?? 'colleague',
    number: group?.number ?? '',
    locationId: group?.locationId ?? '',
  });
  const set = (change: Partial<typeof form>) => setForm((known) => ({ ...known, ...change }));
  const locationId = form.locationId || (isWhole ? null : (locations[0]?.id ?? null));

  function submit(event: FormEvent): void {
    event.preventDefault();
    const number = form.number.trim() === '' ? null : form.number.trim();
    const body = { ...form, name: form.name.trim(), number, locationId };
    save.mutate(
      group
        ? { method: 'PATCH', path: `/work-groups/${group.id}`, body }
        : { method: 'POST', path: '/work-groups', body },
      {
        onSuccess(made) {
          notify(t('saved', { ns: 'shell' }));
          props.onClose();
          if (!group) props.onMade(made);
        },
      },
    );
  }

  return (
    <Dialog title={group ? t('changeLabel', { name: group.name }) : t('add')} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('name')}
          required
          maxLength={100}
          autoComplete="off"
          value={form.name}
          error={fieldError(save.error, 'name')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('level')}
          description={t('levelHint')}
          value={form.level}
          data={levels.map((value) => ({ value, label: t(`levels.${value}`) }))}
          onChange={(event) => set({ level: levels.find((one) => one === event.currentTarget.value) ?? 'colleague' })}
        />
        <TextInput
          label={t('number')}
          description={t('numberHint')}
          type="tel"
          autoComplete="off"
          value={form.number}
          error={fieldError(save.error, 'number')}
          onChange={(event) => set({ number: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('location')}
          description={t('locationHint')}
          value={locationId ?? ''}
          data={[
            ...(isWhole ? [{ value: '', label: t('allLocations') }] : []),
            ...locations.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => set({ locationId: event.currentTarget.value })}
        />
        <FormFoot change={save} beside={['name', 'number']} label={group ? t('save', { ns: 'shell' }) : t('add')} />
      </form>
    </Dialog>
  );
}

function MembersDialog({ group, onClose }: { group: WorkGroup; onClose(): void }) {
  const { t } = useTranslation('administration/work-groups');
  const mayChange = useMayChange();
  const members = useQuery(membersQuery(group.id));
  const save = useChange<Members>('workGroups');
  const known = members.data ?? [];
  const put = (userIds: string[]) =>
    save.mutate({ method: 'PUT', path: `/work-groups/${group.id}/members`, body: { userIds } });
  return (
    <Dialog title={t('membersLabel', { name: group.name })} onClose={onClose}>
      {mayChange && (
        <UserPicker
          label={t('addMember')}
          picked={null}
          except={known.map(({ id }) => id)}
          pick={(user) => user && put([...known.map(({ id }) => id), user.id])}
        />
      )}
      {save.isError && <Problem error={save.error} />}
      {members.isPending ? (
        <Skeleton />
      ) : members.isError ? (
        <Problem error={members.error} retry={() => void members.refetch()} />
      ) : known.length === 0 ? (
        <p className="hint">{t('nobody')}</p>
      ) : (
        <ul className="list">
          {known.map((member) => (
            <li key={member.id}>
              <span>{member.displayName}</span>
              {mayChange && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t('takeOut', { name: member.displayName })}
                  disabled={save.isPending}
                  onClick={() => put(known.filter(({ id }) => id !== member.id).map(({ id }) => id))}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

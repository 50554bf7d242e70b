import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserRole, UserRoleChange } from '../../../../server/src/api/schemas/users.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { locationsQuery, useChange } from '../administration.queries.ts';
import { LocationChoice } from './location-choice.tsx';

const roles = ['user', 'reader', 'locationAdministrator', 'administrator'] as const;

/** What a user may administer; only an administrator of the whole system may say so. */
export function RoleForm({ user, known }: { user: { id: string; displayName: string }; known: UserRole }) {
  const { t } = useTranslation('administration/access');
  const me = useMe();
  const { data: locations = [] } = useQuery(locationsQuery);
  const [form, setForm] = useState(known);
  const save = useChange('role', 'users', 'me', 'overview');
  const isLocal = form.role === 'locationAdministrator';
  const missing = isLocal && form.locationIds.length === 0;
  const changed = JSON.stringify(form) !== JSON.stringify(known);
  const names = locations.filter(({ id }) => known.locationIds.includes(id)).map(({ name }) => name);

  if (me.role !== 'administrator')
    return <p>{[t(`role.${known.role}`), names.join(', ')].filter(Boolean).join(': ')}</p>;

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body: UserRoleChange = { role: form.role, locationIds: isLocal ? form.locationIds : [] };
    save.mutate(
      { method: 'PUT', path: `/users/${user.id}/role`, body },
      { onSuccess: () => notify(t('roleSaved', { name: user.displayName })) },
    );
  }

  return (
    <form className="form" onSubmit={submit}>
      <NativeSelect
        label={t('roleLabel')}
        description={t(`roleText.${form.role}`)}
        value={form.role}
        data={roles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
        onChange={(event) =>
          setForm({ ...form, role: roles.find((one) => one === event.currentTarget.value) ?? 'user' })
        }
      />
      {isLocal && (
        <LocationChoice
          locations={locations}
          chosen={form.locationIds}
          choose={(locationIds) => setForm({ ...form, locationIds })}
        />
      )}
      {missing && <p className="hint">{t('chooseLocation')}</p>}
      {save.isError && <Problem error={save.error} />}
      <div className="actions">
        <button type="submit" className="button" disabled={!changed || missing || save.isPending}>
          {t('saveRole')}
        </button>
      </div>
    </form>
  );
}

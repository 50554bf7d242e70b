import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { IdentityProvider } from '../../../../server/src/api/schemas/sign-in.ts';
import { Icon } from '../../shell/icons.tsx';
import { LocationChoice } from '../access/location-choice.tsx';
import { locationsQuery } from '../administration.queries.ts';

export type GroupRole = IdentityProvider['settings']['groupRoles'][number];
const roles = ['administrator', 'locationAdministrator', 'reader', 'user'] as const;

/** Which group of the provider makes which role, a line each. */
export function GroupRoles(props: {
  value: readonly GroupRole[];
  error: string | undefined;
  set(value: GroupRole[]): void;
}) {
  const { t } = useTranslation('administration/sign-in');
  const { data: locations = [] } = useQuery(locationsQuery);
  const change = (at: number, more: Partial<GroupRole>) =>
    props.set(props.value.map((one, index) => (index === at ? { ...one, ...more } : one)));
  return (
    <div className="stack">
      <table className="group-roles">
        <caption className="sr-only">{t('roles.title')}</caption>
        {props.value.length > 0 && (
          <thead>
            <tr>
              <th scope="col">{t('roles.group')}</th>
              <th scope="col">{t('roles.role')}</th>
              <th scope="col">
                <span className="sr-only">{t('roles.remove')}</span>
              </th>
            </tr>
          </thead>
        )}
        <tbody>
          {props.value.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place; its texts change while one types.
            <tr key={index}>
              <td>
                <input
                  aria-label={t('roles.groupOf', { number: index + 1 })}
                  required
                  maxLength={300}
                  value={one.group}
                  onChange={(event) => change(index, { group: event.target.value })}
                />
              </td>
              <td>
                <select
                  aria-label={t('roles.roleOf', { number: index + 1 })}
                  value={one.role}
                  onChange={(event) => {
                    const role = roles.find((each) => each === event.target.value) ?? 'user';
                    change(index, {
                      role,
                      locations: role === 'locationAdministrator' ? (one.locations ?? []) : undefined,
                    });
                  }}
                >
                  {roles.map((role) => (
                    <option key={role} value={role}>
                      {t(`role.${role}`)}
                    </option>
                  ))}
                </select>
                {one.role === 'locationAdministrator' && (
                  <LocationChoice
                    locations={locations}
                    chosen={one.locations ?? []}
                    choose={(chosen) => change(index, { locations: chosen })}
                  />
                )}
              </td>
              <td>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t('roles.removeLabel', { group: one.group })}
                  onClick={() => props.set(props.value.filter((_, at) => at !== index))}
                >
                  <Icon name="trash" />
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {props.error && (
        <p className="problem-text" role="alert">
          {props.error}
        </p>
      )}
      <div>
        <button
          type="button"
          className="button"
          onClick={() => props.set([...props.value, { group: '', role: 'user' }])}
        >
          <Icon name="plus" />
          {t('roles.add')}
        </button>
      </div>
    </div>
  );
}

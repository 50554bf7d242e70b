import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SignInSettings } from '../../../../server/src/api/schemas/sign-in.ts';
import type { Me } from '../../../../server/src/api/schemas/users.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { useQuickChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { signInSettingsQuery } from './sign-in.queries.ts';

const roles = ['administrator', 'locationAdministrator', 'reader', 'user'] as const satisfies Me['role'][];

/** Whose password alone isn't enough. Saved as it is ticked; whoever would be kept out first is told. */
export function RequiredSecondFactor() {
  const { t } = useTranslation('administration/sign-in');
  const me = useMe();
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const settings = useQuery(signInSettingsQuery);
  const quick = useQuickChange('signInSettings', 'me');
  const required = settings.data?.secondFactorRequiredFor ?? [];

  function set(role: Me['role'], needed: boolean): void {
    const body: SignInSettings = {
      secondFactorRequiredFor: roles.filter((one) => (one === role ? needed : required.includes(one))),
    };
    quick.run({ method: 'PUT', path: '/settings/sign-in', body }, () => {
      notify(t('saved', { ns: 'shell' }));
      if (needed && role === me.role && !me.secondFactor) void navigate({ to: '/settings/security' });
    });
  }

  return (
    <section className="section">
      <h2>{t('second.title')}</h2>
      <p className="page-intro">{t('second.text')}</p>
      {settings.isPending && <Skeleton rows={2} />}
      {settings.isError && <Problem error={settings.error} retry={() => void settings.refetch()} />}
      {settings.data && (
        <fieldset className="choices required-roles" disabled={!mayChange || quick.isPending}>
          <legend>{t('second.legend')}</legend>
          {roles.map((role) => (
            <label key={role}>
              <input
                type="checkbox"
                checked={required.includes(role)}
                onChange={(event) => set(role, event.target.checked)}
              />
              <span>{t(`rolePlural.${role}`)}</span>
            </label>
          ))}
        </fieldset>
      )}
      {!me.secondFactor && <p className="hint">{t('second.own')}</p>}
    </section>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignInSettings } from '../../../../server/src/api/schemas/sign-in.ts';
import type { Me } from '../../../../server/src/api/schemas/users.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem, Skeleton, useErrorText } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { useChange } from '../administration.queries.ts';
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
  const save = useChange('signInSettings', 'me');
  const errorText = useErrorText();
  // What was just ticked shows at once, until the server has said what holds.
  const [ticked, setTicked] = useState<readonly Me['role'][] | null>(null);
  const required = ticked ?? settings.data?.secondFactorRequiredFor ?? [];

  function set(role: Me['role'], needed: boolean): void {
    const wanted = roles.filter((one) => (one === role ? needed : required.includes(one)));
    setTicked(wanted);
    const body: SignInSettings = { secondFactorRequiredFor: wanted };
    save.mutate(
      { method: 'PUT', path: '/settings/sign-in', body },
      {
        onSuccess() {
          notify(t('saved', { ns: 'shell' }));
          if (needed && role === me.role && !me.secondFactor) void navigate({ to: '/settings/security' });
        },
        onError: (error) => notify(errorText(error), { tone: 'problem' }),
        onSettled: () => setTicked(null),
      },
    );
  }

  return (
    <section className="section">
      <h2>{t('second.title')}</h2>
      <p className="page-intro">{t('second.text')}</p>
      {settings.isPending && <Skeleton rows={2} />}
      {settings.isError && <Problem error={settings.error} retry={() => void settings.refetch()} />}
      {settings.data && (
        <fieldset className="choices required-roles" disabled={!mayChange || save.isPending}>
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

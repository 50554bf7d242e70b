import './security.css';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../shell/session.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { ApiTokens } from './api-tokens.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';

/** How I get in, where I am in, and which programs may act for me. */
export default function SecurityPage() {
  const { t } = useTranslation('settings/security');
  const me = useMe();
  return (
    <SettingsFrame page="security">
      <section className="section">
        <h2>{t('secondFactor.title')}</h2>
        <SecondFactor me={me} />
      </section>
      {!me.secondFactorMissing && (
        <>
          {me.hasPassword && (
            <section className="section">
              <h2>{t('password')}</h2>
              <PasswordForm email={me.email} />
            </section>
          )}
          <Sessions />
          <ApiTokens />
        </>
      )}
    </SettingsFrame>
  );
}

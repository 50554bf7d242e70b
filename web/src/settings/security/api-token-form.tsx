import { NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedApiToken, NewApiToken } from '../../../../server/src/api/schemas/access.ts';
import type { Scope } from '../../../../server/src/api/scopes.ts';
import type { Role } from '../../../../server/src/store/schema.ts';
import { useChange } from '../../administration/administration.queries.ts';
import { CopyField } from '../../administration/copy-field.tsx';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { useMe } from '../../shell/session.ts';
import { scopeWord } from './scope-word.ts';

const lifetimes = [7, 30, 90, 365];
const dayMs = 86_400_000;

/** What somebody with this role may hand on: the server holds to the same (api/scopes.ts). */
function scopesOf(role: Role): Scope[] {
  const own: Scope[] = ['read', 'presence', 'claims', 'accounts'];
  if (role === 'user') return own;
  return role === 'reader' ? [...own, 'administration:read'] : [...own, 'administration:read', 'administration'];
}

export function ApiTokenForm({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('settings/security');
  const { role } = useMe();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const [days, setDays] = useState(90);
  const [noneChosen, setNoneChosen] = useState(false);
  const make = useChange<CreatedApiToken>('apiTokens');

  function submit(event: FormEvent): void {
    event.preventDefault();
    setNoneChosen(scopes.length === 0);
    if (scopes.length === 0) return;
    const expiresAt = new Date(Date.now() + days * dayMs).toISOString();
    const body: NewApiToken = { name, scopes: [...scopes], expiresAt };
    make.mutate({ method: 'POST', path: '/api-tokens', body });
  }

  return (
    <Dialog title={t('tokens.add')} onClose={onClose}>
      {make.data ? (
        <Made token={make.data.token} />
      ) : (
        <form className="form" onSubmit={submit}>
          <TextInput
            label={t('tokens.name')}
            placeholder={t('tokens.namePlaceholder')}
            required
            maxLength={100}
            value={name}
            error={fieldError(make.error, 'name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <fieldset className="choices">
            <legend>{t('tokens.scopes')}</legend>
            {scopesOf(role).map((scope) => (
              <label key={scope} className="scope">
                <input
                  type="checkbox"
                  checked={scopes.includes(scope)}
                  onChange={({ target }) =>
                    setScopes(target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                  }
                />
                <span>
                  {t(`scope.${scopeWord(scope)}.name`)}
                  <small>{t(`scope.${scopeWord(scope)}.text`)}</small>
                </span>
              </label>
            ))}
            {noneChosen && scopes.length === 0 && (
              <p className="problem-text" role="alert">
                {t('tokens.chooseOne')}
              </p>
            )}
          </fieldset>
          <NativeSelect
            label={t('tokens.expires')}
            value={days}
            data={lifetimes.map((count) => ({ value: String(count), label: t('tokens.days', { count }) }))}
            onChange={(event) => setDays(Number(event.currentTarget.value))}
          />
          <FormFoot change={make} beside={['name']} label={t('tokens.make')} />
        </form>
      )}
    </Dialog>
  );
}

function Made({ token }: { token: string }) {
  const { t } = useTranslation('settings/security');
  return (
    <>
      <p>{t('tokens.shownOnce')}</p>
      <CopyField label={t('tokens.token')} value={token} />
      <h3>{t('tokens.tryIt')}</h3>
      <pre className="command">
        {`curl -H 'Authorization: Bearer ${token}' ${location.origin}/api/v1/users/me/presence`}
      </pre>
    </>
  );
}

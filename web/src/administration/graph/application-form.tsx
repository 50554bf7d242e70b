import { NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GraphApplication } from '../../../../server/src/api/schemas/graph-applications.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { notify } from '../../shell/notices.tsx';
import { useChange } from '../administration.queries.ts';

const clouds = ['global', 'usGovL4', 'usGovDoD', 'china', 'custom'] as const;
const kinds = ['none', 'secret', 'certificate'] as const;
type Kind = (typeof kinds)[number] | 'keep';

const beside = ['name', 'clientId', 'tenantId', 'loginAddress', 'graphAddress', 'secret', 'certificate', 'privateKey'];

export function ApplicationForm({ application, onClose }: { application: GraphApplication | null; onClose(): void }) {
  const { t } = useTranslation(['administration/graph', 'setup', 'shell']);
  const save = useChange('graphApplications', 'functions');
  const [form, setForm] = useState({
    name: application?.name ?? '',
    clientId: application?.clientId ?? '',
    tenantId: application?.tenantId ?? '',
    cloud: application?.cloud ?? ('global' as const),
    loginAddress: application?.loginAddress ?? '',
    graphAddress: application?.graphAddress ?? '',
  });
  const known = application?.credential?.kind;
  const mayKeep = known === 'secret' || known === 'certificate';
  const [kind, setKind] = useState<Kind>(mayKeep ? 'keep' : 'none');
  const [secret, setSecret] = useState('');
  const [certificate, setCertificate] = useState('');
  const [privateKey, setPrivateKey] = useState('');
  const set = (change: Partial<typeof form>) => setForm((before) => ({ ...before, ...change }));
  const text = (field: 'name' | 'clientId' | 'tenantId' | 'loginAddress' | 'graphAddress', hint?: string) => (
    <TextInput
      label={t(field)}
      description={hint}
      required
      autoComplete="off"
      spellCheck={false}
      error={fieldError(save.error, field)}
      value={form[field]}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
    />
  );

  function submit(event: FormEvent): void {
    event.preventDefault();
    const own = form.cloud === 'custom';
    const addresses = own
      ? { loginAddress: form.loginAddress, graphAddress: form.graphAddress }
      : { loginAddress: null, graphAddress: null };
    const body = {
      ...{ name: form.name, clientId: form.clientId, tenantId: form.tenantId, cloud: form.cloud, ...addresses },
      ...(kind === 'none' && { credential: null }),
      ...(kind === 'secret' && { credential: { kind, secret } }),
      ...(kind === 'certificate' && { credential: { kind, certificate, privateKey } }),
    };
    const done = {
      onSuccess() {
        notify(t('saved', { ns: 'shell' }));
        onClose();
      },
    };
    if (application) save.mutate({ method: 'PATCH', path: `/graph-applications/${application.id}`, body }, done);
    else save.mutate({ method: 'POST', path: '/graph-applications', body }, done);
  }

  const choices = mayKeep ? (['keep', ...kinds] as const) : kinds;
  return (
    <Dialog title={application ? t('changeTitle', { name: application.name }) : t('add')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        {!application && <p className="hint">{t('formIntro')}</p>}
        {text('name', t('nameHint'))}
        {text('clientId', t('clientIdHint'))}
        {text('tenantId', t('tenantIdHint'))}
        <NativeSelect
          label={t('cloud')}
          value={form.cloud}
          data={clouds.map((value) => ({ value, label: t(`clouds.${value}`) }))}
          onChange={(event) => set({ cloud: clouds.find((one) => one === event.currentTarget.value)! })}
        />
        {form.cloud === 'custom' && text('loginAddress', t('loginAddressHint'))}
        {form.cloud === 'custom' && text('graphAddress', t('graphAddressHint'))}
        <NativeSelect
          label={t('credential')}
          description={kind === 'keep' ? undefined : t(`credentialHint.${kind}`)}
          value={kind}
          data={choices.map((value) => ({
            value,
            label: value === 'keep' ? t('credentials.keep') : t(`credentials.${value}`),
          }))}
          onChange={(event) => setKind(choices.find((one) => one === event.currentTarget.value)!)}
        />
        {kind === 'secret' && (
          <PasswordInput
            label={t('secret')}
            description={t('secretHint')}
            required
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': t('password.show', { ns: 'setup' }) }}
            error={fieldError(save.error, 'secret')}
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
          />
        )}
        {kind === 'certificate' && (
          <>
            <Textarea
              label={t('certificate')}
              description={t('certificateHint')}
              required
              rows={4}
              spellCheck={false}
              error={fieldError(save.error, 'certificate')}
              value={certificate}
              onChange={(event) => setCertificate(event.currentTarget.value)}
            />
            <Textarea
              label={t('privateKey')}
              description={t('privateKeyHint')}
              required
              rows={4}
              spellCheck={false}
              error={fieldError(save.error, 'privateKey')}
              value={privateKey}
              onChange={(event) => setPrivateKey(event.currentTarget.value)}
            />
          </>
        )}
        <FormFoot change={save} beside={beside} />
      </form>
    </Dialog>
  );
}

import { Checkbox, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NetworkSettings } from '../../../../server/src/api/schemas/settings.ts';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { notify } from '../../shell/notices.tsx';
import { networkQuery, useChange } from '../administration.queries.ts';
import { ForChange } from '../for-change.tsx';
import { Section } from '../section.tsx';

const fields = ['allowedNetworks', 'proxy', 'certificateAuthorities'];

/** Where addresses that users type may lead, and how the server gets out. */
export default function Network() {
  const { t } = useTranslation('administration/system');
  const network = useQuery(networkQuery);
  return (
    <Section title={t('rooms.network', { ns: 'administration' })} intro={t('network.intro')} query={network}>
      {network.data && (
        <ForChange>
          <NetworkForm settings={network.data} />
        </ForChange>
      )}
    </Section>
  );
}

function NetworkForm({ settings }: { settings: NetworkSettings }) {
  const { t } = useTranslation('administration/system');
  const save = useChange('network');
  const [networks, setNetworks] = useState(settings.allowedNetworks.join('\n'));
  const [proxy, setProxy] = useState(settings.proxy ?? '');
  const [proxyResolvesNames, setProxyResolvesNames] = useState(settings.proxyResolvesNames);
  const [authorities, setAuthorities] = useState(settings.certificateAuthorities.join('\n'));

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body: NetworkSettings = {
      allowedNetworks: networks
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
      proxy: proxy.trim() === '' ? null : proxy,
      proxyResolvesNames,
      certificateAuthorities: authorities.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? [],
    };
    save.mutate(
      { method: 'PUT', path: '/settings/network', body },
      { onSuccess: () => notify(t('saved', { ns: 'shell' })) },
    );
  }

  return (
    <form className="form" style={{ marginTop: 16 }} onSubmit={submit}>
      <Textarea
        label={t('network.allowed')}
        description={t('network.allowedHint')}
        rows={4}
        placeholder="10.20.0.0/16"
        value={networks}
        error={fieldError(save.error, 'allowedNetworks')}
        onChange={(event) => setNetworks(event.currentTarget.value)}
      />
      <TextInput
        label={t('network.proxy')}
        description={t('network.proxyHint')}
        value={proxy}
        error={fieldError(save.error, 'proxy')}
        onChange={(event) => setProxy(event.currentTarget.value)}
      />
      <Checkbox
        label={t('network.proxyResolves')}
        description={t('network.proxyResolvesHint')}
        disabled={proxy.trim() === ''}
        checked={proxyResolvesNames}
        onChange={(event) => setProxyResolvesNames(event.currentTarget.checked)}
      />
      <Textarea
        label={t('network.authorities')}
        description={t('network.authoritiesHint')}
        rows={4}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mono)', fontSize: 13 } }}
        value={authorities}
        error={fieldError(save.error, 'certificateAuthorities')}
        onChange={(event) => setAuthorities(event.currentTarget.value)}
      />
      <FormFoot change={save} beside={fields} />
    </form>
  );
}

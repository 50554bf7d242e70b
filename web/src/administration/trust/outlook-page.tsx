import './trust.css';
import { Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneSystem } from '../../../../server/src/api/schemas/telephony.ts';
import { Icon } from '../../shell/icons.tsx';
import { Empty, PageHead, Problem, Skeleton } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { phoneSystemsQuery } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { OutlookLog } from './outlook-log.tsx';
import { OutlookTable } from './outlook-table.tsx';
import { PauseCard } from './pause-card.tsx';
import { Summary, SwitchOn } from './switch-on.tsx';
import { outlookQuery } from './trust.queries.ts';

/** A phone system before it is trusted: what is set at each phone, what would be set and why, and the switch. */
export default function OutlookPage({ id }: { id: string }) {
  const { t } = useTranslation('administration/trust');
  const systems = useQuery({ ...phoneSystemsQuery, refetchInterval: 15_000 });
  if (systems.isPending) return <Skeleton rows={6} />;
  if (systems.isError) return <Problem error={systems.error} retry={() => void systems.refetch()} />;
  const system = systems.data.find((one) => one.id === id);
  return system ? <Shown system={system} /> : <Empty icon="phone" title={t('gone')} />;
}

function Shown({ system }: { system: PhoneSystem }) {
  const { t } = useTranslation('administration/trust');
  useTitle(system.name);
  const mayChange = useMayChange();
  const [switching, setSwitching] = useState(false);
  const [changing, setChanging] = useState(false);
  const [search, setSearch] = useState('');
  const [offset, setOffset] = useState(0);
  const outlook = useQuery(outlookQuery(system.id, { changing, search, offset }));
  return (
    <>
      <PageHead title={system.name} intro={t(`page.${system.mode}`)}>
        {mayChange && system.mode === 'observe' && (
          <button type="button" className="button primary" onClick={() => setSwitching(true)}>
            <Icon name="play" />
            {t('switchOn.open')}
          </button>
        )}
      </PageHead>
      {system.mode !== 'observe' && (
        <PauseCard place={`phone-systems/${system.id}`} name={system.name} heading={false} />
      )}
      {outlook.data && <Summary summary={outlook.data.summary} active={system.mode === 'active'} />}
      <section className="section">
        <h2>{t(system.mode === 'active' ? 'now' : 'would')}</h2>
        <div className="outlook-filter">
          <TextInput
            label={t('search')}
            value={search}
            onChange={(event) => {
              setSearch(event.currentTarget.value);
              setOffset(0);
            }}
          />
          <Switch
            label={t('onlyChanges')}
            checked={changing}
            onChange={(event) => {
              setChanging(event.currentTarget.checked);
              setOffset(0);
            }}
          />
        </div>
        {outlook.isPending && <Skeleton rows={6} />}
        {outlook.isError && <Problem error={outlook.error} retry={() => void outlook.refetch()} />}
        {outlook.data?.lines.length === 0 && <Empty icon="check" title={t(changing ? 'noChanges' : 'noPhones')} />}
        {outlook.data && outlook.data.lines.length > 0 && (
          <OutlookTable lines={outlook.data.lines} active={system.mode === 'active'} />
        )}
        {(offset > 0 || outlook.data?.next) && (
          <div className="actions">
            <button type="button" className="button" disabled={offset === 0} onClick={() => setOffset(offset - 100)}>
              {t('before')}
            </button>
            <button
              type="button"
              className="button"
              disabled={!outlook.data?.next}
              onClick={() => setOffset(outlook.data?.next ?? 0)}
            >
              {t('after')}
            </button>
          </div>
        )}
      </section>
      <OutlookLog systemId={system.id} />
      {switching && <SwitchOn system={system} onClose={() => setSwitching(false)} />}
    </>
  );
}

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneSystem, PhoneSystemCheckResult } from '../../../../server/src/api/schemas/telephony.ts';
import { request } from '../../shell/api.ts';
import { CheckSteps } from '../../shell/check-steps.tsx';
import { Confirm } from '../../shell/dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useNow } from '../../shell/now.ts';
import { Empty, Problem } from '../../shell/parts.tsx';
import { inOurWords, ServerWords } from '../../shell/server-words.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { phoneSystemsQuery, useQuickChange } from '../administration.queries.ts';
import { RemovalSteps } from '../leaving/removal-steps.tsx';
import { useMayChange } from '../may-change.ts';
import { PlaceLink } from '../place-link.tsx';
import { Section } from '../section.tsx';
import { PauseCard } from '../trust/pause-card.tsx';
import { PauseForm } from '../trust/pause-form.tsx';
import { SwitchOn } from '../trust/switch-on.tsx';
import { PhoneSystemForm } from './phone-system-form.tsx';

export default function PhoneSystems() {
  const { t } = useTranslation(['administration/system', 'profiles', 'administration/trust']);
  const systems = useQuery({ ...phoneSystemsQuery, refetchInterval: 15_000 });
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={t('rooms.phones', { ns: 'administration' })}
      intro={t('phones.intro')}
      add={{ label: t('phones.add'), run: () => setAdding(true) }}
      query={systems}
    >
      <div className="stack" style={{ marginTop: 16 }}>
        {systems.data?.length === 0 && <Empty icon="phone" title={t('phones.none')} text={t('phones.noneText')} />}
        {systems.data?.map((system) => (
          <System key={system.id} system={system} />
        ))}
      </div>
      {adding && <PhoneSystemForm system={null} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function System({ system }: { system: PhoneSystem }) {
  const { t } = useTranslation(['administration/system', 'profiles', 'administration/leaving']);
  const now = useNow(10_000);
  const format = useFormat();
  const [showing, setShowing] = useState<'change' | 'remove' | 'switchOn' | 'pause' | null>(null);
  const quick = useQuickChange('phoneSystems', 'extensions');
  const mayChange = useMayChange();
  const check = useMutation({
    mutationFn: () => request<PhoneSystemCheckResult>('POST', `/phone-systems/${system.id}/check`),
  });
  return (
    <article className="card stack" aria-label={system.name}>
      <header>
        <h3>
          <PlaceLink to={`phones/${system.id}`}>{system.name}</PlaceLink>{' '}
          <span className="tag">{t(`phones.modes.${system.mode}`)}</span>
        </h3>
        <p className="hint">
          {t(`phones.kinds.${system.kind}`, { defaultValue: system.kind })} ·{' '}
          {t('phones.extensions', { count: system.extensions })}
          {system.pollSeconds !== null &&
            system.pollSeconds > 30 &&
            ` · ${t('phones.polls', { minutes: Math.round(system.pollSeconds / 6) / 10 })}`}
          {system.lastContactAt && ` · ${t('phones.contact', { when: format.relative(system.lastContactAt, now) })}`}
        </p>
      </header>
      {system.mode === 'observe' && (
        <p className="notice-line">
          <Icon name="eye" size={16} /> {t('observing', { ns: 'administration/trust' })}{' '}
          <PlaceLink to={`phones/${system.id}`}>{t('look', { ns: 'administration/trust' })}</PlaceLink>
        </p>
      )}
      {system.becomes === 'observe' && (
        <p className="notice-line">{t('becomesObserve', { ns: 'administration/trust' })}</p>
      )}
      {system.mode === 'paused' && (
        <PauseCard place={`phone-systems/${system.id}`} name={system.name} heading={false} />
      )}
      {system.status === 'failing' && (
        <div className="problem">
          <Icon name="warning" />
          <div>
            <p>
              <strong>{t(`errorClass.${system.errorClass ?? 'internal'}`, { ns: 'shell' })}</strong>
            </p>
            <ServerWords text={system.message} />
          </div>
        </div>
      )}
      {mayChange && (
        <div className="actions">
          {system.mode === 'observe' && (
            <button type="button" className="button primary" onClick={() => setShowing('switchOn')}>
              <Icon name="play" />
              {t('switchOn.open', { ns: 'administration/trust' })}
            </button>
          )}
          {system.mode === 'active' && (
            <button type="button" className="button" onClick={() => setShowing('pause')}>
              <Icon name="pause" />
              {t('pause', { ns: 'administration/trust' })}
            </button>
          )}
          <button type="button" className="button" disabled={check.isPending} onClick={() => check.mutate()}>
            <Icon name="check" />
            {check.isPending ? t('phones.checking') : t('phones.check')}
          </button>
          <button type="button" className="button quiet" onClick={() => setShowing('change')}>
            {t('change', { ns: 'shell' })}
          </button>
          <button type="button" className="button quiet" onClick={() => setShowing('remove')}>
            {t('remove', { ns: 'shell' })}
          </button>
        </div>
      )}
      <div aria-live="polite" className="stack">
        {check.isError && <Problem error={check.error} />}
        {check.data && <CheckResult result={check.data} />}
      </div>
      {showing === 'switchOn' && <SwitchOn system={system} onClose={() => setShowing(null)} />}
      {showing === 'pause' && (
        <PauseForm place={`phone-systems/${system.id}`} name={system.name} onClose={() => setShowing(null)} />
      )}
      {showing === 'change' && <PhoneSystemForm system={system} onClose={() => setShowing(null)} />}
      {showing === 'remove' && (
        <Confirm
          title={t('phones.removeTitle', { name: system.name })}
          text={t('phones.removeText')}
          confirm={t('remove', { ns: 'shell' })}
          busy={quick.isPending}
          onClose={() => setShowing(null)}
          onConfirm={() => quick.run({ method: 'DELETE', path: `/phone-systems/${system.id}` }, () => setShowing(null))}
        >
          <RemovalSteps
            steps={[
              {
                name: 'giveForwardingBack',
                detail: t('willDo.giveBackAll', { ns: 'administration/leaving', count: system.extensions }),
              },
              { name: 'eraseData', detail: t('willDo.erasePhoneSystem', { ns: 'administration/leaving' }) },
            ]}
          />
        </Confirm>
      )}
    </article>
  );
}

const modes = ['off', 'all', 'internal', 'external', 'doNotDisturb'] as const;
const slots = ['busy', 'unanswered'] as const;

function CheckResult({ result }: { result: PhoneSystemCheckResult }) {
  const { t } = useTranslation(['administration/system', 'profiles', 'administration/http-phone']);
  const unable = [
    ...modes.map((mode) => [t(`modes.${mode}`, { ns: 'profiles' }), result.modes[mode]] as const),
    ...slots.map((slot) => [t(`slots.${slot}`, { ns: 'administration/http-phone' }), result.slots[slot]] as const),
  ].flatMap(([name, able]) => (typeof able === 'string' ? [{ name, why: able }] : []));
  return (
    <>
      <CheckSteps steps={result.steps.filter((step) => step.name !== 'modes')} label={t('phones.check')} />
      {unable.length > 0 && (
        <div>
          <p>{t('phones.unable')}</p>
          <ul>
            {unable.map(({ name, why }) => {
              const ours = inOurWords(why);
              return (
                <li key={name} className="hint">
                  {name}: <span lang={ours ? undefined : 'en'}>{ours ?? why}</span>
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </>
  );
}

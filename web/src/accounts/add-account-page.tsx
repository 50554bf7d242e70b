import './accounts.css';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Controls } from '../shell/controls.tsx';
import { Icon, type IconName } from '../shell/icons.tsx';
import { PageHead } from '../shell/parts.tsx';
import { useTitle } from '../shell/use-title.ts';
import { kindsQuery } from './accounts.queries.ts';
import { ConnectByAddress } from './connect-by-address.tsx';
import { ConnectByFile } from './connect-by-file.tsx';
import { consentQuery } from './microsoft365/consent.queries.ts';

const ConsentPanel = lazy(async () => ({ default: (await import('./microsoft365/consent-panel.tsx')).ConsentPanel }));

const kinds = ['microsoft365', 'caldav', 'icalendar-address', 'icalendar-file'] as const;
type Kind = (typeof kinds)[number];
const icons: Record<Kind, IconName> = {
  microsoft365: 'agenda',
  caldav: 'server',
  'icalendar-address': 'link',
  'icalendar-file': 'upload',
};

export default function AddAccountPage() {
  const { t } = useTranslation('accounts');
  useTitle(t('addTitle'));
  const [chosen, setChosen] = useState<Kind | null>(null);
  const { data: leave } = useQuery(kindsQuery);
  const consent = useQuery(consentQuery);
  const offered = kinds.filter((one) => one !== 'microsoft365' || consent.data?.offered);
  const refusal = (kind: Kind) => leave?.find((one) => one.kind === kind)?.restReason ?? null;
  const kind = chosen ?? offered.find((one) => refusal(one) === null) ?? null;
  return (
    <Controls>
      <div className="page">
        <PageHead title={t('addTitle')} intro={t('addIntro')} />
        <fieldset className="kinds">
          <legend className="sr-only">{t('kindLabel')}</legend>
          {offered.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="kind"
                checked={kind === one}
                disabled={refusal(one) !== null}
                onChange={() => setChosen(one)}
              />
              <Icon name={icons[one]} size={24} />
              <span>
                <strong>{t(`kind.${one}`)}</strong>
                <small>{refusal(one) ? t(`kindRefused.${refusal(one)!}`) : t(`kindHint.${one}`)}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {kind === 'icalendar-file' && <ConnectByFile />}
        {kind === 'microsoft365' && consent.data && (
          <Suspense>
            <ConsentPanel consent={consent.data} />
          </Suspense>
        )}
        {kind !== null && kind !== 'icalendar-file' && kind !== 'microsoft365' && (
          <ConnectByAddress key={kind} kind={kind} />
        )}
      </div>
    </Controls>
  );
}

import './accounts.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Controls } from '../shell/controls.tsx';
import { Icon, type IconName } from '../shell/icons.tsx';
import { PageHead } from '../shell/parts.tsx';
import { useTitle } from '../shell/use-title.ts';
import { kindsQuery } from './accounts.queries.ts';
import { ConnectByAddress } from './connect-by-address.tsx';
import { ConnectByFile } from './connect-by-file.tsx';

const kinds = ['caldav', 'icalendar-address', 'icalendar-file'] as const;
type Kind = (typeof kinds)[number];
const icons: Record<Kind, IconName> = { caldav: 'server', 'icalendar-address': 'link', 'icalendar-file': 'upload' };

export default function AddAccountPage() {
  const { t } = useTranslation('accounts');
  useTitle(t('addTitle'));
  const [chosen, setChosen] = useState<Kind | null>(null);
  const { data: leave } = useQuery(kindsQuery);
  const refusal = (kind: Kind) => leave?.find((one) => one.kind === kind)?.restReason ?? null;
  const kind = chosen ?? kinds.find((one) => refusal(one) === null) ?? null;
  return (
    <Controls>
      <div className="page">
        <PageHead title={t('addTitle')} intro={t('addIntro')} />
        <fieldset className="kinds">
          <legend className="sr-only">{t('kindLabel')}</legend>
          {kinds.map((one) => (
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
        {kind !== null && kind !== 'icalendar-file' && <ConnectByAddress key={kind} kind={kind} />}
      </div>
    </Controls>
  );
}

import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { useWatch } from '../shell/live.ts';
import { announce } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { useMe } from '../shell/session.ts';
import { useShortcut } from '../shell/shortcuts.ts';
import { useFormat } from '../shell/use-format.ts';
import { presenceQuery } from './presence.queries.ts';
import { StatusMark } from './status.tsx';
import { usePresenceWords } from './words.ts';

const PresencePanel = lazy(() => import('./presence-panel.tsx'));

/** My presence in the head of every page; opens the panel where it is explained and changed. */
export function MyPresence() {
  const { t } = useTranslation('presence');
  const me = useMe();
  const now = useNow(60_000);
  const words = usePresenceWords(useFormat(), now);
  const [open, setOpen] = useState(false);
  const { data: presence } = useQuery(presenceQuery(me.id));
  useWatch([me.id]);
  useShortcut('p', () => setOpen(true));

  const sentence = presence && words.sentence(presence);
  const last = useRef(sentence);
  useEffect(() => {
    if (sentence && last.current && sentence !== last.current) announce(t('youAreNow', { presence: sentence }));
    last.current = sentence;
  }, [sentence, t]);

  const forwarded = presence?.forwarding && presence.forwarding.mode !== 'off' ? presence.forwarding : undefined;
  const failing = presence?.phones?.some((phone) => phone.error !== null);
  return (
    <>
      <button
        type="button"
        className="my-presence"
        data-status={presence?.status ?? 'unavailable'}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <StatusMark status={presence?.status ?? 'unavailable'} size={20} />
        <span className="my-presence-words">
          <strong>
            {presence && <span className="sr-only">{t('mine')}: </span>}
            {presence ? t(`status.${presence.status}`) : t('mine')}
          </strong>
          {presence && (
            <small>
              {words.untilWhen(presence.until)}
              {forwarded && (
                <span className="my-presence-calls">
                  {' · '}
                  {words.calls(forwarded)}
                </span>
              )}
            </small>
          )}
        </span>
        {failing && <Icon name="warning" />}
        <Icon name="down" size={16} />
      </button>
      {open && (
        <Suspense>
          <PresencePanel onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Presence } from '../../../server/src/api/schemas/presence.ts';
import { Icon } from '../shell/icons.tsx';
import { useWatch } from '../shell/live.ts';
import { announce } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { useMe } from '../shell/session.ts';
import { useShortcut } from '../shell/shortcuts.ts';
import { useFormat } from '../shell/use-format.ts';
import { presenceQuery } from './presence.queries.ts';
import { StatusMark } from './status.tsx';
import { useClientReport } from './use-client-report.ts';
import { forwards, usePresenceWords } from './words.ts';

const PresencePanel = lazy(() => import('./presence-panel.tsx'));

function isFailing(presence: Presence | undefined): boolean {
  return presence?.phones?.some((phone) => phone.error !== null) ?? false;
}

/** My presence in the head of every page; opens the panel where it is explained and changed. */
export function MyPresence() {
  const { t } = useTranslation('presence');
  const me = useMe();
  const now = useNow(60_000);
  const words = usePresenceWords(useFormat(), now);
  const [open, setOpen] = useState(false);
  const { data: presence } = useQuery({
    ...presenceQuery(me.id),
    // A phone that failed is tried again; nothing tells when it has come right but the phone's own state.
    refetchInterval: ({ state }) => (isFailing(state.data) ? 15_000 : false),
  });
  useWatch([me.id]);
  useClientReport(me);
  useShortcut('p', () => setOpen(true));

  const sentence = presence && words.sentence(presence);
  const last = useRef(sentence);
  useEffect(() => {
    if (sentence && last.current && sentence !== last.current) announce(t('youAreNow', { presence: sentence }));
    last.current = sentence;
  }, [sentence, t]);

  const forwarded = forwards(presence?.forwarding) ? presence?.forwarding : undefined;
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
        {isFailing(presence) && (
          <span className="my-presence-failing">
            <Icon name="warning" />
            <span className="sr-only">{t('phoneFailing')}</span>
          </span>
        )}
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

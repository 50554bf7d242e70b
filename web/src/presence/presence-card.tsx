import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNow } from '../shell/now.ts';
import { useMe } from '../shell/session.ts';
import { useFormat } from '../shell/use-format.ts';
import { presenceQuery } from './presence.queries.ts';
import { StatusMark } from './status.tsx';
import { TodayBar } from './today-bar.tsx';
import { usePresenceWords } from './words.ts';

/** Beside the agenda: why my presence is what it is, where calls go, and how the day looks to others. */
export default function PresenceCard() {
  const { t } = useTranslation('presence');
  const me = useMe();
  const words = usePresenceWords(useFormat(), useNow(60_000));
  const { data: presence } = useQuery(presenceQuery(me.id));
  if (!presence) return null;
  return (
    <section className="card presence-card" aria-labelledby="presence-card" data-status={presence.status}>
      <h2 id="presence-card">{t('mine')}</h2>
      <p className="presence-card-now">
        <StatusMark status={presence.status} size={18} />
        <span>
          <strong>{t(`status.${presence.status}`)}</strong> {words.untilWhen(presence.until)}
        </span>
      </p>
      <p className="row-meta">{words.why(presence.reason, presence.note, presence.setBy)}</p>
      <p className="row-meta">{words.calls(presence.forwarding)}</p>
      <TodayBar userId={me.id} />
    </section>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Presence } from '../../../server/src/api/schemas/presence.ts';
import { Dialog } from '../shell/dialog.tsx';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { Problem, Skeleton, useErrorText } from '../shell/parts.tsx';
import { useMe } from '../shell/session.ts';
import { type Format, useFormat } from '../shell/use-format.ts';
import { type Acting, ManualForm } from './manual-form.tsx';
import { OwnPause } from './own-pause.tsx';
import { PhoneLine } from './phone-line.tsx';
import { presenceQuery, useManualPresence } from './presence.queries.ts';
import { useProfileName } from './profile-name.ts';
import { RepliesLine } from './replies-line.tsx';
import { PresenceStack } from './stack/stack.tsx';
import { StatusMark } from './status.tsx';
import { TodayBar, TodayList } from './today-bar.tsx';
import { forwards, usePresenceWords } from './words.ts';

/** Presence explained (why, until when, where calls go) and changed by hand: one's own, or that of whom one acts for. */
export default function PresencePanel({ actingFor, onClose }: Acting & { onClose(): void }) {
  const { t } = useTranslation('presence');
  const me = useMe();
  const now = useNow();
  const format = useFormat();
  const userId = actingFor?.id ?? me.id;
  const presence = useQuery(presenceQuery(userId));
  return (
    <Dialog title={actingFor ? t('acting.title', { name: actingFor.displayName }) : t('mine')} side onClose={onClose}>
      {actingFor && (
        <p className="acting-for">
          <Icon name="person" />
          {t('acting.text', { name: actingFor.displayName })}
        </p>
      )}
      {presence.isPending && <Skeleton />}
      {presence.isError && !presence.data && <Problem error={presence.error} retry={() => void presence.refetch()} />}
      {presence.data && (
        <>
          <Now presence={presence.data} now={now} format={format} actingFor={actingFor} />
          <TodayBar userId={userId} />
          <ManualForm presence={presence.data} actingFor={actingFor} onDone={onClose} />
          <TodayList userId={userId} />
          {!actingFor && <OwnPause userId={userId} />}
          <PresenceStack userId={userId} />
          {!actingFor && (
            <p>
              <Link to="/calls" onClick={onClose}>
                {t('toLog')}
              </Link>
              {' · '}
              <Link to="/settings/history" onClick={onClose}>
                {t('toHistory')}
              </Link>
            </p>
          )}
        </>
      )}
    </Dialog>
  );
}

function Now({ presence, now, format, actingFor }: Acting & { presence: Presence; now: Date; format: Format }) {
  const { t } = useTranslation('presence');
  const words = usePresenceWords(format, now);
  const nameOf = useProfileName();
  const automatic = useManualPresence(presence.userId);
  const errorText = useErrorText();
  const why = words.why(presence.reason, presence.note, presence.setBy);

  function backToAutomatic(): void {
    automatic.mutate(null, {
      onSuccess: () => notify(actingFor ? t('acting.isAutomatic', { name: actingFor.displayName }) : t('isAutomatic')),
      onError: (error) => notify(errorText(error), { tone: 'problem' }),
    });
  }

  return (
    <section className="presence-now" data-status={presence.status}>
      <p className="presence-status">
        <StatusMark status={presence.status} size={28} />
        <span>
          <strong>{t(`status.${presence.status}`)}</strong>
          <span>{words.untilWhen(presence.until)}</span>
        </span>
      </p>
      <dl className="facts">
        <div>
          <dt>{t('why')}</dt>
          <dd>
            {why}
            {presence.profile && presence.reason?.origin === 'manual' && ` (${nameOf(presence.profile.name)})`}
          </dd>
        </div>
        <div>
          <dt>{t('since')}</dt>
          <dd>{format.moment(presence.since, now)}</dd>
        </div>
        {presence.note && (
          <div>
            <dt>{t('note')}</dt>
            <dd>{presence.note}</dd>
          </div>
        )}
        <div>
          <dt>{t('callsLabel')}</dt>
          <dd>
            {words.calls(presence.forwarding)}
            {forwards(presence.forwarding) && `, ${words.untilWhen(presence.until)}`}
            {!actingFor && presence.reason?.forwardingProblem && (
              <small>
                {words.ofSlot(
                  presence.reason.forwardingProblemSlot,
                  t(`forwardingProblem.${presence.reason.forwardingProblem}`),
                )}
              </small>
            )}
          </dd>
        </div>
        {(actingFor ? [] : presence.phones)?.map((phone) => (
          <PhoneLine key={`${phone.extensionId} ${phone.slot}`} {...{ userId: presence.userId, phone, now, format }} />
        ))}
        {!actingFor && <RepliesLine />}
      </dl>
      {presence.reason?.origin === 'manual' && (
        <button type="button" className="button" disabled={automatic.isPending} onClick={backToAutomatic}>
          <Icon name="undo" />
          {t('automatic')}
        </button>
      )}
    </section>
  );
}

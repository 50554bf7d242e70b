import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Phone } from '../../../server/src/api/schemas/presence.ts';
import { request } from '../shell/api.ts';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { useErrorText } from '../shell/parts.tsx';
import { ServerWords } from '../shell/server-words.tsx';
import type { Format } from '../shell/use-format.ts';
import { usePresenceWords } from './words.ts';

/** One of the user's own phones: how far its forwarding is, why it doesn't follow, and what the user may do about it. */
export function PhoneLine({ userId, phone, now, format }: { userId: string; phone: Phone; now: Date; format: Format }) {
  const { t } = useTranslation('presence');
  const words = usePresenceWords(format, now);
  const { pause } = phone;
  const slot = phone.slot === 'always' ? null : t(`slot.${phone.slot}`);
  return (
    <div>
      <dt>{[t('phone', { extension: phone.extension }), slot].filter(Boolean).join(', ')}</dt>
      <dd>
        {pause ? (
          <>
            {t(pause.guard ? 'paused.guard' : 'paused.by', { name: pause.by.name })}
            {pause.until && ` ${t('until', { time: format.moment(pause.until, now) })}`}
            {pause.reason && <small>“{pause.reason}”</small>}
            {phone.phase !== 'idle' && (
              <small>{t(pause.giveBack ? 'paused.givingBack' : 'paused.left', { calls: setThere(phone) })}</small>
            )}
          </>
        ) : phone.error ? (
          <div className="problem-text">
            <Icon name="warning" size={16} /> {t('phoneFailing')}
            <ServerWords text={phone.error} />
          </div>
        ) : phone.systemMode === 'observe' ? (
          <>
            {t('observed.text')}
            {phone.desired.mode !== 'off' && <small>{t('observed.would', { calls: wouldBe(phone) })}</small>}
          </>
        ) : phone.phase === 'overridden' ? (
          <Overridden userId={userId} phone={phone} wanted={wouldBe(phone)} there={setThere(phone)} />
        ) : (
          words.phase(phone)
        )}
        <small>{phone.phoneSystem}</small>
      </dd>
    </div>
  );

  function wouldBe({ slot, desired }: Phone): string {
    return words.callsIn(slot, desired);
  }
  function setThere({ slot, actual }: Phone): string {
    return actual ? words.callsIn(slot, actual) : '';
  }
}

/** Which changes by hand the user has answered with "leave it": asked once, until it is changed again. */
const answered = new Set<string>();

function Overridden(props: { userId: string; phone: Phone; wanted: string; there: string }) {
  const { t } = useTranslation('presence');
  const { userId, phone, wanted, there } = props;
  const key = `${phone.extensionId} ${phone.slot} ${phone.actual?.target ?? phone.actual?.mode}`;
  const [left, setLeft] = useState(answered.has(key));
  const errorText = useErrorText();
  const client = useQueryClient();
  const takeBack = useMutation({
    mutationFn: () => request('POST', `/users/${userId}/phones/${phone.extensionId}/take-back`),
    onSuccess: () => notify(t('overridden.taken', { calls: wanted })),
    onError: (error) => notify(errorText(error), { tone: 'problem' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['presence', userId] }),
  });
  return (
    <div className="overridden">
      <p>
        {t('overridden.text')} <strong>{there}</strong>
      </p>
      {left ? (
        <small>{t('overridden.stays')}</small>
      ) : (
        <>
          <small>{t('overridden.ask', { calls: wanted })}</small>
          <div className="actions">
            <button
              type="button"
              className="button"
              disabled={takeBack.isPending || takeBack.isSuccess}
              onClick={() => takeBack.mutate()}
            >
              {t('overridden.takeBack')}
            </button>
            <button
              type="button"
              className="button quiet"
              onClick={() => {
                answered.add(key);
                setLeft(true);
              }}
            >
              {t('overridden.leave')}
            </button>
          </div>
        </>
      )}
    </div>
  );
}

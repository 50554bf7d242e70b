import { useTranslation } from 'react-i18next';
import type { UserOverview } from '../../../../server/src/api/schemas/user-list.ts';
import { useProfileName } from '../../presence/profile-name.ts';
import { PresenceStack } from '../../presence/stack/stack.tsx';
import { StatusMark } from '../../presence/status.tsx';
import { usePresenceWords } from '../../presence/words.ts';
import { Icon } from '../../shell/icons.tsx';
import { useNow } from '../../shell/now.ts';
import { ServerWords } from '../../shell/server-words.tsx';
import { useFormat } from '../../shell/use-format.ts';

type Phone = UserOverview['phones'][number];

/** The status, why it is so and until when; and of each phone what is wanted, what is there, and how far it is. */
export function UserPresence({ overview: { presence, phones } }: { overview: UserOverview }) {
  const { t } = useTranslation(['administration/users', 'presence']);
  const now = useNow(10_000);
  const format = useFormat();
  const words = usePresenceWords(format, now);
  const nameOf = useProfileName();
  return (
    <section className="card stack" aria-label={t('page.presence')}>
      <h2>{t('page.presence')}</h2>
      {presence && (
        <>
          <p className="presence-status" data-status={presence.status}>
            <StatusMark status={presence.status} size={24} />
            <span>
              <strong>{t(`status.${presence.status}`, { ns: 'presence' })}</strong>
              <span>{words.untilWhen(presence.until)}</span>
            </span>
          </p>
          <dl className="facts">
            <div>
              <dt>{t('why', { ns: 'presence' })}</dt>
              <dd>
                {words.why(presence.reason, presence.note, presence.setBy)}
                {presence.profile && ` (${nameOf(presence.profile.name)})`}
              </dd>
            </div>
            <div>
              <dt>{t('page.calls')}</dt>
              <dd>
                {words.calls(presence.forwarding)}
                {presence.reason?.forwardingProblem && (
                  <small>{t(`forwardingProblem.${presence.reason.forwardingProblem}`, { ns: 'presence' })}</small>
                )}
              </dd>
            </div>
          </dl>
        </>
      )}
      {presence && <PresenceStack userId={presence.userId} />}
      <h3>{t('page.phones')}</h3>
      {phones.length === 0 && <p className="hint">{t('page.noPhones')}</p>}
      <ul className="phones" hidden={phones.length === 0}>
        {phones.map((phone) => (
          <li key={`${phone.extensionId} ${phone.slot}`}>
            <strong>{phone.extension}</strong> <span className="hint">{phone.phoneSystem}</span>
            <PhoneState phone={phone} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function PhoneState({ phone }: { phone: Phone }) {
  const { t } = useTranslation('administration/users');
  const now = useNow(10_000);
  const format = useFormat();
  const words = usePresenceWords(format, now);
  if (phone.error)
    return (
      <div className="problem-text">
        <Icon name="warning" size={16} /> {t('phoneFailing', { ns: 'presence' })}
        <ServerWords text={phone.error} />
      </div>
    );
  return (
    <p>
      {words.callsIn(phone.slot, phone.desired)}: {words.phase(phone)}
      {phone.actual && phone.actualAt && (
        <small>
          {t('page.asFound', { calls: words.callsIn(phone.slot, phone.actual) })},{' '}
          {format.relative(phone.actualAt, now)}
        </small>
      )}
    </p>
  );
}

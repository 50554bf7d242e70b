import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ManualPresence, Presence, Profile } from '../../../server/src/api/schemas/presence.ts';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { Skeleton, useErrorText } from '../shell/parts.tsx';
import { clockIn, dateIn, instantAt } from '../shell/time.ts';
import { useFormat } from '../shell/use-format.ts';
import { notePlaceholders } from './note-placeholders.ts';
import { choosableProfilesQuery, stackQuery, useManualPresence } from './presence.queries.ts';
import { useProfileName } from './profile-name.ts';
import { StatusMark, statuses } from './status.tsx';
import { forwards, usePresenceWords } from './words.ts';

const rules = ['default', 'appointmentEnd', 'nextBoundary', 'time', 'untilChanged'] as const;
type Rule = (typeof rules)[number];
const hourMs = 3_600_000;

/** Whose presence it is, when it isn't one's own. */
export interface Acting {
  actingFor?: { id: string; displayName: string } | undefined;
}

/** Chooses a profile, how long it holds, and a note. What was before comes back by "undo". */
export function ManualForm({ presence, actingFor, onDone }: Acting & { presence: Presence; onDone(): void }) {
  const { t } = useTranslation(['presence', 'presence/stack']);
  const format = useFormat();
  const now = useNow();
  const words = usePresenceWords(format, now);
  const errorText = useErrorText();
  const profiles = useQuery(choosableProfilesQuery(presence.userId, !actingFor));
  const manual = useManualPresence(presence.userId);
  const nameOf = useProfileName();
  const noteHint = useId();
  // The appointment that is running now, the strongest of several: a choice may end with it.
  const { data: stack } = useQuery(stackQuery(presence.userId));
  const appointment = stack?.entries.find(
    ({ running, appointmentEnd }) => running && appointmentEnd && new Date(appointmentEnd) > now,
  );
  const offered = rules.filter((one) => one !== 'appointmentEnd' || appointment);
  const [profileId, setProfileId] = useState('');
  const [rule, setRule] = useState<Rule>('default');
  const [time, setTime] = useState(() => clockIn(new Date(Date.now() + hourMs), format.zone));
  const [note, setNote] = useState('');

  function endOf(): ManualPresence['end'] {
    if (rule === 'appointmentEnd') {
      const { uid, occurrence } = appointment?.reason ?? {};
      return { rule, ...(uid !== undefined && { uid, occurrence }) };
    }
    if (rule !== 'time') return { rule };
    const at = instantAt(dateIn(now, format.zone), time, format.zone);
    const until = at > now ? at : new Date(at.getTime() + 24 * hourMs);
    return { rule, until: until.toISOString() };
  }

  function ruleText(one: Rule): string {
    if (one !== 'appointmentEnd') return t(`rule.${one}`);
    const time = format.moment(appointment?.appointmentEnd ?? now, now);
    const title = appointment?.reason.title;
    return title
      ? t('rule.appointmentEnd', { ns: 'presence/stack', title, time })
      : t('rule.appointmentEndUntitled', { ns: 'presence/stack', time });
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    const before = undoOf(presence);
    manual.mutate(
      { profileId, end: endOf(), note: note === '' ? null : note },
      {
        onSuccess() {
          const profile = nameOf(profiles.data?.find(({ id }) => id === profileId)?.name ?? '');
          notify(actingFor ? t('acting.isSet', { profile, name: actingFor.displayName }) : t('isSet', { profile }), {
            action: { label: t('undo'), run: () => manual.mutate(before) },
          });
          onDone();
        },
        onError: (error) => notify(errorText(error), { tone: 'problem' }),
      },
    );
  }

  return (
    <form className="manual" onSubmit={submit}>
      <h3>{t('byHand')}</h3>
      {profiles.isPending && <Skeleton rows={3} />}
      <fieldset className="profiles">
        <legend className="sr-only">{t('profile')}</legend>
        {profiles.data
          ?.filter((profile) => profile.active)
          .sort((a, b) => statuses.indexOf(a.status) - statuses.indexOf(b.status))
          .map((profile) => (
            <label key={profile.id} data-status={profile.status}>
              <input
                type="radio"
                name="profile"
                value={profile.id}
                checked={profileId === profile.id}
                onChange={() => setProfileId(profile.id)}
              />
              <StatusMark status={profile.status} size={18} />
              <span>
                {nameOf(profile.name)}
                {profile.forwarding && <ProfileCalls forwarding={profile.forwarding} words={words} />}
              </span>
            </label>
          ))}
      </fieldset>
      {profileId !== '' && (
        <>
          <fieldset className="choices">
            <legend>{t('howLong')}</legend>
            {offered.map((one) => (
              <label key={one}>
                <input type="radio" name="rule" checked={rule === one} onChange={() => setRule(one)} />
                <span>{ruleText(one)}</span>
                {one === 'time' && rule === 'time' && (
                  <input
                    type="time"
                    required
                    aria-label={t('rule.time')}
                    value={time}
                    onChange={(event) => setTime(event.target.value)}
                  />
                )}
              </label>
            ))}
          </fieldset>
          <label className="field">
            <span>{t('noteForColleagues')}</span>
            <input
              value={note}
              maxLength={500}
              aria-describedby={noteHint}
              onChange={(event) => setNote(event.target.value)}
            />
          </label>
          <p id={noteHint} className="hint note-hint">
            {t('noteHint', { ns: 'presence/stack', ...notePlaceholders })}
          </p>
          <button type="submit" className="button primary" disabled={manual.isPending}>
            <Icon name="check" />
            {t('apply')}
          </button>
        </>
      )}
    </form>
  );
}

/** What makes it as it was: the manual choice before, or the calendar. */
function undoOf(presence: Presence): ManualPresence | null {
  if (presence.reason?.origin !== 'manual') return null;
  const end: ManualPresence['end'] = presence.until
    ? { rule: 'time', until: presence.until }
    : { rule: 'untilChanged' };
  const choice = presence.profile ? { profileId: presence.profile.id } : { status: presence.status };
  return { ...choice, end, note: presence.noteTemplate ?? presence.note };
}

type ProfileForwarding = Profile['forwarding'];

function ProfileCalls(props: { forwarding: ProfileForwarding; words: ReturnType<typeof usePresenceWords> }) {
  const { t } = useTranslation('presence');
  const { mode, target, busy, unanswered } = props.forwarding;
  const kind = (each: ProfileForwarding['target']) => each && t(`target.${each.kind}`);
  const shown = { mode, target: kind(target), busy: kind(busy), unanswered: kind(unanswered) };
  return forwards(shown) ? <small>{props.words.calls(shown)}</small> : null;
}

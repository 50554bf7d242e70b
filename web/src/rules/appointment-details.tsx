import './rules.css';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Appointment } from '../../../server/src/api/schemas/agenda.ts';
import { profilesQuery } from '../presence/presence.queries.ts';
import { Controls } from '../shell/controls.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { fieldError } from '../shell/field-errors.ts';
import { notify } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { Problem, Skeleton, useErrorText } from '../shell/parts.tsx';
import { addDays } from '../shell/time.ts';
import { useFormat } from '../shell/use-format.ts';
import { Outcome } from './dry-run-panel.tsx';
import { MinutesFields, ProfileSelect } from './rule-form.tsx';
import { useBecause } from './rule-words.ts';
import { type AppointmentOutcome, type Effect, outcomesQuery, useAppointmentChoice } from './rules.queries.ts';

interface Props {
  appointment: Appointment;
  onClose(): void;
}

/** One appointment of one's own agenda: when, where, with whom, and what it does to one's presence. */
export default function AppointmentDetails({ appointment, onClose }: Props) {
  const { t } = useTranslation(['agenda', 'rules', 'presence']);
  const format = useFormat();
  const now = useNow(60_000);
  const { title, location, organizer, attendeeCount, categories, sources } = appointment;
  const about = [
    location,
    [organizer, attendeeCount > 1 && t('people', { count: attendeeCount })].filter(Boolean).join(', '),
    categories.length > 0 && `${t('choice.categories', { ns: 'rules' })}: ${categories.join(', ')}`,
    `${t('condition.calendars', { ns: 'rules' })}: ${sources.map(({ calendarName }) => calendarName).join(', ')}`,
  ].filter(Boolean);
  return (
    <Dialog title={title || t('noTitle')} onClose={onClose}>
      <div className="appointment-details">
        <p>
          {appointment.allDay && appointment.startDate && appointment.endDate
            ? days(appointment.startDate, addDays(appointment.endDate, -1), format.shortDay)
            : `${format.moment(appointment.start, now)} – ${format.moment(appointment.end, now)}`}
        </p>
        {about.map((line) => (
          <p key={String(line)} className="row-meta">
            {line}
          </p>
        ))}
      </div>
      <Controls>
        <Presence appointment={appointment} onDone={onClose} />
      </Controls>
    </Dialog>
  );
}

const days = (first: string, last: string, shown: (day: string) => string) =>
  first === last ? shown(first) : `${shown(first)} – ${shown(last)}`;

function Presence({ appointment, onDone }: { appointment: Appointment; onDone(): void }) {
  const { t } = useTranslation('rules');
  const outcomes = useQuery(outcomesQuery(appointment.start, appointment.end));
  if (outcomes.isPending) return <Skeleton rows={3} />;
  if (outcomes.isError) return <Problem error={outcomes.error} retry={() => void outcomes.refetch()} />;
  const known = outcomes.data.find(
    ({ uid, occurrence }) => uid === appointment.uid && occurrence === appointment.occurrence,
  );
  if (!known) return <p>{t('choice.gone')}</p>;
  return (
    <section className="appointment-presence" aria-label={t('choice.what')}>
      <h3>{t('choice.what')}</h3>
      <Now known={known} />
      {!appointment.cancelled && <ChoiceForm key={JSON.stringify(known.choice)} {...{ appointment, known, onDone }} />}
    </section>
  );
}

function Now({ known }: { known: AppointmentOutcome }) {
  const because = useBecause();
  return (
    <p className="dry-run-change">
      <Outcome outcome={known.outcome} entry={known} isNew />
      <span className="hint">{because(known.outcome.rule)}</span>
    </p>
  );
}

type What = 'rules' | 'ignore' | 'profile';

interface ChoiceProps {
  appointment: Appointment;
  known: AppointmentOutcome;
  onDone(): void;
}

function ChoiceForm({ appointment, known, onDone }: ChoiceProps) {
  const { t } = useTranslation('rules');
  const profiles = useQuery(profilesQuery).data ?? [];
  const choose = useAppointmentChoice();
  const errorText = useErrorText();
  const { choice, uid } = known;
  const chosen = choice?.effect;
  const [what, setWhat] = useState<What>(!chosen ? 'rules' : 'ignore' in chosen ? 'ignore' : 'profile');
  const [profile, setProfile] = useState(chosen && 'profile' in chosen ? chosen.profile : 'doNotDisturb');
  const [minutes, setMinutes] = useState(
    chosen && 'profile' in chosen
      ? { lead: `${chosen.leadMinutes}`, lag: `${chosen.lagMinutes}` }
      : { lead: '0', lag: '0' },
  );
  const [scope, setScope] = useState<'occurrence' | 'series'>(choice?.scope ?? 'occurrence');
  const isSeries = appointment.series && known.occurrence !== '';
  const occurrence = isSeries && scope === 'occurrence' ? known.occurrence : '';

  function submit(event: FormEvent): void {
    event.preventDefault();
    const effect: Effect | null =
      what === 'rules'
        ? null
        : what === 'ignore'
          ? { ignore: true }
          : { profile, leadMinutes: Number(minutes.lead), lagMinutes: Number(minutes.lag) };
    const before = choice && choice.scope === (occurrence === '' ? 'series' : 'occurrence') ? choice.effect : null;
    const title = appointment.title ?? '';
    const wasThere = !isSeries && choice ? choice.effect : before;
    const complain = (error: unknown) => notify(errorText(error), { tone: 'problem' });
    const undo = () =>
      // The window is closed by then: what is told afterwards hangs on no page.
      choose
        .mutateAsync({ uid, occurrence, effect: wasThere })
        .then(() => notify(t('choice.undone', { title })), complain);
    choose.mutate(
      { uid, occurrence, effect },
      {
        onSuccess() {
          notify(t('choice.saved', { title }), { action: { label: t('undo'), run: () => void undo() } });
          onDone();
        },
      },
    );
  }

  const numberError = (name: 'lead' | 'lag') =>
    /^\d{1,3}$/.test(minutes[name].trim()) ? fieldError(choose.error, `effect.${name}Minutes`) : t('form.number');
  const typed =
    what !== 'profile' || (['lead', 'lag'] as const).every((name) => /^\d{1,3}$/.test(minutes[name].trim()));
  return (
    <form className="form" onSubmit={submit}>
      <fieldset className="choices">
        <legend className="sr-only">{t('choice.what')}</legend>
        {(['rules', 'ignore', 'profile'] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="what" checked={what === one} onChange={() => setWhat(one)} />
            <span>{t(`choice.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      {what === 'profile' && (
        <>
          <ProfileSelect profiles={profiles} value={profile} choose={setProfile} />
          <MinutesFields
            {...minutes}
            faults={{ lead: numberError('lead'), lag: numberError('lag') }}
            set={(change) => setMinutes((known) => ({ ...known, ...change }))}
          />
        </>
      )}
      {isSeries && (
        <fieldset className="choices">
          <legend>{t('choice.scope')}</legend>
          {(['occurrence', 'series'] as const).map((one) => (
            <label key={one}>
              <input type="radio" name="scope" checked={scope === one} onChange={() => setScope(one)} />
              <span>{t(`choice.${one}`)}</span>
            </label>
          ))}
        </fieldset>
      )}
      {choose.isError && <Problem error={choose.error} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={choose.isPending || !typed}>
          {t('choice.save')}
        </button>
      </div>
    </form>
  );
}

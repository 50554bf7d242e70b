import './rules.css';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProfileName } from '../presence/profile-name.ts';
import { StatusMark } from '../presence/status.tsx';
import { forwards, usePresenceWords } from '../presence/words.ts';
import { Icon } from '../shell/icons.tsx';
import { useNow } from '../shell/now.ts';
import { Problem } from '../shell/parts.tsx';
import { useFormat } from '../shell/use-format.ts';
import { useBecause } from './rule-words.ts';
import type { DryRun } from './rules.queries.ts';

/** A dry run that was made, kept by whoever shows the panel: it is still there after saving. */
export interface MadeDryRun {
  /** What it was made for, as text. */
  of: string;
  result: DryRun;
  /** What it was made for has been saved since. */
  saved: boolean;
}

interface Props {
  text: string;
  /** What is to be tried; another text: what was tried is stale. */
  of: string;
  made: MadeDryRun | null;
  run(): Promise<DryRun>;
  onMade(made: MadeDryRun): void;
  /** What the dry run is made with, such as whose appointments are looked at. */
  children?: ReactNode;
}

/** The appointments of the next two weeks that come out differently, before saving and after. */
export function DryRunPanel({ text, of, made, run, onMade, children }: Props) {
  const { t } = useTranslation('rules');
  const tried = useMutation({ mutationFn: run, onSuccess: (result) => onMade({ of, result, saved: false }) });
  const isStale = made !== null && !made.saved && made.of !== of;
  return (
    <section className="dry-run" aria-label={t('dryRun.title')}>
      <div className="dry-run-head">
        <div>
          <h3>{t('dryRun.title')}</h3>
          <p className="hint">{made?.saved ? t('dryRun.saved') : text}</p>
        </div>
        <button type="button" className="button" disabled={tried.isPending} onClick={() => tried.mutate()}>
          <Icon name="eye" />
          {t(made ? 'dryRun.again' : 'dryRun.run')}
        </button>
      </div>
      {children}
      {tried.isError && <Problem error={tried.error} />}
      {made && (
        <div className={isStale ? 'dry-run-result is-stale' : 'dry-run-result'} role="status">
          {isStale && <p className="hint">{t('dryRun.stale')}</p>}
          <Result result={made.result} />
        </div>
      )}
    </section>
  );
}

function Result({ result: { users, days } }: { result: DryRun }) {
  const { t } = useTranslation('rules');
  if (users.length === 0) return <p>{t('dryRun.nobody')}</p>;
  const count = users.flatMap(({ entries }) => entries).filter(({ changed }) => changed).length;
  const nothing = count === 0 && users.every(({ presence }) => presence.length === 0);
  return (
    <>
      <p>{nothing ? t('dryRun.nothing', { days }) : t('dryRun.summary', { count })}</p>
      {users.map((user) => (
        <OfUser key={user.userId} user={user} named={users.length > 1} />
      ))}
    </>
  );
}

const shownAtFirst = 8;

function OfUser({ user, named }: { user: DryRun['users'][number]; named: boolean }) {
  const { t } = useTranslation('rules');
  const [all, setAll] = useState(false);
  const changed = user.entries.filter((entry) => entry.changed);
  const unchanged = user.entries.length - changed.length;
  if (changed.length === 0 && user.presence.length === 0 && named) return null;
  const shown = all ? changed : changed.slice(0, shownAtFirst);
  return (
    <section className="dry-run-user" aria-label={user.displayName}>
      {named && <h4>{user.displayName}</h4>}
      {shown.length > 0 && (
        <ul>
          {shown.map((entry) => (
            <Entry key={`${entry.start} ${entry.end} ${entry.title}`} entry={entry} />
          ))}
        </ul>
      )}
      {changed.length > shown.length && (
        <button type="button" className="link-button" onClick={() => setAll(true)}>
          {t('dryRun.more', { count: changed.length - shown.length })}
        </button>
      )}
      <OverTime stretches={user.presence} differs={changed.length > 0} />
      <p className="hint">
        {[
          unchanged > 0 && t('dryRun.unchanged', { count: unchanged }),
          user.hidden > 0 && t('dryRun.hidden', { count: user.hidden }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </section>
  );
}

type Stretch = DryRun['users'][number]['presence'][number];

/** What presence really is then: of everything that goes on at a time the strongest. */
function OverTime({ stretches, differs }: { stretches: readonly Stretch[]; differs: boolean }) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const now = useNow(60_000);
  const [all, setAll] = useState(false);
  if (stretches.length === 0) return differs && <p>{t('dryRun.hiddenByOthers')}</p>;
  const shown = all ? stretches : stretches.slice(0, shownAtFirst);
  return (
    <>
      <h4>{t('dryRun.overTime')}</h4>
      <ul>
        {shown.map(({ start, end, before, after }) => (
          <li className="dry-run-entry" key={start}>
            <p>
              {format.moment(start, now)} – {format.moment(end, new Date(start))}
            </p>
            <p className="dry-run-change">
              <span className="sr-only">{t('dryRun.before')}: </span>
              <Shown presence={before} />
              <span aria-hidden="true">→</span>
              <span className="sr-only">{t('dryRun.after')}: </span>
              <Shown presence={after} isNew />
            </p>
          </li>
        ))}
      </ul>
      {stretches.length > shown.length && (
        <button type="button" className="link-button" onClick={() => setAll(true)}>
          {t('dryRun.more', { count: stretches.length - shown.length })}
        </button>
      )}
    </>
  );
}

type Entry = DryRun['users'][number]['entries'][number];

function Entry({ entry }: { entry: Entry }) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const now = useNow(60_000);
  const because = useBecause();
  return (
    <li className="dry-run-entry">
      <p>
        <strong>{entry.title ?? ''}</strong> {format.moment(entry.start, now)} – {format.time(entry.end)}
      </p>
      <p className="dry-run-change">
        <span className="sr-only">{t('dryRun.before')}: </span>
        <Outcome outcome={entry.before} entry={entry} />
        <span aria-hidden="true">→</span>
        <span className="sr-only">{t('dryRun.after')}: </span>
        <Outcome outcome={entry.after} entry={entry} isNew />
        <span className="hint">{because(entry.after.rule)}</span>
      </p>
    </li>
  );
}

/** What comes of an appointment: its profile, when that isn't its own times, and where calls go. */
export function Outcome(props: { outcome: Entry['before']; entry: Pick<Entry, 'start' | 'end'>; isNew?: boolean }) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const { outcome, entry, isNew } = props;
  const { presence } = outcome;
  if (!presence) return <span className="outcome">{t('dryRun.noPresence')}</span>;
  const moved = presence.start !== entry.start || presence.end !== entry.end;
  return (
    <Shown presence={presence} isNew={isNew}>
      {moved && (
        <small>{t('dryRun.times', { from: format.time(presence.start), to: format.time(presence.end) })}</small>
      )}
    </Shown>
  );
}

interface ShownProps {
  presence: Pick<Stretch['before'], 'status' | 'profile' | 'forwarding'>;
  isNew?: boolean | undefined;
  children?: ReactNode;
}

function Shown({ presence: { status, profile, forwarding }, isNew, children }: ShownProps) {
  const { t } = useTranslation('rules');
  const nameOf = useProfileName();
  const calls = usePresenceWords(useFormat(), useNow(60_000));
  const name = profile ? nameOf(profile.name) : t(`status.${status}`, { ns: 'presence' });
  return (
    <span className="outcome" data-status={status}>
      <StatusMark status={status} size={14} />
      {isNew ? <strong>{name}</strong> : name}
      {children}
      {forwards(forwarding) && <small>{calls.calls(forwarding)}</small>}
    </span>
  );
}

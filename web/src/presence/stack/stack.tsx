import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Stack, StackEntry } from '../../../../server/src/api/schemas/claims.ts';
import { useNow } from '../../shell/now.ts';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { stackQuery } from '../presence.queries.ts';
import { useProfileName } from '../profile-name.ts';
import { StatusMark } from '../status.tsx';
import { forwards, usePresenceWords } from '../words.ts';

/** What can stand above something else: all but the default. */
type StrongOrigin = Exclude<StackEntry['reason']['origin'], 'default'>;

/** Everything that has a say in somebody's presence, the strongest first, and why each of the others doesn't show. */
export function PresenceStack({ userId }: { userId: string }) {
  const { t } = useTranslation(['presence/stack', 'presence']);
  const heading = useId();
  const stack = useQuery(stackQuery(userId));
  return (
    <section className="stack-of-claims" aria-labelledby={heading}>
      <h3 id={heading}>{t('title')}</h3>
      {stack.isPending && <Skeleton rows={2} />}
      {stack.isError && !stack.data && <Problem error={stack.error} retry={() => void stack.refetch()} />}
      {stack.data && <Entries stack={stack.data} />}
    </section>
  );
}

function Entries({ stack: { entries } }: { stack: Stack }) {
  const { t } = useTranslation(['presence/stack', 'presence']);
  const running = entries.filter((entry) => entry.running);
  const coming = entries.filter((entry) => !entry.running);
  return (
    <>
      <ol className="claims">
        {running.map((entry, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: its place is what it is
          <Entry key={place} entry={entry} above={entries[entry.above ?? -1]} counts={place === 0} />
        ))}
      </ol>
      {coming.length > 0 && (
        <>
          <h4>{t('coming')}</h4>
          <ol className="claims">
            {coming.map((entry, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: its place is what it is
              <Entry key={place} entry={entry} above={entries[entry.above ?? -1]} counts={false} />
            ))}
          </ol>
        </>
      )}
    </>
  );
}

function Entry(props: { entry: StackEntry; above: StackEntry | undefined; counts: boolean }) {
  const { t } = useTranslation(['presence/stack', 'presence']);
  const { entry, above, counts } = props;
  const now = useNow(60_000);
  const format = useFormat();
  const words = usePresenceWords(format, now);
  const nameOf = useProfileName();
  const status = t(`status.${entry.status}`, { ns: 'presence' });
  const profile = entry.profile ? nameOf(entry.profile.name) : status;
  const times = entry.running
    ? words.untilWhen(entry.until)
    : t('from', { from: format.moment(entry.from ?? '', now), until: words.untilWhen(entry.until) });
  return (
    <li data-status={entry.status} data-origin={entry.reason.origin} className={counts ? 'counts' : undefined}>
      <StatusMark status={entry.status} size={18} />
      <span>
        <strong>{words.why(entry.reason, null, entry.setBy)}</strong>
        <span>
          {profile}, {times}
        </span>
        {forwards(entry.forwarding) && <small>{words.calls(entry.forwarding)}</small>}
        {entry.note && <small>{t('note', { note: entry.note })}</small>}
        {counts && <small className="claim-counts">{t('counts')}</small>}
        {above && entry.below && <small className="claim-below">{below(entry, above)}</small>}
      </span>
    </li>
  );

  function below(entry: StackEntry, above: StackEntry): string {
    switch (entry.below) {
      case 'origin':
        return t('below.origin', { above: t(`origin.${above.reason.origin as StrongOrigin}`) });
      case 'status':
        return t('below.status', { above: t(`status.${above.status}`, { ns: 'presence' }), own: status });
      default:
        return t(`below.${entry.below as 'length' | 'start' | 'order'}`);
    }
  }
}

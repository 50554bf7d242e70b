import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutlookLog as Log, OutlookLine } from '../../../../server/src/api/schemas/trust.ts';
import { useNow } from '../../shell/now.ts';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { ServerWords } from '../../shell/server-words.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { useSetWords } from './set-words.ts';
import { outlookLogQuery } from './trust.queries.ts';

/** What was noted of the phones of a phone system, the newest first. */
export function OutlookLog({ systemId }: { systemId: string }) {
  const { t } = useTranslation('administration/trust');
  const [pages, setPages] = useState<(number | undefined)[]>([undefined]);
  return (
    <section className="section">
      <h2>{t('log.title')}</h2>
      {pages.map((before, index) => (
        <Page
          key={before ?? 'first'}
          systemId={systemId}
          before={before}
          older={index === pages.length - 1 ? (id) => setPages([...pages, id]) : undefined}
        />
      ))}
    </section>
  );
}

function Page(props: { systemId: string; before: number | undefined; older: ((id: number) => void) | undefined }) {
  const { t } = useTranslation('administration/trust');
  const log = useQuery(outlookLogQuery(props.systemId, props.before));
  const now = useNow(30_000);
  const format = useFormat();
  const { older } = props;
  if (log.isPending) return <Skeleton />;
  if (log.isError) return <Problem error={log.error} retry={() => void log.refetch()} />;
  if (log.data.length === 0) return props.before === undefined ? <Empty icon="clock" title={t('log.none')} /> : null;
  const last = log.data.at(-1)!;
  return (
    <>
      <ul className="outlook-log">
        {log.data.map((entry) => (
          <li key={entry.id}>
            <time dateTime={entry.at}>{format.moment(entry.at, now)}</time>
            <Entry entry={entry} />
          </li>
        ))}
      </ul>
      {older && log.data.length === 50 && (
        <button type="button" className="button" onClick={() => older(last.id)}>
          {t('log.older')}
        </button>
      )}
    </>
  );
}

function Entry({ entry: { event, detail, extension, user } }: { entry: Log['entries'][number] }) {
  const { t } = useTranslation('administration/trust');
  const words = useSetWords();
  const wanted = settingIn(detail.wanted);
  const slot: OutlookLine['slot'] = detail.slot === 'busy' || detail.slot === 'unanswered' ? detail.slot : 'always';
  return (
    <div>
      <strong>
        {extension}, {user.displayName}
      </strong>{' '}
      {t(`log.event.${event}`, {
        set: wanted ? words.set(wanted, slot) : '',
        name: typeof detail.by === 'string' ? detail.by : '',
      })}
      <ServerWords text={typeof detail.reason === 'string' && event !== 'paused' ? detail.reason : null} />
    </div>
  );
}

function settingIn(value: unknown): { mode: string; target: string | null } | undefined {
  if (typeof value !== 'object' || value === null || !('mode' in value)) return undefined;
  const { mode, target } = value as { mode: string; target?: string | null };
  return { mode, target: target ?? null };
}

import './leaving.css';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LeavingList } from '../../../../server/src/api/schemas/leaving.ts';
import { get } from '../../shell/api.ts';
import { Empty } from '../../shell/parts.tsx';
import { Section } from '../section.tsx';
import { LeavingCard } from './leaving-card.tsx';

const pollMs = 2000;

/** What is being removed: its steps, why one waits, and the way back while there is one. */
export default function LeavingPage() {
  const { t } = useTranslation('administration/leaving');
  const leavings = useQuery({
    queryKey: ['leavings'],
    queryFn: async ({ signal }) => (await get<LeavingList>('/leavings', signal)).leavings,
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === 'running') ? pollMs : false),
  });
  const running = leavings.data?.filter(({ state }) => state === 'running') ?? [];
  const over = leavings.data?.filter(({ state }) => state !== 'running') ?? [];
  return (
    <Section title={t('title')} intro={t('intro')} query={leavings}>
      {leavings.data?.length === 0 && <Empty icon="check" title={t('none')} text={t('noneText')} />}
      {running.map((leaving) => (
        <LeavingCard key={leaving.id} leaving={leaving} />
      ))}
      {over.length > 0 && (
        <>
          <h2 className="leaving-over">{t('over')}</h2>
          {over.map((leaving) => (
            <LeavingCard key={leaving.id} leaving={leaving} />
          ))}
        </>
      )}
    </Section>
  );
}

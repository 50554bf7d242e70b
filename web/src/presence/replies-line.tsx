import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { accountsQuery } from '../agenda/agenda.queries.ts';

const Replies = lazy(async () => ({ default: (await import('../accounts/replies.tsx')).Replies }));

/** Whether mail is answered for me meanwhile; nothing where no mailbox has to do with it. */
export function RepliesLine() {
  const { t } = useTranslation('presence');
  const accounts = useQuery(accountsQuery);
  return accounts.data?.flatMap(({ id, name, health }) =>
    health.automaticReplies
      ? [
          <div key={id}>
            <dt>{t('repliesLabel')}</dt>
            <dd>
              <Suspense>
                <Replies replies={health.automaticReplies} />
              </Suspense>
              <small>{name}</small>
            </dd>
          </div>,
        ]
      : [],
  );
}

import { useTranslation } from 'react-i18next';
import type { AccountHealth } from '../../../server/src/api/schemas/accounts.ts';
import { Icon } from '../shell/icons.tsx';
import { useNow } from '../shell/now.ts';
import { ServerWords } from '../shell/server-words.tsx';
import { useFormat } from '../shell/use-format.ts';

/** What "out of office" does in a mailbox: answering, left to its owner, or why it can't be done. */
export function Replies({ replies }: { replies: NonNullable<AccountHealth['automaticReplies']> }) {
  const { t } = useTranslation('accounts');
  const format = useFormat();
  const now = useNow(60_000);
  const { state, until, message } = replies;
  if (state === 'failing')
    return (
      <div className="problem-text">
        <Icon name="warning" size={16} /> {t('replies.failing')}
        <ServerWords text={message} />
      </div>
    );
  if (state !== 'on') return t(`replies.${state}`);
  return until ? t('replies.on', { when: format.moment(until, now) }) : t('replies.onOpen');
}

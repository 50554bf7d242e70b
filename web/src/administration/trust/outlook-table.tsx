import { useTranslation } from 'react-i18next';
import type { OutlookLine } from '../../../../server/src/api/schemas/trust.ts';
import { StatusMark } from '../../presence/status.tsx';
import { useNow } from '../../shell/now.ts';
import { ServerWords } from '../../shell/server-words.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { PlaceLink } from '../place-link.tsx';
import { useSetWords } from './set-words.ts';

/** Line by line: whose phone, what is set there, what would be set, and why. On a narrow screen each line is a card. */
export function OutlookTable({ lines, active }: { lines: readonly OutlookLine[]; active: boolean }) {
  const { t } = useTranslation(['administration/trust', 'presence']);
  const now = useNow(30_000);
  const format = useFormat();
  const words = useSetWords();
  return (
    <table className="outlook">
      <thead>
        <tr>
          <th scope="col">{t('column.phone')}</th>
          <th scope="col">{t('column.set')}</th>
          <th scope="col">{t(active ? 'column.wanted' : 'column.would')}</th>
          <th scope="col">{t('column.why')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.extensionId} ${line.slot}`} data-changes={line.changes}>
            <th scope="row">
              {line.extension}
              <PlaceLink to={`users/${line.user.id}`}>{line.user.displayName}</PlaceLink>
            </th>
            <td data-label={t('column.set')}>
              {line.actual ? words.set(line.actual, line.slot) : t('unread')}
              {line.ours && <span className="tag">{t('ours')}</span>}
              {line.actualAt && <small className="hint">{format.relative(line.actualAt, now)}</small>}
            </td>
            <td data-label={t(active ? 'column.wanted' : 'column.would')}>
              {active && !line.changes ? (
                line.wanted.mode === 'off' ? (
                  <span className="hint">{t('nothingWanted')}</span>
                ) : (
                  words.set(line.wanted, line.slot)
                )
              ) : line.changes ? (
                <strong>{line.wanted.mode === 'off' ? t('givenBack') : words.set(line.wanted, line.slot)}</strong>
              ) : (
                <span className="hint">{t('stays')}</span>
              )}
              <ServerWords text={line.problem} />
            </td>
            <td data-label={t('column.why')}>
              <StatusMark status={line.status} size={16} /> {t(`status.${line.status}`, { ns: 'presence' })}
              {line.until && <small>{t('until', { when: format.moment(line.until, now) })}</small>}
              <small className="hint">{t(`reason.${line.origin}`, { ns: 'presence' })}</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

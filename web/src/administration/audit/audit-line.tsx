import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../../../server/src/api/schemas/access.ts';
import { Icon, type IconName } from '../../shell/icons.tsx';
import { useFormat } from '../../shell/use-format.ts';
import type { AuditChoice } from './audit-filters.tsx';
import { isTold } from './audit-sentence.ts';
import { type FieldChange, fieldChanges } from './field-changes.ts';
import { type AuditWords, useAuditWords } from './use-audit-words.ts';

const icons: Record<string, IconName> = {
  create: 'plus',
  change: 'settings',
  delete: 'trash',
  run: 'refresh',
  signIn: 'signIn',
  refuse: 'warning',
};

/** One change as a sentence; below it every field, from what, to what. */
export function AuditLine(props: {
  entry: AuditEntry;
  /** Of ids in the values. */
  names: Readonly<Record<string, string>>;
  narrow(more: Pick<AuditChoice, 'actor' | 'subject'>): void;
}) {
  const { t } = useTranslation('administration/audit');
  const { entry, narrow } = props;
  const { actor, subject } = entry;
  const format = useFormat();
  const words = useAuditWords(props.names);
  const changes = fieldChanges(entry.before, entry.after).filter(
    ({ path, from, to }) => (from != null || to != null) && !isTold(path),
  );
  return (
    <li data-action={entry.action}>
      <time dateTime={entry.at}>{format.time(entry.at)}</time>
      <Icon name={icons[entry.action] ?? 'settings'} size={18} />
      <div>
        <p>{words.sentence(entry)}</p>
        {changes.length > 0 &&
          (entry.before && entry.after ? (
            <Fields entry={entry} changes={changes} words={words} />
          ) : (
            <details className="audit-details">
              <summary>{t(entry.after ? 'withValues' : 'hadValues')}</summary>
              <Fields entry={entry} changes={changes} words={words} />
            </details>
          ))}
        <p className="audit-more">
          {entry.via !== 'session' && <span className="tag">{t(`via.${entry.via}`)}</span>}
          {actor.id !== null && (
            <button
              type="button"
              className="link-button"
              onClick={() => narrow({ actor: { id: actor.id!, name: actor.name } })}
            >
              {t('filter.actor', { name: actor.name })}
            </button>
          )}
          {subject.id !== null && (
            <button
              type="button"
              className="link-button"
              onClick={() => narrow({ subject: { id: subject.id!, name: subject.name } })}
            >
              {t('filter.subject', { name: words.name(entry) })}
            </button>
          )}
        </p>
      </div>
    </li>
  );
}

function Fields(props: { entry: AuditEntry; changes: readonly FieldChange[]; words: AuditWords }) {
  const { t } = useTranslation('administration/audit');
  const { entry, changes, words } = props;
  return (
    <dl className="audit-fields">
      {changes.map(({ path, from, to }) => (
        <div key={path}>
          <dt>{words.field(entry, path)}</dt>
          <dd>
            {from !== undefined && <del>{words.value(entry, path, from)}</del>}
            {from !== undefined && to !== undefined && (
              <>
                <Icon name="right" size={14} />
                <span className="sr-only">{t('becomes')}</span>
              </>
            )}
            {to !== undefined && <ins>{words.value(entry, path, to)}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

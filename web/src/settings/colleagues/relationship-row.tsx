import { useTranslation } from 'react-i18next';
import type { RelationshipLevel } from '../../../../server/src/agenda/privacy-settings.ts';
import type { Relationship } from '../../../../server/src/api/schemas/relationships.ts';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { useErrorText } from '../../shell/parts.tsx';
import { useRelationshipChoice } from './relationships.queries.ts';

export const levels = ['external', 'employee', 'colleague', 'assistant'] as const satisfies RelationshipLevel[];

/** One person: the level, where it comes from, and one's own choice instead, which can be taken back. */
export function RelationshipRow({ relationship }: { relationship: Relationship }) {
  const { t } = useTranslation('settings/colleagues');
  const { other, level, from } = relationship;
  const choice = useRelationshipChoice();
  const errorText = useErrorText();
  const name = other.displayName;

  function choose(next: RelationshipLevel | null): void {
    const before = from === 'own' ? level : null;
    const told = { onError: (error: Error) => notify(errorText(error), { tone: 'problem' }) };
    choice.mutate(
      { otherId: other.id, level: next },
      {
        ...told,
        onSuccess: () =>
          notify(next ? t('people.chosen', { name, level: t(`level.${next}.name`) }) : t('people.asUsual', { name }), {
            action: {
              label: t('people.undo'),
              run: () => choice.mutate({ otherId: other.id, level: before }, told),
            },
          }),
      },
    );
  }

  return (
    <li>
      <div>
        <strong>{name}</strong>
        <p>
          {t(`level.${level}.name`)} · {t(`from.${from}`, { workGroup: relationship.workGroup?.name ?? '' })}
        </p>
      </div>
      <div className="actions">
        {from === 'own' && (
          <button
            type="button"
            className="button quiet"
            aria-label={t('people.backLabel', { name })}
            disabled={choice.isPending}
            onClick={() => choose(null)}
          >
            <Icon name="undo" />
            {t('people.back')}
          </button>
        )}
        <select
          aria-label={t('people.levelOf', { name })}
          value={level}
          disabled={choice.isPending}
          onChange={(event) => choose(levels.find((one) => one === event.target.value) ?? null)}
        >
          {levels.map((one) => (
            <option key={one} value={one}>
              {t(`level.${one}.name`)}
            </option>
          ))}
        </select>
      </div>
    </li>
  );
}

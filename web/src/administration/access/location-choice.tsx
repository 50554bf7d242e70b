import { useTranslation } from 'react-i18next';
import type { Location } from '../administration.queries.ts';

/** The locations that somebody administers. */
export function LocationChoice(props: {
  locations: readonly Pick<Location, 'id' | 'name'>[];
  chosen: readonly string[];
  choose(chosen: string[]): void;
}) {
  const { t } = useTranslation('administration/access');
  const { chosen } = props;
  return (
    <fieldset className="choices location-choice">
      <legend>{t('locations')}</legend>
      {props.locations.map(({ id, name }) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={({ target }) =>
              props.choose(target.checked ? [...chosen, id] : chosen.filter((other) => other !== id))
            }
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

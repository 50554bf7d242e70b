import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../../../server/src/api/schemas/access.ts';
import { useFormat } from '../../shell/use-format.ts';
import { groupsQuery, locationsQuery } from '../administration.queries.ts';
import { sentenceOf } from './audit-sentence.ts';

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

/**
 * Changes in sentences of the page's language. Fields and values that have words of their own get them; others, such as
 * those of what is added later, are shown by their names in the API.
 */
export function useAuditWords() {
  const { t, i18n } = useTranslation('administration/audit');
  const format = useFormat();
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: locations = [] } = useQuery(locationsQuery);
  // Those that are gone since are left as their ids.
  const nameOf = (id: string) => [...groups, ...locations].find((one) => one.id === id)?.name;
  // Keys come from the server: any text. Only those that are there are taken.
  const known = (key: string, values: Record<string, string> = {}): string | undefined => {
    const options = {
      ...(values as { who: string; what: string }),
      ns: 'administration/audit',
      nsSeparator: false,
    } as const;
    return i18n.exists(key, options) ? t(key as 'action.run', options) : undefined;
  };

  function sentence(entry: AuditEntry): string {
    const { actor, action, subject, after } = entry;
    const own = sentenceOf(entry);
    if (own) {
      const step = typeof after?.step === 'string' ? (known(`step.${after.step}`) ?? after.step) : '';
      return t(`sentence.${own}`, { who: actor.name, name: subject.name, step });
    }
    const what = known(`kind.${subject.kind}`, { name: subject.name }) ?? `${subject.kind} “${subject.name}”`;
    return known(`action.${action}`, { who: actor.name, what }) ?? `${actor.name}: ${action}, ${what}`;
  }

  function field(path: string): string {
    const own = known(`field.${path.replaceAll('.', '_')}`);
    if (own) return own;
    return path
      .split('.')
      .map((name) => known(`field.${name}`) ?? name)
      .join(' › ');
  }

  function value(path: string, given: unknown): string {
    const name = path.split('.').at(-1)!;
    if (given === null || given === '') return t('nothing');
    if (typeof given === 'boolean') return t(given ? 'yes' : 'no');
    if (typeof given === 'string') {
      if (instant.test(given)) return format.moment(given, new Date());
      return known(`value.${name}.${given}`) ?? nameOf(given) ?? given;
    }
    if (Array.isArray(given))
      return given.length === 0 ? t('nothing') : given.map((each) => value(path, each)).join(', ');
    return typeof given === 'object' ? JSON.stringify(given) : String(given);
  }

  return { sentence, field, value };
}

import { useTranslation } from 'react-i18next';
import { statuses } from '../../presence/status.tsx';
import { localeOf } from '../../shell/language.ts';
import type { FunctionName } from '../tree-nodes.ts';
import type { Field } from './function-fields.ts';
import { useConnections } from './locations.queries.ts';

export interface FieldWords {
  label(field: Field): string;
  /** What the field means; undefined where its label says enough. */
  hint(field: Field): string | undefined;
  option(field: Field, value: string): string;
  optionHint(field: Field, value: string): string | undefined;
  /** A value as people read it: "17:00", "Monday to Friday". */
  shown(field: Field, value: unknown): string;
  weekday(day: number, style: 'short' | 'long'): string;
}

/** The words of a function's fields, by their paths in the catalogue. */
export function useFieldWords(name: FunctionName): FieldWords {
  const { t, i18n } = useTranslation(['administration/locations', 'presence', 'rules']);
  const locale = localeOf(i18n.language);
  const connections = useConnections();
  const known = (key: string): string | undefined => {
    const full = `${name}.${key}`;
    return i18n.exists(full, { ns: 'administration/locations' }) ? t(full as 'activation.groups.byHand') : undefined;
  };
  /** By a built-in one's key, in the words for its status; else by its name. */
  const profileName = (keyOrName: string) =>
    statuses.some((one) => one === keyOrName) ? status(keyOrName) : keyOrName;
  const status = (value: unknown) => t(`status.${value as 'available'}`, { ns: 'presence' });
  const words: FieldWords = {
    label: ({ path }) => known(`${path}.label`) ?? path,
    hint: ({ path }) => known(`${path}.hint`),
    option: ({ path }, value) =>
      known(`${path}.options.${value}`) ??
      known(`options.${value}`) ??
      (value === 'none' ? t('nothing') : status(value)),
    optionHint: ({ path }, value) => known(`${path}.hints.${value}`),
    weekday: (day, style) =>
      new Intl.DateTimeFormat(locale, { weekday: style, timeZone: 'UTC' }).format(Date.UTC(2024, 0, day)),
    shown(field, value) {
      switch (field.kind) {
        case 'toggle':
          return value ? t('yes') : t('no');
        case 'days':
          return t('days', { count: Number(value) });
        case 'minutes':
          return t('minutes', { count: Number(value) });
        case 'connection':
          return connections[field.of].find(({ id }) => id === value)?.name ?? words.option(field, 'none');
        case 'profile':
          return value === null || value === undefined ? words.option(field, 'none') : profileName(String(value));
        case 'time':
          return String(value ?? '');
        case 'choice':
        case 'ways':
          return words.option(field, String(value ?? 'none'));
        case 'weekdays':
          return (value as number[]).map((day) => words.weekday(day, 'short')).join(', ');
        case 'rules': {
          const names = (value as { name: string }[]).map((rule) => rule.name);
          const all = { ns: 'rules', count: names.length, names: names.join(', ') } as const;
          return names.length === 0 ? t('none', { ns: 'rules' }) : t('count', all);
        }
        case 'statuses': {
          const list = value as string[];
          return list.length === 0 ? t('nothing') : list.map(status).join(', ');
        }
      }
    },
  };
  return words;
}

import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../../../server/src/api/schemas/access.ts';
import { useFormat } from '../../shell/use-format.ts';
import { useFieldWords } from '../locations/field-words.ts';
import { type Field, fieldsOf } from '../locations/function-fields.ts';
import { type FunctionName, functionNames } from '../tree-nodes.ts';
import { sentenceOf } from './audit-sentence.ts';

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

export type AuditWords = ReturnType<typeof useAuditWords>;

/**
 * Changes in sentences of the page's language. Fields and values that have words of their own get them, settings of
 * locations and groups those of their forms; others, such as those of what is added later, are shown by their names in
 * the API.
 * @param names of ids in the values; those that nobody knows any more are left as they are.
 */
export function useAuditWords(names: Readonly<Record<string, string>>) {
  const { t, i18n } = useTranslation(['administration/audit', 'administration']);
  const format = useFormat();
  const wordsOf = {
    activation: useFieldWords('activation'),
    synchronization: useFieldWords('synchronization'),
    profiles: useFieldWords('profiles'),
    privacy: useFieldWords('privacy'),
  };
  // Keys come from the server: any text. Only those that are there are taken.
  const known = (key: string, values: Record<string, string> = {}): string | undefined => {
    const options = {
      ...(values as { who: string; what: string }),
      ns: 'administration/audit',
      nsSeparator: false,
    } as const;
    return i18n.exists(key, options) ? t(key as 'action.run', options) : undefined;
  };
  // Any text may come to be looked up: whoever is called "__proto__" is no name of an id.
  const nameOf = (id: string): string | undefined => (Object.hasOwn(names, id) ? names[id] : undefined);
  const functionWord = (name: FunctionName) => t(`places.${name}`, { ns: 'administration' });

  /** Nobody's name: the programs of Whenabouts that act without a user. */
  const who = ({ actor }: AuditEntry) => (actor.id === null && known(`actor.${actor.name}`)) || actor.name;

  /** What the subject is called: of a group's settings "Sales: Privacy". */
  function name({ subject }: AuditEntry): string {
    const [owner, of] = ownSettings(subject);
    return of ? `${owner}: ${functionWord(of)}` : subject.name;
  }

  function sentence(entry: AuditEntry): string {
    const { action, subject, after } = entry;
    const own = sentenceOf(entry);
    if (own) {
      const step = typeof after?.step === 'string' ? (known(`step.${after.step}`) ?? after.step) : '';
      return t(`sentence.${own}`, { who: who(entry), name: subject.name, step });
    }
    const called = name(entry);
    const what = known(`kind.${subject.kind}`, { name: called }) ?? `${subject.kind} “${called}”`;
    return known(`action.${action}`, { who: who(entry), what }) ?? `${who(entry)}: ${action}, ${what}`;
  }

  /** The setting that a path leads to, of a group's function or a location's. */
  function settingAt({ subject }: AuditEntry, path: string): { of: FunctionName; field: Field; whole: boolean } | null {
    const [, own] = ownSettings(subject);
    const [first = '', ...rest] = path.split('.');
    const of = own ?? functionNames.find((each) => each === first);
    if (!of) return null;
    const inner = own ? path : rest.join('.');
    const field = fieldsOf(of).find((each) => each.path === inner);
    return field ? { of, field, whole: !own } : null;
  }

  function field(entry: AuditEntry, path: string): string {
    const setting = settingAt(entry, path);
    if (setting) {
      const label = wordsOf[setting.of].label(setting.field);
      return setting.whole ? `${functionWord(setting.of)} › ${label}` : label;
    }
    const own = known(`field.${path.replaceAll('.', '_')}`);
    if (own) return own;
    return path
      .split('.')
      .map((part) => known(`field.${part}`) ?? nameOf(part) ?? part)
      .join(' › ');
  }

  function value(entry: AuditEntry, path: string, given: unknown): string {
    const setting = settingAt(entry, path);
    if (setting) return wordsOf[setting.of].shown(setting.field, given);
    const name = path.split('.').at(-1)!;
    if (given === null || given === '') return t('nothing');
    if (typeof given === 'boolean') return t(given ? 'yes' : 'no');
    if (typeof given === 'string') {
      if (instant.test(given)) return format.moment(given, new Date());
      return known(`value.${name}.${given}`) ?? nameOf(given) ?? given;
    }
    if (Array.isArray(given))
      return given.length === 0 ? t('nothing') : given.map((each) => value(entry, path, each)).join(', ');
    if (typeof given !== 'object') return String(given);
    if (Object.keys(given).length === 0) return t('nothing');
    // An entry of a list: its fields in a row.
    return Object.entries(given)
      .map(([key, inner]) => `${field(entry, key)}: ${value(entry, key, inner)}`)
      .join('; ');
  }

  return { sentence, name, field, value };
}

/** Of the settings of a group's function: whose, and which; else the name and nothing. Pure. */
function ownSettings({ kind, name }: AuditEntry['subject']): [string, FunctionName | undefined] {
  const [, owner, of] = (kind === 'groupFunction' && /^(.*): (\w+)$/s.exec(name)) || [];
  return [owner ?? name, functionNames.find((each) => each === of)];
}

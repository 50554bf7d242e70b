import './rules.css';
import { useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { announce, notify } from '../shell/notices.tsx';
import { aboutSubjects, draftOf } from './rule-draft.ts';
import { RuleForm } from './rule-form.tsx';
import { missingProfile, useRuleWords } from './rule-words.ts';
import type { Profile, Rule } from './rules.queries.ts';

interface Props {
  rules: readonly Rule[];
  profiles: readonly Profile[];
  /** The group stores no subjects. */
  freeBusyOnly?: boolean;
  /** What the server says is wrong with the rule at this place. */
  errorOf?(index: number): string | undefined;
  /** Left out: they are only shown. */
  change?(rules: Rule[]): void;
}

/** Rules in their order: added, changed, duplicated, removed, moved. What is changed here isn't saved yet. */
export function RulesEditor({ rules, profiles, freeBusyOnly = false, errorOf, change }: Props) {
  const { t } = useTranslation('rules');
  const words = useRuleWords();
  const list = useRef<HTMLOListElement>(null);
  const [edited, setEdited] = useState<number | 'new' | null>(null);

  function move(index: number, to: number): void {
    const rule = rules[index]!;
    change?.(rules.toSpliced(index, 1).toSpliced(to, 0, rule));
    announce(t('moved', { name: rule.name, position: to + 1, count: rules.length }));
    // The button goes with its rule; at an end of the list the other one takes the focus.
    const direction = to < index ? 'up' : 'down';
    requestAnimationFrame(() => {
      const buttons = list.current?.children[to]?.querySelectorAll<HTMLButtonElement>('[data-move]') ?? [];
      const same = [...buttons].find((button) => button.dataset.move === direction);
      (same?.disabled ? [...buttons].find((button) => !button.disabled) : same)?.focus();
    });
  }
  function remove(index: number): void {
    change?.(rules.toSpliced(index, 1));
    notify(t('removed', { name: rules[index]!.name }), {
      action: { label: t('undo'), run: () => change?.([...rules]) },
    });
  }
  function duplicate(index: number): void {
    const rule = rules[index]!;
    const names = rules.map(({ name }) => name.toLowerCase());
    let name = t('copyOf', { name: rule.name });
    for (let number = 2; names.includes(name.toLowerCase()); number++)
      name = `${t('copyOf', { name: rule.name })} ${number}`;
    change?.(rules.toSpliced(index + 1, 0, { ...rule, name: name.slice(0, 100) }));
  }
  function take(rule: Rule): void {
    change?.(edited === 'new' ? [...rules, rule] : rules.with(edited as number, rule));
    setEdited(null);
  }

  const rests = (rule: Rule) =>
    freeBusyOnly && draftOf(rule, 'me').when.some(({ name }) => aboutSubjects.includes(name) && !isOnlyMe(rule, name));

  return (
    <div className="rules">
      {rules.length === 0 ? (
        <p className="rules-none">
          <strong>{t('none')}</strong> {t('noneText')}
        </p>
      ) : (
        <ol className="rule-list" ref={list}>
          {rules.map((rule, index) => (
            <li key={rule.name}>
              <div className="rule-words">
                <strong>{rule.name}</strong>
                <p>
                  {words.when(rule.when)} <span aria-hidden="true">→</span> <b>{words.effect(rule.effect, profiles)}</b>
                </p>
                {rests(rule) && (
                  <p className="rule-rests">
                    <Icon name="pause" size={16} /> {t('rests')}
                  </p>
                )}
                {missingProfile(rule.effect, profiles) !== null && (
                  <p className="rule-rests">
                    <Icon name="warning" size={16} /> {t('noProfile', { name: missingProfile(rule.effect, profiles) })}
                  </p>
                )}
                {errorOf?.(index) && <p className="problem-text">{errorOf(index)}</p>}
              </div>
              {change && (
                <div className="rule-actions">
                  <button
                    type="button"
                    className="icon-button rule-up"
                    data-move="up"
                    disabled={index === 0}
                    aria-label={t('up', { name: rule.name })}
                    onClick={() => move(index, index - 1)}
                  >
                    <Icon name="down" />
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    data-move="down"
                    disabled={index === rules.length - 1}
                    aria-label={t('down', { name: rule.name })}
                    onClick={() => move(index, index + 1)}
                  >
                    <Icon name="down" />
                  </button>
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={t('change', { name: rule.name })}
                    onClick={() => setEdited(index)}
                  >
                    {t('changeShort')}
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={t('duplicateOf', { name: rule.name })}
                    title={t('duplicate')}
                    onClick={() => duplicate(index)}
                  >
                    <Icon name="copy" />
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={t('removeOf', { name: rule.name })}
                    title={t('remove')}
                    onClick={() => remove(index)}
                  >
                    <Icon name="trash" />
                  </button>
                </div>
              )}
            </li>
          ))}
        </ol>
      )}
      {change && (
        <button type="button" className="button" onClick={() => setEdited('new')}>
          <Icon name="plus" />
          {t('add')}
        </button>
      )}
      {edited !== null &&
        createPortal(
          <RuleForm
            rule={edited === 'new' ? null : rules[edited]!}
            profiles={profiles}
            freeBusyOnly={freeBusyOnly}
            onTake={take}
            onClose={() => setEdited(null)}
          />,
          document.body, // the list stands in a form, which can't hold another one
        )}
    </div>
  );
}

const isOnlyMe = ({ when: { organizer } }: Rule, condition: string) =>
  condition === 'organizer' && organizer?.every((who) => who === 'me');

/** What decides where no rule applies: it can't be removed. */
export function DefaultRules({ tentativeCounts }: { tentativeCounts: boolean }) {
  const { t } = useTranslation('rules');
  return (
    <div className="rules-default">
      <strong>{t('last')}</strong>
      <ul>
        <li>{t(tentativeCounts ? 'default.busyTentative' : 'default.busy')}</li>
        <li>{t('default.outOfOffice')}</li>
        <li>{t('default.others')}</li>
      </ul>
    </div>
  );
}

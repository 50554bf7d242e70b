import { useTranslation } from 'react-i18next';
import type { RuleReason } from '../../../server/src/api/schemas/presence.ts';
import { useProfileName } from '../presence/profile-name.ts';
import { statuses } from '../presence/status.tsx';
import { localeOf } from '../shell/language.ts';
import { useFormat } from '../shell/use-format.ts';
import type { Conditions, Effect, Profile, Rule } from './rules.queries.ts';

/** Rules in sentences: "Appointments shown as busy, with “Focus” in the title → Do not disturb, from 5 min before". */
export function useRuleWords() {
  const { t, i18n } = useTranslation(['rules', 'presence']);
  const format = useFormat();
  const nameOf = useProfileName();
  const locale = localeOf(i18n.language);
  const either = (values: readonly string[]) => new Intl.ListFormat(locale, { type: 'disjunction' }).format(values);
  const quoted = (values: readonly string[]) =>
    either(values.map((value) => (i18n.language === 'de' ? `„${value}“` : `“${value}”`)));
  const bounds = (name: 'attendees' | 'length', least: string | undefined, most: string | undefined) => {
    const values = { min: least ?? '', max: most ?? '' };
    if (least !== undefined && most !== undefined) return t(`sentence.${name}Both`, values);
    return least !== undefined ? t(`sentence.${name}Min`, values) : t(`sentence.${name}Max`, values);
  };
  const spanOf = (minutes: number | undefined) => (minutes === undefined ? undefined : format.span(minutes));

  function when(conditions: Conditions): string {
    const { showAs, response, allDay, sensitivity, categories, title, organizer, attendees, online, calendars } =
      conditions;
    const { sources, length, workingHours } = conditions;
    const whose = (who: string) => (who === 'me' ? t('me') : who);
    return [
      showAs ? t('sentence.showAs', { values: either(showAs.map((one) => t(`showAs.${one}`))) }) : t('sentence.all'),
      allDay !== undefined && t(allDay ? 'sentence.allDay' : 'sentence.notAllDay'),
      response && t('sentence.response', { values: either(response.map((one) => t(`response.${one}`))) }),
      sensitivity && t('sentence.sensitivity', { values: either(sensitivity.map((one) => t(`sensitivity.${one}`))) }),
      title && 'words' in title && t('sentence.words', { values: quoted(title.words) }),
      title && 'mark' in title && t('sentence.mark', { mark: title.mark }),
      categories && t('sentence.categories', { values: quoted(categories) }),
      organizer && t('sentence.organizer', { values: either(organizer.map(whose)) }),
      attendees && bounds('attendees', attendees.min?.toString(), attendees.max?.toString()),
      online !== undefined && t(online ? 'sentence.online' : 'sentence.notOnline'),
      calendars && t('sentence.calendars', { values: quoted(calendars) }),
      sources && t('sentence.sources', { values: either(sources.map((one) => t(`sources.${one}`))) }),
      length && bounds('length', spanOf(length.minMinutes), spanOf(length.maxMinutes)),
      workingHours && t(`sentence.${workingHours}`),
    ]
      .filter(Boolean)
      .join(', ');
  }

  /** The name of what a rule calls its profile. @param profiles to look it up in. */
  function profileName(named: string, profiles: readonly Profile[]): string {
    const known = profileCalled(named, profiles);
    if (known) return nameOf(known.name);
    const status = statuses.find((one) => one === named);
    return status ? t(`status.${status}`, { ns: 'presence' }) : named;
  }

  function effect(of: Effect, profiles: readonly Profile[]): string {
    if ('ignore' in of) return t('sentence.ignored');
    return [
      profileName(of.profile, profiles),
      of.leadMinutes > 0 && t('sentence.lead', { span: format.span(of.leadMinutes) }),
      of.lagMinutes > 0 && t('sentence.lag', { span: format.span(of.lagMinutes) }),
    ]
      .filter(Boolean)
      .join(', ');
  }

  return {
    when,
    profileName,
    effect,
    sentence: (rule: Rule, profiles: readonly Profile[]) => `${when(rule.when)} → ${effect(rule.effect, profiles)}`,
    because: useBecause(),
  };
}

const profileCalled = (named: string, profiles: readonly Profile[]) =>
  profiles.find(({ key, name }) => key === named || name.toLowerCase() === named.toLowerCase());

/** The name of the profile that an effect sets and that isn't there, or is switched off; a bare status always is. */
export function missingProfile(effect: Effect, profiles: readonly Profile[]): string | null {
  if ('ignore' in effect || profiles.length === 0) return null;
  if (profileCalled(effect.profile, profiles)?.active || statuses.some((one) => one === effect.profile)) return null;
  return effect.profile;
}

/** Why an appointment does what it does. */
export function useBecause(): (rule: RuleReason | null) => string {
  const { t } = useTranslation('rules');
  return (rule) => {
    if (rule === null) return t('because.default');
    const { from, name, profileMissing } = rule;
    if (profileMissing) return t('because.missing', { name });
    if (from === 'own' && name === '') return t('because.ownHidden');
    return t(`because.${from}`, { name });
  };
}

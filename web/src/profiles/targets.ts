import { useTranslation } from 'react-i18next';
import type { ProfileOptions } from '../../../server/src/api/schemas/telephony.ts';

/** Where a profile forwards to: a number, one of the location's, or whatever it is for each user. */
export type Target =
  | { kind: 'number'; number: string }
  | { kind: 'predefined'; targetId: string }
  | { kind: 'mobile' | 'deputy' | 'assistant' | 'team' | 'voicemail' };

/** A predefined target of the location. */
export type ChoosableTarget = ProfileOptions['predefinedTargets'][number];

export const targetKinds = ['voicemail', 'mobile', 'deputy', 'assistant', 'team', 'predefined', 'number'] as const;
type Kind = (typeof targetKinds)[number];

const personal = ['mobile', 'deputy', 'assistant', 'team'] as const;
const personalKind = (kind: Kind) => personal.find((one) => one === kind);

/** @param own whether the reader's own phone is meant, or that of each user. */
export function useTargetWords(own: boolean) {
  const { t } = useTranslation('profiles');
  return {
    kind(kind: Kind): string {
      const mine = own && personalKind(kind);
      return mine ? t(`own.targets.${mine}`) : t(`targets.${kind}`);
    },
    hint: (kind: Kind): string => (own ? t(`own.targetHints.${kind}`) : t(`targetHints.${kind}`)),
    /** To stand after "calls go to". */
    text(target: Target | null, targets: readonly ChoosableTarget[]): string | null {
      if (!target) return null;
      if (target.kind === 'number') return target.number;
      if (target.kind === 'predefined')
        return targets.find(({ id }) => id === target.targetId)?.name ?? t('targets.predefined');
      return own && target.kind !== 'voicemail' ? t(`own.targetOf.${target.kind}`) : t(`targetOf.${target.kind}`);
    },
  };
}

import { useTranslation } from 'react-i18next';
import type { OutlookLine } from '../../../../server/src/api/schemas/trust.ts';

/** What is set in one slot of a phone, in words that are right for anybody's phone. */
export function useSetWords() {
  const { t } = useTranslation('administration/trust');
  return {
    set({ mode, target }: { mode: string; target: string | null }, slot: OutlookLine['slot']): string {
      const where = target === 'voicemail' ? t('voicemail') : (target ?? '');
      if (slot !== 'always') return mode === 'off' ? t(`slot.${slot}Off`) : t(`slot.${slot}`, { target: where });
      if (mode === 'off') return t('set.off');
      if (mode === 'doNotDisturb') return t('set.doNotDisturb');
      if (mode === 'internal' || mode === 'external') return t(`set.${mode}`, { target: where });
      return t('set.all', { target: where });
    },
  };
}

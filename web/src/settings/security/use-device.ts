import { useTranslation } from 'react-i18next';
import { deviceOf } from './device.ts';

/** "Firefox on Windows", of what a browser says of itself. */
export function useDevice(): (userAgent: string | null) => string {
  const { t } = useTranslation('settings/security');
  return (userAgent) => {
    const { browser, system } = deviceOf(userAgent);
    if (!browser && !system) return t('sessions.program');
    return t('sessions.device', {
      browser: browser ?? t('sessions.unknownBrowser'),
      system: system ?? t('sessions.unknownSystem'),
    });
  };
}

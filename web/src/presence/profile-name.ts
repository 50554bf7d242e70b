import { useTranslation } from 'react-i18next';
import type { Status } from './status.tsx';

/** The built-in profiles are stored under their English names; people who haven't renamed them see their own language. */
const builtIn: Record<string, Status> = {
  Available: 'available',
  'Be right back': 'beRightBack',
  Appointment: 'appointment',
  'Do not disturb': 'doNotDisturb',
  'On the phone': 'onThePhone',
  'Out of office': 'outOfOffice',
  Unavailable: 'unavailable',
};

export function useProfileName(): (name: string) => string {
  const { t } = useTranslation('presence');
  return (name) => {
    const status = builtIn[name];
    return status ? t(`status.${status}`) : name;
  };
}

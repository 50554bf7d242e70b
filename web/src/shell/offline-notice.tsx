import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './icons.tsx';
import { useLiveConnected } from './live.ts';

function subscribe(listener: () => void): () => void {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}

/** Says when what is shown may be old: the browser is offline, or the live stream has been gone for some seconds. */
export function OfflineNotice() {
  const { t } = useTranslation();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  const connected = useLiveConnected();
  const [longGone, setLongGone] = useState(false);
  useEffect(() => {
    setLongGone(false);
    if (connected) return;
    const timer = setTimeout(() => setLongGone(true), 3000);
    return () => clearTimeout(timer);
  }, [connected]);
  return (
    <div role="status">
      {(!online || longGone) && (
        <p className="offline">
          <Icon name="offline" />
          {online ? t('reconnecting') : t('offline')}
        </p>
      )}
    </div>
  );
}

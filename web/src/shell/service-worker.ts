import i18next from 'i18next';
import { notify } from './notices.tsx';

/**
 * Keeps the pages (never what the API says) on the device, so that they open at once and also offline. A new version
 * waits until the user agrees: nothing is reloaded under somebody's hands.
 */
export async function keepPages(): Promise<void> {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  const registration = await navigator.serviceWorker.register('/sw.js');
  const offer = (waiting: ServiceWorker | null) => {
    if (!waiting || !navigator.serviceWorker.controller) return;
    notify(i18next.t('newVersion'), {
      action: {
        label: i18next.t('reload'),
        run() {
          navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
          waiting.postMessage({ type: 'SKIP_WAITING' });
        },
      },
    });
  };
  offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') offer(installing);
    });
  });
}

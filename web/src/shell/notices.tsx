import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './icons.tsx';

/** Short messages at the edge of the page, read out politely; one may carry one action, such as undo. */
interface Notice {
  id: number;
  text: string;
  tone: 'done' | 'problem';
  action: { label: string; run(): void } | undefined;
}

let notices: readonly Notice[] = [];
let spoken = '';
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Notice[]): void {
  notices = next;
  for (const tell of listeners) tell();
}

export function notify(text: string, options: { tone?: Notice['tone']; action?: Notice['action'] } = {}): void {
  lastId += 1;
  change([...notices.slice(-2), { id: lastId, text, tone: options.tone ?? 'done', action: options.action }]);
}

/** Says something to screen readers only. */
export function announce(text: string): void {
  spoken = text;
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Notices() {
  const { t } = useTranslation();
  const shown = useSyncExternalStore(subscribe, () => notices);
  const said = useSyncExternalStore(subscribe, () => spoken);
  return (
    <>
      <div className="sr-only" role="status" aria-live="polite">
        {said}
      </div>
      <section className="notices" aria-label={t('notices')} aria-live="polite">
        {shown.map((notice) => (
          <NoticeLine key={notice.id} notice={notice} />
        ))}
      </section>
    </>
  );
}

function NoticeLine({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const close = () => change(notices.filter((other) => other.id !== notice.id));
  useEffect(() => {
    const timer = setTimeout(
      () => change(notices.filter((other) => other.id !== notice.id)),
      notice.action ? 12_000 : 6000,
    );
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div className={`notice notice-${notice.tone}`}>
      <Icon name={notice.tone === 'done' ? 'check' : 'warning'} />
      <span>{notice.text}</span>
      {notice.action && (
        <button
          type="button"
          className="button quiet"
          onClick={() => {
            notice.action!.run();
            close();
          }}
        >
          {notice.action.label}
        </button>
      )}
      <button type="button" className="icon-button" aria-label={t('close')} onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  );
}

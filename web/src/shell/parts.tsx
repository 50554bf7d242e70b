import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from './api.ts';
import { Icon, type IconName } from './icons.tsx';
import { inOurWords, ServerWords } from './server-words.tsx';

const refusals = ['invalid', 'notFound', 'conflict', 'tooLarge', 'unprocessable'] as const;

/** What kind of refusal it is, for people who don't read the server's English; else undefined. */
function useRefusal(): (error: unknown) => string | undefined {
  const { t, i18n } = useTranslation();
  return (error) => {
    const code = i18n.language !== 'en' && error instanceof ApiError && refusals.find((one) => one === error.code);
    return code ? t(`errors.refusal.${code}`) : undefined;
  };
}

/** What an error means to a person: the server's words where it has some, else ours by what went wrong. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  const refusal = useRefusal();
  return (error) => {
    const ours = error instanceof ApiError && error.status < 500 ? inOurWords(error.message) : undefined;
    if (ours) return ours;
    const refused = refusal(error);
    if (refused) return `${refused} (${(error as ApiError).message})`;
    if (!(error instanceof ApiError)) return t('errors.unexpected');
    if (error.status === 0) return t('errors.unreachable');
    if (error.code === 'notSignedIn') return t('errors.notSignedIn');
    if (error.code === 'secondFactorMissing') return t('errors.secondFactorMissing');
    if (error.code === 'forbidden') return t('errors.forbidden');
    if (error.code === 'tooManyRequests') return t('errors.tooManyRequests');
    if (error.status >= 500) return t('errors.server', { message: error.message });
    return error.message || t('errors.unexpected');
  };
}

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const refusal = useRefusal()(error);
  // The kind of refusal stands above the server's English; where that is known in the page's language it is enough.
  const refused = refusal && !inOurWords((error as ApiError).message) ? refusal : undefined;
  return (
    <div className="problem" role="alert">
      <Icon name="warning" />
      <div>
        <p>{refused ?? text(error)}</p>
        {refused && <ServerWords text={(error as ApiError).message} />}
        {retry && (
          <button type="button" className="button" onClick={retry}>
            {t('tryAgain')}
          </button>
        )}
      </div>
    </div>
  );
}

export function Empty(props: { icon: IconName; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={props.icon} size={32} />
      <p className="empty-title">{props.title}</p>
      {props.text && <p>{props.text}</p>}
      {props.children && <div className="actions">{props.children}</div>}
    </div>
  );
}

const widths = [88, 71, 54, 83, 66, 49, 78, 61];

/** Grey lines in the shape of what is being loaded. */
export function Skeleton({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className="skeleton" role="status" aria-label={t('loading')}>
      {widths.slice(0, rows).map((width) => (
        <div key={width} className="skeleton-row" style={{ '--width': `${width}%` } as React.CSSProperties} />
      ))}
    </div>
  );
}

export function PageHead(props: { title: string; intro?: string; children?: ReactNode }) {
  return (
    <header className="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.intro && <p className="page-intro">{props.intro}</p>}
      </div>
      {props.children && <div className="actions">{props.children}</div>}
    </header>
  );
}

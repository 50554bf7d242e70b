import './setup.css';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Brand } from '../shell/brand.tsx';
import { Controls } from '../shell/controls.tsx';
import { chooseLanguage, languages } from '../shell/language.ts';
import { Notices } from '../shell/notices.tsx';
import { useTitle } from '../shell/use-title.ts';

/** The frame of the pages before one is signed in. */
export function Entrance({ title, intro, children }: { title: string; intro?: string; children: ReactNode }) {
  const { t, i18n } = useTranslation('setup');
  useTitle(title);
  return (
    <Controls>
      <div className="entrance">
        <header>
          <Brand />
          <label>
            <span className="sr-only">{t('language')}</span>
            <select
              value={i18n.language}
              onChange={(event) => void chooseLanguage(event.target.value === 'de' ? 'de' : 'en')}
            >
              {languages.map((language) => (
                <option key={language} value={language}>
                  {t(`languages.${language}`)}
                </option>
              ))}
            </select>
          </label>
        </header>
        <main id="main">
          <h1>{title}</h1>
          {intro && <p className="page-intro">{intro}</p>}
          {children}
        </main>
        <Notices />
      </div>
    </Controls>
  );
}

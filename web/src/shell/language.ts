import i18next, { type BackendModule, type ReadCallback } from 'i18next';
import { initReactI18next } from 'react-i18next';

/** English and German: one catalogue a folder and language (`settings/security`), loaded when a page of that folder is shown. */

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];
const storageKey = 'whenabouts.language';

const catalogues = import.meta.glob<Record<string, unknown>>('/src/**/*.json', { import: 'default' });

const backend: BackendModule = {
  type: 'backend',
  init() {},
  read(language: string, room: string, done: ReadCallback) {
    const load = catalogues[`/src/${room}/${language}.json`];
    if (!load) return done(new Error(`There is no catalogue ${room} in ${language}.`), false);
    load().then(
      (words) => done(null, words),
      (error: Error) => done(error, false),
    );
  },
};

function firstLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  const wanted = stored ? [stored] : navigator.languages;
  for (const tag of wanted) for (const language of languages) if (tag.split('-')[0] === language) return language;
  return 'en';
}

i18next.on('languageChanged', (language) => {
  document.documentElement.lang = language;
});

export const languageReady = i18next
  .use(backend)
  .use(initReactI18next)
  .init({
    lng: firstLanguage(),
    fallbackLng: false,
    ns: ['shell'],
    defaultNS: 'shell',
    interpolation: { escapeValue: false },
    returnNull: false,
  });

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  if (i18next.language !== language) await i18next.changeLanguage(language);
}

/** The language's locale for dates and numbers, in the regional form the browser prefers. */
export function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? (language === 'en' ? 'en-GB' : language);
}

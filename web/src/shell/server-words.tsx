import i18next from 'i18next';

type InOurWords = (text: string) => string | undefined;
let german: InOurWords | undefined;

i18next.on('languageChanged', (language) => {
  if (language === 'de' && !german)
    void import('../server-words/german.ts').then(
      (known) => {
        german = known.inGerman;
      },
      () => undefined, // then it is said in English, as before
    );
});

/** What the server says, in the page's language, where that isn't English and the sentence is known. */
export const inOurWords: InOurWords = (text) => (i18next.language === 'de' ? german?.(text) : undefined);

/** The server's own words, which are English: translated where they are known, else read out as English. */
export function ServerWords({ text, className = 'server-words' }: { text: string | null; className?: string }) {
  if (!text) return null;
  const ours = inOurWords(text);
  return (
    <p className={className} lang={ours ? undefined : 'en'}>
      {ours ?? text}
    </p>
  );
}

/** PostgreSQL stores neither NUL nor half a surrogate pair, as text or within jsonb. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** For people, where somebody sends such text. */
export const unstorableText = 'This text has a character that is no text (NUL, or half of a pair).';

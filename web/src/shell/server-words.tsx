/** The server's own words, which are English: read out so, whatever the page's language. */
export function ServerWords({ text }: { text: string | null }) {
  return text ? (
    <p className="server-words" lang="en">
      {text}
    </p>
  ) : null;
}

/** What is odd about a calendar that was read: entries left out, listings that can't be read whole, faults of ours. */
export const calendars: Record<string, string> = {
  // Recurrence rules
  'The rule is {0} characters long.': 'Die Regel ist {0} Zeichen lang.',
  '"{0}" is not part of a rule.': '„{0}“ gehört in keine Regel.',
  'The rule has no known frequency (FREQ={0}).': 'Die Regel hat keine bekannte Häufigkeit (FREQ={0}).',
  'The rule has no known frequency (FREQ=).': 'Die Regel nennt keine Häufigkeit (FREQ).',
  'The rule has a part that is not known ({0}).': 'Die Regel hat einen unbekannten Teil ({0}).',
  'The rule counts in the {0} calendar.': 'Die Regel zählt im Kalender {0}.',
  "The rule moves dates that don't exist (SKIP={0}).": 'Die Regel verschiebt Tage, die es nicht gibt (SKIP={0}).',
  '{0}={1} is not a positive number.': '{0}={1} ist keine positive Zahl.',
  '{0}={1} names nothing that exists.': '{0}={1} nennt nichts, das es gibt.',
  'BYDAY={0} names no weekday.': 'BYDAY={0} nennt keinen Wochentag.',
  'UNTIL={0} is not a date.': 'UNTIL={0} ist kein Datum.',
  'UNTIL={0} is not a date that exists.': 'UNTIL={0} ist kein Datum, das es gibt.',
  'The rule has more than {0} occurrences (COUNT) before the time asked for.':
    'Die Regel hat vor der gefragten Zeit mehr als {0} Vorkommen (COUNT).',
  // Entries
  'It has {0} rules ({1}).': 'Es hat {0} Regeln ({1}).',
  'It has more than {0} occurrences in this time, and is left out.':
    'Es hat in dieser Zeit mehr als {0} Vorkommen und bleibt weg.',
  'More than {0} occurrences within the window: the first {1} are shown.':
    'Mehr als {0} Vorkommen im Zeitfenster: gezeigt werden die ersten {1}.',
  '"{0}" is not a duration.': '„{0}“ ist keine Dauer.',
  'Its date lies outside of what a calendar can hold.': 'Sein Datum liegt außerhalb dessen, was ein Kalender fasst.',
  'Its date lies outside of the years 1 to 9999.': 'Sein Datum liegt außerhalb der Jahre 1 bis 9999.',
  // Listings and answers
  '{0} never comes to the end of its list of changes.': '{0} kommt mit der Liste der Änderungen nie zu Ende.',
  '{0} cuts off the list of {1}: it can’t be read whole.':
    '{0} schneidet die Liste von {1} ab: sie lässt sich nicht ganz lesen.',
  '{0} has moved to {1}. The calendars are looked for again.':
    '{0} ist nach {1} umgezogen. Die Kalender werden neu gesucht.',
  '{0} lists nothing inside {1} but {2}. If it stands behind a reverse proxy, that must tell it the path it is reached by.':
    '{0} führt innerhalb von {1} nichts auf, wohl aber {2}. Steht er hinter einem Reverse-Proxy, muss dieser ihm den Pfad nennen, unter dem er erreicht wird.',
  'The answer of {0} can’t be read: {1}.': 'Die Antwort von {0} lässt sich nicht lesen: {1}.',
  'The answer of {0} can’t be read: it is empty.': 'Die Antwort von {0} ist leer.',
  'The answer of {0} can’t be read: it contains a document type, which is not accepted.':
    'Die Antwort von {0} lässt sich nicht lesen: sie enthält einen Dokumenttyp, der nicht angenommen wird.',
  'The answer of {0} can’t be read: it has too many elements.':
    'Die Antwort von {0} lässt sich nicht lesen: sie hat zu viele Elemente.',
  'The answer of {0} can’t be read: it is nested too deeply.':
    'Die Antwort von {0} lässt sich nicht lesen: sie ist zu tief verschachtelt.',
  'The answer of {0} can’t be read: it is too long.': 'Die Antwort von {0} lässt sich nicht lesen: sie ist zu lang.',
  'The answer of {0} can’t be read: it ends too early.':
    'Die Antwort von {0} lässt sich nicht lesen: sie endet zu früh.',
  'The answer of {0} can’t be read: something follows its end.':
    'Die Antwort von {0} lässt sich nicht lesen: nach ihrem Ende folgt noch etwas.',
  'The answer of {0} can’t be read: its body is empty.':
    'Die Antwort von {0} lässt sich nicht lesen: ihr Rumpf ist leer.',
  'The answer of {0} can’t be read: “{1}” stands where a SOAP envelope was expected.':
    'Die Antwort von {0} lässt sich nicht lesen: „{1}“ steht, wo ein SOAP-Umschlag erwartet wurde.',
  'The answer of {0} can’t be read: “{1}” stands where a multistatus was expected.':
    'Die Antwort von {0} lässt sich nicht lesen: „{1}“ steht, wo ein „multistatus“ erwartet wurde.',
  '{0} packs its answer in a way that wasn’t asked for.':
    '{0} packt die Antwort auf eine Weise, um die nicht gebeten wurde.',
  '{0} sent an answer that can’t be unpacked.': '{0} hat eine Antwort geschickt, die sich nicht entpacken lässt.',
  '{0} does not take this kind of sign-in. It wants an access token instead of a password.':
    '{0} nimmt diese Art der Anmeldung nicht an. Verlangt wird ein Zugriffstoken statt eines Passworts.',
  '{0} does not take this kind of sign-in. It wants a user name and password instead of a token.':
    '{0} nimmt diese Art der Anmeldung nicht an. Verlangt werden Benutzername und Passwort statt eines Tokens.',
  '{0} does not take this kind of sign-in. It only offers {1}, which Whenabouts does not know.':
    '{0} nimmt diese Art der Anmeldung nicht an. Angeboten wird nur {1}, was Whenabouts nicht kennt.',
  'Enter the user name and the password, or the access token, with which the calendar server is signed in to.':
    'Geben Sie Benutzername und Passwort ein, oder das Zugriffstoken, mit denen man sich am Kalenderserver anmeldet.',
  'The proxy {0} can’t be reached. Check it in the network settings.':
    'Der Proxy {0} ist nicht erreichbar. Prüfen Sie ihn in den Netzwerkeinstellungen.',
  'The proxy {0} wants other credentials. Check the proxy in the network settings.':
    'Der Proxy {0} verlangt andere Zugangsdaten. Prüfen Sie ihn in den Netzwerkeinstellungen.',
  'The proxy {0} refused the way to {1} (status {2}).': 'Der Proxy {0} hat den Weg zu {1} verweigert (Status {2}).',
  'The proxy {0} answered {1} instead of opening the way to {2}.':
    'Der Proxy {0} hat mit {1} geantwortet, statt den Weg zu {2} zu öffnen.',
  'Webhooks follow no redirects: enter the final address.':
    'Webhooks folgen keinen Weiterleitungen: geben Sie die endgültige Adresse ein.',
  'Whenabouts can reach this address.': 'Whenabouts erreicht diese Adresse.',
  // Reading
  'The calendar holds something the database refuses ({0}).':
    'Der Kalender enthält etwas, das die Datenbank ablehnt ({0}).',
  "Whenabouts failed at reading this calendar ({0}). It is tried again by itself; the server's log says more.":
    'Whenabouts ist beim Lesen dieses Kalenders gescheitert ({0}). Es wird von selbst wiederholt; das Protokoll des Servers sagt mehr.',
  'The server stopped several times in a row while it read this account.':
    'Der Server ist mehrmals hintereinander stehengeblieben, während er dieses Konto las.',
  'This server can\'t read calendars of kind "{0}".': 'Dieser Server kann Kalender der Art „{0}“ nicht lesen.',
  'There is no kind of calendar "{0}".': 'Eine Kalenderart „{0}“ gibt es nicht.',
  'The source didn’t name its calendars in time.': 'Die Quelle hat ihre Kalender nicht rechtzeitig genannt.',
  "The calendar didn't arrive within {0} seconds, so nothing of it was taken over.":
    'Der Kalender ist nicht binnen {0} Sekunden angekommen, darum wurde nichts davon übernommen.',
  'The source says that an object is unchanged which was never read. The whole calendar is read again.':
    'Die Quelle nennt ein Objekt unverändert, das nie gelesen wurde. Der ganze Kalender wird noch einmal gelesen.',
  'The source went on after it had said that it was done.':
    'Die Quelle hat weitergemacht, nachdem sie gesagt hatte, sie sei fertig.',
  'There is no such server-side source.': 'Diese serverseitige Quelle gibt es nicht oder nicht mehr.',
  'The stored password doesn’t open: the key file of this server is another one.':
    'Das gespeicherte Passwort lässt sich nicht öffnen: Die Schlüsseldatei dieses Servers ist eine andere.',
};

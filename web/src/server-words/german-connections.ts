/** Reaching calendar servers and other servers: what was found at each step, and why it went no further. */
export const connections: Record<string, string> = {
  'The server answers.': 'Der Server antwortet.',
  '{0} answers.': '{0} antwortet.',
  '{0} accepted the sign-in.': '{0} hat die Anmeldung angenommen.',
  'The connection is not encrypted: others can read the password.':
    'Die Verbindung ist nicht verschlüsselt: andere können das Passwort lesen.',
  'One calendar found: {0}.': 'Ein Kalender gefunden: {0}.',
  '{0} calendars found: {1}.': '{0} Kalender gefunden: {1}.',
  '{0} calendars found: {1} and {2} more.': '{0} Kalender gefunden: {1} und {2} weitere.',
  'The sign-in works, but this user has no calendar there. Create one, or check the user name.':
    'Die Anmeldung geht, aber dieser Benutzer hat dort keinen Kalender. Legen Sie einen an oder prüfen Sie den Benutzernamen.',
  'The calendar holds one appointment or series.': 'Der Kalender enthält einen Termin oder eine Serie.',
  'The calendar holds {0} appointments and series.': 'Der Kalender enthält {0} Termine und Serien.',
  '{0} holds one appointment or series.': '{0} enthält einen Termin oder eine Serie.',
  '{0} holds {1} appointments and series.': '{0} enthält {1} Termine und Serien.',
  'Enter the address of the calendar server.': 'Geben Sie die Adresse des Kalenderservers ein.',
  'Enter the user name.': 'Geben Sie den Benutzernamen ein.',
  'A user name has no colon.': 'Ein Benutzername hat keinen Doppelpunkt.',
  'Enter a user name without a colon.': 'Geben Sie einen Benutzernamen ohne Doppelpunkt ein.',
  'Enter the access token.': 'Geben Sie das Zugriffstoken ein.',
  'Enter an address that begins with https:// or webcal://.':
    'Geben Sie eine Adresse ein, die mit https:// oder webcal:// beginnt.',
  'Write the user name and password into their own fields, not into the address.':
    'Schreiben Sie Benutzername und Passwort in ihre eigenen Felder, nicht in die Adresse.',
  'Write the user name and password for {0} into their own fields, not into the address.':
    'Schreiben Sie Benutzername und Passwort für {0} in ihre eigenen Felder, nicht in die Adresse.',
  'Write an https address, a server name or an e-mail address.':
    'Schreiben Sie eine https-Adresse, einen Servernamen oder eine E-Mail-Adresse.',
  'This is not an address. Write it like https://example.com/.':
    'Das ist keine Adresse. Schreiben Sie sie wie https://example.com/.',
  'This is not an https address. Enter the calendar’s address again.':
    'Das ist keine https-Adresse. Geben Sie die Adresse des Kalenders noch einmal ein.',
  '{0} is not a calendar any more. Choose the calendars again.':
    '{0} ist kein Kalender mehr. Wählen Sie die Kalender neu.',
  '{0} does not exist (any more). Check the address or choose the calendars again.':
    '{0} gibt es nicht (mehr). Prüfen Sie die Adresse oder wählen Sie die Kalender neu.',
  '{0} does not let this user read {1}. Ask its owner to share it.':
    '{0} lässt diesen Benutzer {1} nicht lesen. Bitten Sie den Besitzer um eine Freigabe.',
  '{0} does not let this address be read. Ask the calendar’s owner to share it.':
    '{0} lässt diese Adresse nicht lesen. Bitten Sie den Besitzer des Kalenders um eine Freigabe.',
  '{0} has no calendar at this address (any more). Copy the address again.':
    '{0} hat unter dieser Adresse keinen Kalender (mehr). Kopieren Sie die Adresse noch einmal.',
  '{0} answered with an error of its own (status {1}).': '{0} hat mit einem eigenen Fehler geantwortet (Status {1}).',
  '{0} answered with status {1} instead of a calendar.': '{0} hat mit Status {1} statt mit einem Kalender geantwortet.',
  '{0} does not answer like a CalDAV server (status {1}). Check the address.':
    '{0} antwortet nicht wie ein CalDAV-Server (Status {1}). Prüfen Sie die Adresse.',
  '{0} answers, but no CalDAV service was found there. Enter the address your provider gives for CalDAV.':
    '{0} antwortet, aber dort wurde kein CalDAV-Dienst gefunden. Geben Sie die Adresse ein, die Ihr Anbieter für CalDAV nennt.',
  '{0} did not accept the sign-in. Enter it again.':
    '{0} hat die Anmeldung nicht angenommen. Geben Sie sie noch einmal ein.',
  '{0} did not accept {1}. Enter it again; some providers want an app password.':
    '{0} hat die Anmeldung nicht angenommen. Geben Sie sie noch einmal ein; manche Anbieter wollen ein App-Passwort.',
  '{0} did not accept the user name or the password. Enter them again.':
    '{0} hat Benutzername oder Passwort nicht angenommen. Geben Sie beides noch einmal ein.',
  '{0} wants a user name and password for this address. Enter them, or use the calendar’s secret address.':
    '{0} verlangt für diese Adresse Benutzername und Passwort. Geben Sie beides ein oder nehmen Sie die geheime Adresse des Kalenders.',
  '{0} asks for a pause (status {1}).': '{0} bittet um eine Pause (Status {1}).',
  '{0} asks for a pause until {1} (status {2}).': '{0} bittet um eine Pause bis {1} (Status {2}).',
  '{0} leads to {1}, another server, which does not get the password unasked. If you trust it, enter {2} as the address.':
    '{0} führt zu {1}, einem anderen Server, der das Passwort nicht ungefragt bekommt. Wenn Sie ihm trauen, geben Sie {2} als Adresse ein.',
  '{0} redirects more than {1} times.': '{0} leitet mehr als {1}-mal weiter.',
  'A redirect of {0} was refused: {1}.': 'Eine Weiterleitung von {0} wurde abgelehnt: {1}.',
  '{0} did not answer within {1} seconds.': '{0} hat nicht binnen {1} Sekunden geantwortet.',
  '{0} did not finish its answer within {1} seconds.':
    '{0} ist mit der Antwort nicht binnen {1} Sekunden fertig geworden.',
  'The server did not finish answering within {0} seconds. Check the address, or try again later: it may be busy.':
    'Der Server ist mit der Antwort nicht binnen {0} Sekunden fertig geworden. Prüfen Sie die Adresse oder versuchen Sie es später: er kann beschäftigt sein.',
  '{0} sent more than {1}, the limit for one answer.': '{0} hat mehr als {1} geschickt, das Höchste für eine Antwort.',
  '{0} sent something that is not a valid HTTP answer.': '{0} hat etwas geschickt, das keine gültige HTTP-Antwort ist.',
  '{0} can’t be reached: {1}.': '{0} ist nicht erreichbar: {1}.',
  '{0} can’t be reached ({1}).': '{0} ist nicht erreichbar ({1}).',
  '{0} can’t be reached.': '{0} ist nicht erreichbar.',
  'its name is not known to DNS. Check the spelling': 'das DNS kennt den Namen nicht. Prüfen Sie die Schreibweise',
  'the DNS server does not answer. Check this server’s network':
    'der DNS-Server antwortet nicht. Prüfen Sie das Netzwerk dieses Servers',
  'nothing listens there. Check the port and whether the server runs':
    'dort hört nichts zu. Prüfen Sie den Port und ob der Server läuft',
  'it closed the connection': 'er hat die Verbindung geschlossen',
  'it closed the connection before the answer was complete':
    'er hat die Verbindung geschlossen, bevor die Antwort vollständig war',
  'no answer came in time': 'es kam nicht rechtzeitig eine Antwort',
  'it fell silent in the middle of its answer': 'er ist mitten in der Antwort verstummt',
  'the connection timed out': 'die Verbindung kam nicht rechtzeitig zustande',
  'there is no way to that network': 'es gibt keinen Weg in dieses Netz',
  'its certificate has expired': 'sein Zertifikat ist abgelaufen',
  'its certificate is not valid yet. Check both clocks': 'sein Zertifikat gilt noch nicht. Prüfen Sie beide Uhren',
  'its certificate is for another name': 'sein Zertifikat gilt für einen anderen Namen',
  'it does not speak TLS as expected. Check whether the port is right':
    'er spricht kein TLS wie erwartet. Prüfen Sie, ob der Port stimmt',
  'it does not speak TLS on that port. Check the port, or whether http is meant':
    'er spricht an diesem Port kein TLS. Prüfen Sie den Port, oder ob http gemeint ist',
  'its certificate is from an authority that is not trusted here. If it is your company’s own, an administrator can add it in the network settings':
    'sein Zertifikat ist von einer Stelle, der hier nicht vertraut wird. Ist es die Ihrer eigenen Firma, kann die Administration sie in den Netzwerkeinstellungen hinzufügen',
  '{0} is {1}. If it is meant, an administrator can allow that network in the network settings.':
    '{0} liegt in einem Netz, das nicht erlaubt ist. Ist es so gemeint, kann die Administration dieses Netz in den Netzwerkeinstellungen erlauben.',
  '{0} leads to {1}, which is {2}. If it is meant, an administrator can allow that network in the network settings.':
    '{0} führt zu {1}, in ein Netz, das nicht erlaubt ist. Ist es so gemeint, kann die Administration dieses Netz in den Netzwerkeinstellungen erlauben.',
  'It is a web page, perhaps one to sign in, and not a calendar. Use the calendar’s iCalendar (.ics) address.':
    'Das ist eine Webseite, vielleicht eine zum Anmelden, und kein Kalender. Nehmen Sie die iCalendar-Adresse (.ics) des Kalenders.',
  'The file is empty. A calendar begins with BEGIN:VCALENDAR.':
    'Die Datei ist leer. Ein Kalender beginnt mit BEGIN:VCALENDAR.',
  'This is not an iCalendar file: it begins with "{0}" instead of BEGIN:VCALENDAR. Check the address or the file.':
    'Das ist keine iCalendar-Datei: sie beginnt mit „{0}“ statt mit BEGIN:VCALENDAR. Prüfen Sie die Adresse oder die Datei.',
  'The calendar is cut off: its end (END:VCALENDAR) is missing. Load it again from its source.':
    'Der Kalender ist abgeschnitten: sein Ende (END:VCALENDAR) fehlt. Laden Sie ihn noch einmal von seiner Quelle.',
  'The calendar is cut off in the middle of it.': 'Der Kalender ist mittendrin abgeschnitten.',
  'It has no start (DTSTART).': 'Es hat keinen Beginn (DTSTART).',
  'It ends before it starts.': 'Es endet, bevor es beginnt.',
  'Its recurrence rule never gives an occurrence.': 'Seine Wiederholungsregel ergibt nie einen Termin.',
  '{0} "{1}" is not a date.': '{0} „{1}“ ist kein Datum.',
  '{0} "{1}" is a date that doesn\'t exist.': '{0} „{1}“ ist ein Datum, das es nicht gibt.',
  'The calendar broke off before its end, so nothing of it was taken over. It is read again by itself.':
    'Der Kalender brach vor seinem Ende ab, darum wurde nichts übernommen. Er wird von selbst noch einmal gelesen.',
  'The stored password doesn’t open: the key file of this server is another one. Enter the password again.':
    'Das gespeicherte Passwort lässt sich nicht öffnen: die Schlüsseldatei dieses Servers ist eine andere. Geben Sie das Passwort noch einmal ein.',
  'Calendar synchronization is switched off for your group. Ask your administrator.':
    'Die Kalendersynchronisation ist für Ihre Gruppe ausgeschaltet. Fragen Sie die Administration.',
  'Your group doesn’t allow calendars of this kind. Ask your administrator.':
    'Ihre Gruppe erlaubt Kalender dieser Art nicht. Fragen Sie die Administration.',
  'Your group’s settings say which calendars are read. Ask your administrator.':
    'Die Einstellungen Ihrer Gruppe legen fest, welche Kalender gelesen werden. Fragen Sie die Administration.',
  'The provider answers and names itself {0}.': 'Der Anbieter antwortet und nennt sich {0}.',
  'The authorization code flow can be used.': 'Die Anmeldung mit Autorisierungscode ist möglich.',
  'It does not say that it checks PKCE.': 'Er sagt nicht, dass er PKCE prüft.',
  'It does not list these scopes: {0}.': 'Diese Scopes führt er nicht auf: {0}.',
};

/** Who may not do what, requests that can't be read, and things that are not there. */
export const refusals: Record<string, string> = {
  // Signing in
  'Please sign in.': 'Bitte melden Sie sich an.',
  'The e-mail address or the password is wrong.': 'Die E-Mail-Adresse oder das Passwort ist falsch.',
  'Your role needs a second factor: set one up to go on.':
    'Ihre Rolle braucht einen zweiten Faktor: richten Sie einen ein, um fortzufahren.',
  'The role of this API token’s user needs a second factor, which the user hasn’t set up yet: the token works again from then on.':
    'Die Rolle des Benutzers dieses API-Tokens braucht einen zweiten Faktor, den der Benutzer noch nicht eingerichtet hat: danach geht das Token wieder.',
  'Enter the code that your authenticator app shows.': 'Geben Sie den Code ein, den Ihre Authenticator-App zeigt.',
  'This code is wrong, too old, or was used already.': 'Dieser Code ist falsch, zu alt oder schon benutzt.',
  'You may not sign in any more: ask your administrator.':
    'Sie dürfen sich nicht mehr anmelden: fragen Sie die Administration.',
  'Too many failed tries: try again in a minute.': 'Zu viele Fehlversuche: versuchen Sie es in einer Minute wieder.',
  'Too many failed tries: try again in {0} minutes.': 'Zu viele Fehlversuche: versuchen Sie es in {0} Minuten wieder.',
  'Too many sign-ins were begun: try again in {0} seconds.':
    'Zu viele Anmeldungen wurden begonnen: versuchen Sie es in {0} Sekunden wieder.',
  'Nothing waits for a code: set up a second factor first.':
    'Nichts wartet auf einen Code: richten Sie zuerst einen zweiten Faktor ein.',
  'Your second factor is confirmed already.': 'Ihr zweiter Faktor ist schon bestätigt.',
  'Recovery codes belong to a second factor, and you have none.':
    'Wiederherstellungscodes gehören zu einem zweiten Faktor, und Sie haben keinen.',
  'There is no such provider, or it is switched off.': 'Diesen Anbieter gibt es nicht, oder er ist ausgeschaltet.',
  'The state is unknown or was used already.': 'Diese Anmeldung ist unbekannt oder schon benutzt.',
  'The user is known to no identity provider.': 'Den Benutzer kennt kein Identitätsanbieter.',
  '{0} sent what can’t be trusted: {1}.': '{0} hat etwas geschickt, dem nicht zu trauen ist: {1}.',
  '{0} answered "{1}".': '{0} hat „{1}“ geantwortet.',
  'The provider publishes one key to check its signatures by.':
    'Der Anbieter veröffentlicht einen Schlüssel, mit dem sich seine Unterschriften prüfen lassen.',
  'The provider publishes {0} keys to check its signatures by.':
    'Der Anbieter veröffentlicht {0} Schlüssel, mit denen sich seine Unterschriften prüfen lassen.',
  // Roles, tokens and owners
  'Only an administrator may do this.': 'Das darf nur die Administration.',
  'Only an administrator of the whole system may do this.': 'Das darf nur die Administration des ganzen Systems.',
  'Only administrators and readers of the whole system may see this.':
    'Das sehen nur Administration und Leser des ganzen Systems.',
  'Only an administrator of the whole system gives roles.': 'Rollen gibt nur die Administration des ganzen Systems.',
  'Only an administrator sees the accounts of others.': 'Die Konten anderer sieht nur die Administration.',
  'Only an administrator sees the tokens of others.': 'Die Token anderer sieht nur die Administration.',
  'Only an administrator may change central profiles.': 'Zentrale Profile ändert nur die Administration.',
  'Only the user’s assistants and administrators may do this for somebody else.':
    'Für andere dürfen das nur ihre Assistenz und die Administration.',
  'Nobody may do this.': 'Das darf niemand.',
  'No API token may do this: sign in.': 'Das darf kein API-Token: melden Sie sich an.',
  'This API token lacks the scope {0} or {1}.': 'Diesem API-Token fehlt das Recht {0} oder {1}.',
  'This API token lacks the scope {0}.': 'Diesem API-Token fehlt das Recht {0}.',
  'This API token is wrong, has run out, or was ended.': 'Dieses API-Token ist falsch, abgelaufen oder wurde beendet.',
  'Too many wrong API tokens: try again in {0} seconds.':
    'Zu viele falsche API-Token: versuchen Sie es in {0} Sekunden wieder.',
  'You may not do what the scope "{0}" is for.': 'Wofür das Recht „{0}“ da ist, das dürfen Sie nicht.',
  'This belongs to another location than yours.': 'Das gehört zu einem anderen Standort als Ihrem.',
  '{0} belongs to a location that others administer.': '{0} gehört zu einem Standort, den andere verwalten.',
  '{0}’s agenda isn’t shown to you: that follows from what you are to each other.':
    'Die Agenda von {0} wird Ihnen nicht gezeigt: das folgt daraus, was Sie einander sind.',
  // Requests
  'This address takes {0}, not {1}.': 'Diese Adresse nimmt {0}, nicht {1}.',
  'There is no such address in the API. /api/docs lists them all.':
    'Diese Adresse gibt es in der API nicht. /api/docs führt alle auf.',
  'Send a form with a file (multipart/form-data).': 'Senden Sie ein Formular mit einer Datei (multipart/form-data).',
  'Send JSON, with the header "Content-Type: application/json".':
    'Senden Sie JSON, mit der Kopfzeile „Content-Type: application/json“.',
  'The body is not JSON.': 'Der Inhalt ist kein JSON.',
  'This text has a character that is no text (NUL, or half of a pair).':
    'Dieser Text enthält ein Zeichen, das kein Text ist (NUL oder ein halbes Paar).',
  'The file is not UTF-8 text. Save it as UTF-8.': 'Die Datei ist kein UTF-8-Text. Speichern Sie sie als UTF-8.',
  'This request came from another site ({0}). If Whenabouts is reached by that address, set PUBLIC_URL to it.':
    'Diese Anfrage kam von einer anderen Website ({0}). Wird Whenabouts unter dieser Adresse erreicht, setzen Sie PUBLIC_URL darauf.',
  'The interval is longer than 400 days.': 'Der Zeitraum ist länger als 400 Tage.',
  'This is not the "next" of a page.': 'Das ist nicht das „next“ einer Seite.',
  'This is not an id.': 'Das ist keine ID.',
  '"{0}" is not a network such as 10.20.0.0/16.': '„{0}“ ist kein Netz wie 10.20.0.0/16.',
  // Things
  'There is no such appointment.': 'Diesen Termin gibt es nicht oder nicht mehr.',
  'There is no such reminder.': 'Diese Erinnerung gibt es nicht oder nicht mehr.',
  'There is no such extension.': 'Diese Nebenstelle gibt es nicht oder nicht mehr.',
  'There is no such work group.': 'Diese Arbeitsgruppe gibt es nicht oder nicht mehr.',
  'There is no such predefined target.': 'Dieses vordefinierte Ziel gibt es nicht oder nicht mehr.',
  'There is no such location, group or user.': 'Diesen Standort, diese Gruppe oder diesen Benutzer gibt es nicht.',
  'There is no kind of phone system "{0}".': 'Eine Art von Telefonanlage „{0}“ gibt es nicht.',
  'One of these users is not there.': 'Einen dieser Benutzer gibt es nicht.',
  'There is a work group "{0}" already.': 'Eine Arbeitsgruppe „{0}“ gibt es schon.',
  'Nobody is anything to themselves.': 'Niemand steht zu sich selbst in einer Beziehung.',
  'Another process goes on with this, or it was cancelled.':
    'Ein anderer Prozess macht hiermit weiter, oder es wurde zurückgenommen.',
  '{0} is being removed. Cancel that first.': '{0} wird gerade entfernt. Nehmen Sie das zuerst zurück.',
  'The connector failed unexpectedly; the server log says why.':
    'Die Anbindung ist unerwartet gescheitert; das Protokoll des Servers sagt, warum.',
  '"{0}" is in use: {1}. Give these profiles another target first.':
    '„{0}“ wird benutzt: {1}. Geben Sie diesen Profilen zuerst ein anderes Ziel.',
  '"{0}" stands for the built-in profile "{1}" already: change that one.':
    '„{0}“ steht schon für das eingebaute Profil „{1}“: ändern Sie dieses.',
  'The key is that of a built-in profile, such as "appointment".':
    'Der Schlüssel ist der eines eingebauten Profils, etwa „appointment“.',
  '{0} has the profiles of its location already.': '{0} hat schon die Profile ihres Standorts.',
  // Imports
  'Only directories can be tried: a file comes with its run.':
    'Versuchen lassen sich nur Verzeichnisse: eine Datei kommt mit ihrem Lauf.',
  'Send the CSV file too.': 'Senden Sie auch die CSV-Datei.',
  'This import reads a directory, not a file.': 'Dieser Import liest ein Verzeichnis, keine Datei.',
  'There is no group "{0}" in the location "{1}": make it first, or correct the name.':
    'Eine Gruppe „{0}“ gibt es am Standort „{1}“ nicht: legen Sie sie zuerst an oder berichtigen Sie den Namen.',
  'There is no group "{0}": make it first, or correct the name.':
    'Eine Gruppe „{0}“ gibt es nicht: legen Sie sie zuerst an oder berichtigen Sie den Namen.',
  'The directory has more than {0} entries.': 'Das Verzeichnis hat mehr als {0} Einträge.',
  'The file of this run is gone: send it again.': 'Die Datei dieses Laufs ist fort: senden Sie sie noch einmal.',
  'It only waits to be carried out.': 'Er wartet nur darauf, ausgeführt zu werden.',
};

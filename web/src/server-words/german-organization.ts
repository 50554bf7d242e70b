/** Locations, groups, users, roles, profiles, imports, removals. */
export const organization: Record<string, string> = {
  '{0} belongs to another user already.': '{0} gehört schon einem anderen Benutzer.',
  'Nobody stands in for themselves: choose somebody else.': 'Niemand vertritt sich selbst: wählen Sie jemand anderen.',
  'Choose a group of a location that you administer.': 'Wählen Sie eine Gruppe eines Standorts, den Sie verwalten.',
  'This is the only administrator who can sign in with a password: make somebody else one first.':
    'Das ist die einzige Administration, die sich mit Passwort anmelden kann: machen Sie zuerst jemand anderen dazu.',
  'This is the only administrator: make somebody else one first.':
    'Das ist die einzige Administration: machen Sie zuerst jemand anderen dazu.',
  'This user may more than you do: an administrator of the whole system does this.':
    'Dieser Benutzer darf mehr als Sie: das macht eine Administration des ganzen Systems.',
  'Only a location administrator has locations.': 'Nur die Administration von Standorten hat Standorte.',
  'There is a location called {0} already.': 'Einen Standort namens {0} gibt es schon.',
  '{0} has a group called {1} already.': '{0} hat schon eine Gruppe namens {1}.',
  '{0} has {1} {2}. Move them to a group of another location first.':
    '{0} hat {1} Benutzer. Verschieben Sie sie zuerst in eine Gruppe eines anderen Standorts.',
  '{0} has {1} {2}. Move them to another group first.':
    '{0} hat {1} Benutzer. Verschieben Sie sie zuerst in eine andere Gruppe.',
  'There is a profile "{0}" already. Choose another name.':
    'Ein Profil „{0}“ gibt es schon. Wählen Sie einen anderen Namen.',
  '"{0}" is a built-in profile: switch it off instead.':
    '„{0}“ ist ein eingebautes Profil: schalten Sie es stattdessen aus.',
  '"{0}" is in use and can’t be {1}: {2}.': '„{0}“ wird benutzt: {2}.',
  'The profile "{0}" is switched off.': 'Das Profil „{0}“ ist ausgeschaltet.',
  'Your group allows no profiles of one’s own. Choose one of the central profiles.':
    'Ihre Gruppe erlaubt keine eigenen Profile. Wählen Sie eines der zentralen.',
  '{0} has the profiles of its location. Make its profiles "Individual" first, or add the profile to the location.':
    '{0} hat die Profile ihres Standorts. Stellen Sie ihre Profile zuerst auf „Individuell“, oder fügen Sie das Profil dem Standort hinzu.',
  'There is no country "{0}".': 'Ein Land „{0}“ gibt es nicht.',
  '{0} takes part in the sample company, whose meetings are made up and would forward a real phone. Remove the sample company first.':
    '{0} gehört zur Musterfirma, deren Besprechungen erfunden sind und ein echtes Telefon umleiteten. Entfernen Sie zuerst die Musterfirma.',
  'This group belongs to the sample company, whose profiles would forward this user’s real phone. Choose another group.':
    'Diese Gruppe gehört zur Musterfirma, deren Profile das echte Telefon dieses Benutzers umleiteten. Wählen Sie eine andere Gruppe.',
  'This is the simulated phone system of the sample company. Connect your own as a phone system of its own.':
    'Das ist die simulierte Telefonanlage der Musterfirma. Binden Sie Ihre als eigene Telefonanlage an.',
  'The PC agent, which reads classic Outlook and Notes on users’ computers, isn’t part of this version. Until it is, nothing is read that way; calendars that users connect themselves are.':
    'Der PC-Agent, der das klassische Outlook und Notes auf den Rechnern der Benutzer liest, gehört noch nicht zu dieser Version. Bis dahin wird so nichts gelesen; Kalender, die Benutzer selbst verbinden, schon.',
  'The connector to Domino servers isn’t part of this version. Until it is, nothing is read from one.':
    'Die Anbindung an Domino-Server gehört noch nicht zu dieser Version. Bis dahin wird von keinem gelesen.',
  'With these settings no calendars are read for these users: their presence follows none.':
    'Mit diesen Einstellungen werden für diese Benutzer keine Kalender gelesen: ihre Präsenz folgt keinem.',
  'There are no Graph applications yet.': 'Es gibt noch keine Graph-Anwendungen.',
  // Removals
  'Sign-in is blocked. Ended: {0}, {1}, {2} of sign-in providers.':
    'Die Anmeldung ist gesperrt. Beendet: {0}, {1}, {2} bei Identitätsanbietern.',
  'Sign-in is blocked, and sessions are ended.': 'Die Anmeldung ist gesperrt, Sitzungen sind beendet.',
  '{0} sessions': '{0} Sitzungen',
  '{0} session': '{0} Sitzung',
  '{0} API tokens': '{0} API-Token',
  '{0} API token': '{0} API-Token',
  '{0} identities': '{0} Identitäten',
  '{0} identity': '{0} Identität',
  'Nothing of Whenabouts is on the phones any more.': 'Auf den Telefonen steht nichts mehr von Whenabouts.',
  'There are no calendar accounts.': 'Es gibt keine Kalenderkonten.',
  '{0} of kinds that give no tokens: nothing to revoke there.':
    '{0} von Arten, die keine Token ausgeben: dort ist nichts zu widerrufen.',
  'Access revoked at the source: {0}.': 'Zugang bei der Quelle widerrufen: {0}.',
  '{0} with credentials and appointments erased.': '{0} mit Zugangsdaten und Terminen gelöscht.',
  'one account': 'ein Konto',
  '{0} accounts': '{0} Konten',
  'One account': 'Ein Konto',
  'The user with all accounts, appointments and history is erased.':
    'Der Benutzer ist mit allen Konten, Terminen und dem Verlauf gelöscht.',
  'The extension belongs to nobody any more.': 'Die Nebenstelle gehört niemandem mehr.',
  'The phone system with its extensions, credentials and log is erased.':
    'Die Telefonanlage ist mit Nebenstellen, Zugangsdaten und Protokoll gelöscht.',
  'The calendars concerned no longer move presence, nor any phone.':
    'Die betroffenen Kalender bewegen keine Präsenz und kein Telefon mehr.',
  'This step failed unexpectedly and is tried again; the server’s log says more.':
    'Dieser Schritt ist unerwartet gescheitert und wird wiederholt; das Protokoll des Servers sagt mehr.',
  '{0} has been removed already.': '{0} ist schon entfernt.',
  'This removal was cancelled already.': 'Diese Entfernung ist schon zurückgenommen.',
  // Imports
  'It has no e-mail address.': 'Es hat keine E-Mail-Adresse.',
  'It broke off in the server, whose log says more.': 'Es brach im Server ab, dessen Protokoll mehr sagt.',
  'The file is empty. Its first line names the columns, each further line is one user.':
    'Die Datei ist leer. Ihre erste Zeile nennt die Spalten, jede weitere Zeile ist ein Benutzer.',
  'The file has no column "{0}", which is set for {1}. Choose the right ones.':
    'Die Datei hat keine Spalte „{0}“, die für {1} eingestellt ist. Wählen Sie die richtigen.',
  'No column of the file is known to hold e-mail addresses: choose it.':
    'Von keiner Spalte der Datei ist bekannt, dass sie E-Mail-Adressen enthält: wählen Sie sie.',
  '{0} row(s) were refused: they had changed since the preview.':
    '{0} Zeile(n) wurden abgelehnt: sie hatten sich seit der Vorschau geändert.',
  '{0} disabled account(s) count as not found.': '{0} deaktivierte(s) Konto/Konten gelten als nicht gefunden.',
  'A run of this import is under way: wait for it, or cancel it.':
    'Ein Lauf dieses Imports ist im Gange: warten Sie darauf oder brechen Sie ihn ab.',
  'There is an import called "{0}" already.': 'Einen Import namens „{0}“ gibt es schon.',
  'Not found for the first time; deactivated at the third.':
    'Zum ersten Mal nicht gefunden; beim dritten wird deaktiviert.',
  'Not found for the second time; deactivated at the third.':
    'Zum zweiten Mal nicht gefunden; beim dritten wird deaktiviert.',
  'Not found in {0} runs in a row.': 'In {0} Läufen hintereinander nicht gefunden.',
  '{0} has the same e-mail address already.': '{0} hat schon dieselbe E-Mail-Adresse.',
  '{0} has the same id already.': '{0} hat schon dieselbe ID.',
  'Signed in as {0}.': 'Angemeldet als {0}.',
  'It lets anybody read.': 'Es lässt jeden lesen.',
  '{0} answers, {1}.': '{0} antwortet, {1}.',
  encrypted: 'verschlüsselt',
  'NOT encrypted: the password can be read on its way': 'NICHT verschlüsselt: das Passwort ist unterwegs lesbar',
  'Nothing fits the filter there. Check base and filter.':
    'Dort passt nichts auf den Filter. Prüfen Sie Basis und Filter.',
  'Found {0} entries below {1}.': '{0} Einträge unterhalb von {1} gefunden.',
  'Found {0} or more entries below {1}.': '{0} oder mehr Einträge unterhalb von {1} gefunden.',
  '{0} refuses {1}. Check its name and password.': '{0} weist {1} ab. Prüfen Sie Namen und Passwort.',
  '{0} has nothing at "{1}". Check the base.': '{0} hat nichts unter „{1}“. Prüfen Sie die Basis.',
  '{0} closed the connection. Check the port, and whether ldap or ldaps is meant.':
    '{0} hat die Verbindung geschlossen. Prüfen Sie den Port, und ob ldap oder ldaps gemeint ist.',
  'Write it as ldaps://directory.example.com, or with ldap:// and a port.':
    'Schreiben Sie es als ldaps://directory.example.com, oder mit ldap:// und einem Port.',
  'Say where in the directory the users are.': 'Geben Sie an, wo im Verzeichnis die Benutzer stehen.',
  'This is not a filter such as (&(objectClass=person)(mail=*)): check its parentheses.':
    'Das ist kein Filter wie (&(objectClass=person)(mail=*)): prüfen Sie die Klammern.',
};

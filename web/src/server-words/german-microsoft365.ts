/** What the server says of Microsoft 365 and Graph applications. */
export const microsoft365: Record<string, string> = {
  'A Microsoft 365 mailbox is connected by signing in at Microsoft.':
    'Ein Postfach von Microsoft 365 wird verbunden, indem man sich bei Microsoft anmeldet.',
  'The settings of the user’s group made this account: it goes with them.':
    'Dieses Konto haben die Einstellungen der Gruppe angelegt: Es geht mit ihnen.',
  'Your administrator hasn’t chosen a Graph application for your group yet.':
    'Für Ihre Gruppe ist noch keine Graph-Anwendung gewählt. Fragen Sie die Administration.',
  'With this Graph application Microsoft leads back here by itself.':
    'Bei dieser Graph-Anwendung führt Microsoft von selbst hierher zurück.',
  'This isn’t the address of the page at which the sign-in ended: it has "code=" and "state=" in it.':
    'Das ist nicht die Adresse der Seite, auf der die Anmeldung geendet hat: In ihr stehen „code=“ und „state=“.',
  'Write an address such as https://login.example.com.': 'Schreiben Sie eine Adresse wie https://login.example.com.',
  'Write the address without "?", "#" or a password.':
    'Schreiben Sie die Adresse ohne „?“, ohne „#“ und ohne Passwort.',
  'A custom cloud needs its own sign-in address and Graph address.':
    'Eine eigene Cloud braucht ihre eigene Anmelde- und Graph-Adresse.',
  'Only a custom cloud has an address of its own.': 'Nur eine eigene Cloud hat eigene Adressen.',
  'Write a mail address.': 'Schreiben Sie eine E-Mail-Adresse.',
  'Write the directory (tenant) id, or a domain of the directory.':
    'Schreiben Sie die Verzeichnis-ID (Mandant) oder eine Domäne des Verzeichnisses.',
  'The application (client) id is missing.': 'Die Anwendungs-ID (Client) fehlt.',
  'The client secret is missing.': 'Der geheime Clientschlüssel fehlt.',
  'There are no Graph applications here.': 'Hier gibt es keine Graph-Anwendungen.',
  'There is no such Graph application.': 'Diese Graph-Anwendung gibt es nicht.',
  'There is no such Graph application any more. Choose another one.':
    'Diese Graph-Anwendung gibt es nicht mehr. Wählen Sie eine andere.',
  'There is no Graph application "{0}".': 'Es gibt keine Graph-Anwendung „{0}“.',
  'No file can connect a Microsoft 365 mailbox: its user signs in for it, or the group’s settings have all mailboxes read (`source: microsoft365`).':
    'Keine Datei kann ein Postfach von Microsoft 365 verbinden: Dafür meldet sich sein Benutzer an, oder die Einstellungen der Gruppe lassen alle Postfächer lesen (`source: microsoft365`).',
  'This isn’t the id of a Graph application.': 'Das ist nicht die ID einer Graph-Anwendung.',
  'No Graph application is chosen: nothing of Microsoft 365 is read until one is.':
    'Es ist keine Graph-Anwendung gewählt: Bis dahin wird nichts von Microsoft 365 gelesen.',
  'The Microsoft 365 mailboxes of {0} will be read by this server.':
    'Dieser Server wird die Microsoft-365-Postfächer von {0} lesen.',

  'Paste it as PEM text: it begins with -----BEGIN {0}-----.':
    'Fügen Sie es als PEM-Text ein: Er beginnt mit -----BEGIN {0}-----.',
  'This certificate can’t be read.': 'Dieses Zertifikat ist nicht lesbar.',
  'Microsoft takes RSA keys only.': 'Microsoft nimmt nur RSA-Schlüssel.',
  'The key isn’t that of the certificate.': 'Der Schlüssel ist nicht der des Zertifikats.',
  'This key can’t be read. It must not have a passphrase.':
    'Dieser Schlüssel ist nicht lesbar. Er darf keine Passphrase haben.',

  'No Graph application is set for this account. Connect it anew.':
    'Für dieses Konto ist keine Graph-Anwendung festgelegt. Verbinden Sie es neu.',
  'Microsoft 365 lets us read the mailbox {0}.': 'Microsoft 365 lässt uns das Postfach {0} lesen.',
  'The sign-in works, but this mailbox has no calendar.':
    'Die Anmeldung gelingt, aber dieses Postfach hat keinen Kalender.',
  'Microsoft 365 doesn’t let us read this calendar any more. Ask whoever shares it.':
    'Microsoft 365 lässt uns diesen Kalender nicht mehr lesen. Fragen Sie, wer ihn freigegeben hat.',
  '{0} answered a batch without its parts.': '{0} hat ein Anfragenbündel ohne dessen Teile beantwortet.',
  '{0} told of an event without an id.': '{0} hat einen Termin ohne ID genannt.',
  '{0} broke the list of appointments off before its end.': '{0} hat die Liste der Termine vor ihrem Ende abgebrochen.',
  'The list of appointments at {0} has no end.': 'Die Liste der Termine bei {0} nimmt kein Ende.',
  'To read calendars that others share Microsoft 365 wants the permission Calendars.Read.Shared. Sign in again to allow it.':
    'Um Kalender zu lesen, die andere teilen, verlangt Microsoft 365 die Berechtigung Calendars.Read.Shared. Melden Sie sich neu an, um es zu erlauben.',
  '{0} keeps forgetting what it has told.': '{0} vergisst immer wieder, was es mitgeteilt hat.',
  'Its start or its end can’t be read.': 'Sein Beginn oder sein Ende ist nicht lesbar.',
  '{0} asks for fewer requests to this mailbox.': '{0} verlangt weniger Anfragen an dieses Postfach.',
  '{0} asks for fewer requests to this mailbox. It is read again when {1} allows.':
    '{0} verlangt weniger Anfragen an dieses Postfach. Es wird wieder gelesen, sobald {1} es erlaubt.',
  '{0} answered with something that isn’t JSON.': '{0} hat mit etwas geantwortet, das kein JSON ist.',
  '{0} leads from a page back to the same page.': '{0} führt von einer Seite auf dieselbe Seite zurück.',
  '{0} gave a link that can’t be read.': '{0} hat einen Verweis gegeben, der nicht lesbar ist.',
  '{0} leads to another server, {1}, which isn’t followed.':
    '{0} verweist auf einen anderen Server, {1}; dem wird nicht gefolgt.',
  '{0} answered with a page that has no list.': '{0} hat mit einer Seite ohne Liste geantwortet.',
  'Microsoft 365 no longer accepts the sign-in. Sign in again.':
    'Microsoft 365 nimmt die Anmeldung nicht mehr an. Melden Sie sich noch einmal an.',
  '{0} doesn’t accept the sign-in of the Graph application. The administrator checks it there.':
    '{0} nimmt die Anmeldung der Graph-Anwendung nicht an. Die Administration prüft sie dort.',
  'Microsoft 365 doesn’t let us read this of {0}. Sign in again and consent; if that doesn’t help, your administrator must approve it.':
    'Microsoft 365 lässt uns das von {0} nicht lesen. Melden Sie sich noch einmal an und stimmen Sie zu; hilft das nicht, muss die Administration zustimmen.',
  'The Graph application may not read the mailbox {0}: either the permission is missing, or the mailbox lies outside of the scope that Exchange gives the application.':
    'Die Graph-Anwendung darf das Postfach {0} nicht lesen: Entweder fehlt die Berechtigung, oder das Postfach liegt außerhalb des Bereichs, den Exchange der Anwendung gibt.',
  'Microsoft 365 has no mailbox {0} that could be read. It may have been removed, or lie on a server of the company’s own.':
    'Microsoft 365 hat kein Postfach {0}, das gelesen werden könnte. Vielleicht wurde es entfernt, oder es liegt auf einem eigenen Server der Firma.',
  'What was asked for isn’t there at {0} any more ({1}).': 'Das Gefragte gibt es bei {0} nicht mehr ({1}).',
  '{0} can’t answer at the moment (HTTP {1}).': '{0} kann im Moment nicht antworten (HTTP {1}).',
  '{0} refuses the request ({1}).': '{0} lehnt die Anfrage ab ({1}).',
  'The mailbox {0} isn’t in Microsoft 365 yet, so it is read from Exchange. It is looked for again by itself.':
    'Das Postfach {0} gibt es in Microsoft 365 noch nicht, deshalb wird es aus Exchange gelesen. Es wird von selbst wieder gesucht.',
  'The calendar "{0}" isn’t in Microsoft 365 yet, so this mailbox is read from Exchange.':
    'Den Kalender „{0}“ gibt es in Microsoft 365 noch nicht, deshalb wird dieses Postfach aus Exchange gelesen.',
  'A series of appointments kept changing while it was read. It is read again.':
    'Eine Terminserie hat sich beim Lesen immer wieder geändert. Sie wird noch einmal gelesen.',
  'The sign-in at Microsoft 365 has to be renewed first. That happens by itself when the account is read next.':
    'Die Anmeldung bei Microsoft 365 muss erst erneuert werden. Das geschieht von selbst, wenn das Konto das nächste Mal gelesen wird.',

  'The Graph application "{0}" has no secret and no certificate, which server-side access needs.':
    'Die Graph-Anwendung „{0}“ hat weder einen geheimen Schlüssel noch ein Zertifikat; der Zugriff durch den Server braucht eines davon.',
  '{0} can’t give a token at the moment (HTTP {1}).': '{0} kann im Moment kein Token ausstellen (HTTP {1}).',
  '{0} answered without a token (HTTP {1}).': '{0} hat ohne Token geantwortet (HTTP {1}).',
  'Microsoft 365 asks for consent to "{0}" first. Your administrator must approve it.':
    'Microsoft 365 verlangt erst die Zustimmung zu „{0}“. Die Administration muss sie erteilen.',
  'The consent was declined.': 'Die Zustimmung wurde abgelehnt.',
  'The client secret has expired.': 'Der geheime Clientschlüssel ist abgelaufen.',
  'The client secret is wrong.': 'Der geheime Clientschlüssel ist falsch.',
  'The application needs a client secret or a certificate.':
    'Die Anwendung braucht einen geheimen Clientschlüssel oder ein Zertifikat.',
  'The application is registered as a public client: it must have neither a secret nor a certificate here.':
    'Die Anwendung ist als öffentlicher Client registriert: Sie darf hier weder einen geheimen Schlüssel noch ein Zertifikat haben.',
  'The clock of this server is wrong: what the application signs counts for some minutes only.':
    'Die Uhr dieses Servers geht falsch: Was die Anwendung unterschreibt, gilt nur einige Minuten.',
  'The directory doesn’t know the certificate, or it has expired.':
    'Das Verzeichnis kennt das Zertifikat nicht, oder es ist abgelaufen.',
  'The credentials of the application were refused (AADSTS{0}).':
    'Die Zugangsdaten der Anwendung wurden abgelehnt (AADSTS{0}).',
  'The credentials of the application were refused.': 'Die Zugangsdaten der Anwendung wurden abgelehnt.',
  'The administrator changes it at the Graph application "{0}".':
    'Geändert wird das bei der Graph-Anwendung „{0}“, durch die Administration.',
  'The directory doesn’t know the application (client) id of the Graph application "{0}".':
    'Das Verzeichnis kennt die Anwendungs-ID (Client) der Graph-Anwendung „{0}“ nicht.',
  'The Graph application "{0}" isn’t allowed to do this.': 'Die Graph-Anwendung „{0}“ darf das nicht.',
  'The sign-in service of Microsoft 365 can’t answer at the moment.':
    'Der Anmeldedienst von Microsoft 365 kann im Moment nicht antworten.',
  'There is no directory with the id {0}. Correct it at the Graph application "{1}".':
    'Es gibt kein Verzeichnis mit der ID {0}. Berichtigen Sie sie bei der Graph-Anwendung „{1}“.',
  'Microsoft 365 refuses the Graph application "{0}" ({1}, AADSTS{2}).':
    'Microsoft 365 lehnt die Graph-Anwendung „{0}“ ab ({1}, AADSTS{2}).',
  'Microsoft 365 refuses the Graph application "{0}" ({1}).': 'Microsoft 365 lehnt die Graph-Anwendung „{0}“ ab ({1}).',
  'The credential of the Graph application "{0}" doesn’t open: the key file of this server is another one. Enter it again.':
    'Die Zugangsdaten der Graph-Anwendung „{0}“ lassen sich nicht öffnen: die Schlüsseldatei dieses Servers ist eine andere. Geben Sie sie noch einmal ein.',
  'The Graph application "{0}" is in use: {1}.': 'Die Graph-Anwendung „{0}“ wird gebraucht: {1}.',

  'Who has consented can’t be seen from here: whoever hasn’t is told at the sign-in, and why.':
    'Wer zugestimmt hat, ist von hier nicht zu sehen: Wer es nicht hat, erfährt es bei der Anmeldung, und warum.',
  'The directory gives the application a token of its own.': 'Das Verzeichnis gibt der Anwendung ein eigenes Token.',
  'There is no directory with the id {0} at {1}.': 'Bei {1} gibt es kein Verzeichnis mit der ID {0}.',
  '{0} isn’t the sign-in address of a Microsoft cloud.': '{0} ist nicht die Anmeldeadresse einer Microsoft-Cloud.',
  'The directory {0} is known at {1}.': 'Das Verzeichnis {0} ist bei {1} bekannt.',
  'The directory knows the application, as a public client.':
    'Das Verzeichnis kennt die Anwendung, als öffentlichen Client.',
  'The directory knows the application and its client secret.':
    'Das Verzeichnis kennt die Anwendung und ihren geheimen Clientschlüssel.',
  'The directory knows the application and its certificate.': 'Das Verzeichnis kennt die Anwendung und ihr Zertifikat.',
  'The redirect address {0} is registered.': 'Die Umleitungsadresse {0} ist registriert.',
  'The redirect address {0} isn’t registered at the application. Register it, or have users paste the address of Microsoft’s own page.':
    'Die Umleitungsadresse {0} ist bei der Anwendung nicht registriert. Registrieren Sie sie, oder lassen Sie die Benutzer die Adresse von Microsofts eigener Seite einfügen.',
  'The redirect address {0} isn’t registered at the application. Add it there under "Authentication".':
    'Die Umleitungsadresse {0} ist bei der Anwendung nicht registriert. Tragen Sie sie dort unter „Authentifizierung“ ein.',
  'Whether the redirect address is registered can’t be seen from here: the first sign-in will tell.':
    'Ob die Umleitungsadresse registriert ist, lässt sich von hier aus nicht sehen: Die erste Anmeldung wird es zeigen.',
  'The calendar of {0} can be read.': 'Der Kalender von {0} ist lesbar.',
  'There is no mailbox {0} in Exchange Online.': 'In Exchange Online gibt es kein Postfach {0}.',
  '"{0}" may not read the calendar of {1}: grant it Calendars.Read for applications, and have the mailbox in its scope.':
    '„{0}“ darf den Kalender von {1} nicht lesen: Erteilen Sie ihr Calendars.Read für Anwendungen, und nehmen Sie das Postfach in ihren Bereich auf.',
  'Graph answered HTTP {0} ({1}) for the calendar of {2}.':
    'Graph hat für den Kalender von {2} HTTP {0} ({1}) geantwortet.',
  'Graph answered HTTP {0} for the calendar of {1}.': 'Graph hat für den Kalender von {1} HTTP {0} geantwortet.',
  'The calendar of {0} is refused, as it should be.': 'Der Kalender von {0} wird verweigert, wie es sein soll.',
  'There is no mailbox {0} in Exchange Online: name one that exists.':
    'In Exchange Online gibt es kein Postfach {0}: Nennen Sie eines, das es gibt.',
  'The application also reaches {0}. Limit it by RBAC for Applications, and remove the consent for all mailboxes in Microsoft Entra.':
    'Die Anwendung erreicht auch {0}. Begrenzen Sie sie mit „RBAC for Applications“, und nehmen Sie die Zustimmung für alle Postfächer in Microsoft Entra zurück.',

  'This sign-in took too long, was used already, or was begun by somebody else. Begin again.':
    'Diese Anmeldung hat zu lange gedauert, wurde schon verwendet oder von jemand anderem begonnen. Beginnen Sie noch einmal.',
  'Microsoft 365 gave no refresh token: the permission "offline_access" is missing.':
    'Microsoft 365 hat kein Aktualisierungstoken gegeben: Die Berechtigung „offline_access“ fehlt.',
  'Graph didn’t tell whose mailbox it is (HTTP {0}).': 'Graph hat nicht gesagt, wessen Postfach es ist (HTTP {0}).',
  'Microsoft 365 made a subscription without an id.': 'Microsoft 365 hat ein Abonnement ohne ID angelegt.',
  'Microsoft 365 didn’t say until when it tells of changes.':
    'Microsoft 365 hat nicht gesagt, bis wann es Änderungen meldet.',
};

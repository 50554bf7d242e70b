/** What the server says of Exchange servers of one's own. */
export const exchange: Record<string, string> = {
  'There is no such Exchange server.': 'Diesen Exchange-Server gibt es nicht.',
  'There is no such Exchange server any more. Choose another one.':
    'Diesen Exchange-Server gibt es nicht mehr. Wählen Sie einen anderen.',
  'This isn’t the id of an Exchange server.': 'Das ist nicht die ID eines Exchange-Servers.',
  'The settings of the user’s group say which mailbox this is.':
    'Welches Postfach das ist, sagen die Einstellungen der Gruppe.',
  'No Exchange server is chosen: nothing is read from one until one is.':
    'Es ist kein Exchange-Server gewählt: Bis dahin wird von keinem gelesen.',
  'The Exchange mailboxes of {0} will be read by this server.':
    'Dieser Server wird die Exchange-Postfächer von {0} lesen.',
  'The Exchange server "{0}" is in use: {1}.': 'Der Exchange-Server „{0}“ wird gebraucht: {1}.',
  '1 account is read by it': '1 Konto wird darüber gelesen',
  '{0} accounts are read by it': '{0} Konten werden darüber gelesen',
  'the settings of "{0}"': 'die Einstellungen von „{0}“',
  'The password of the Exchange server "{0}" doesn’t open: the key file of this server is another one. Enter it again.':
    'Das Passwort des Exchange-Servers „{0}“ lässt sich nicht öffnen: Die Schlüsseldatei dieses Servers ist eine andere. Geben Sie es neu ein.',

  'Write an address such as https://mail.example.com/EWS/Exchange.asmx.':
    'Schreiben Sie eine Adresse wie https://mail.example.com/EWS/Exchange.asmx.',
  'Write a mail domain, such as example.com.': 'Schreiben Sie eine Maildomäne wie example.com.',
  'Write the address of Exchange Web Services, or the mail domain that Autodiscover finds it by.':
    'Schreiben Sie die Adresse der Exchange-Webdienste oder die Maildomäne, über die Autodiscover sie findet.',
  'With this kind of sign-in the address has to begin with https://.':
    'Bei dieser Art der Anmeldung muss die Adresse mit https:// beginnen.',
  'This address has to begin with https://.': 'Diese Adresse muss mit https:// beginnen.',
  'The user name of the service account is missing.': 'Der Benutzername des Dienstkontos fehlt.',
  'Write it as DOMAIN\\user or as user@example.com.':
    'Schreiben Sie ihn als DOMÄNE\\Benutzer oder benutzer@example.com.',
  'The password of the service account is missing.': 'Das Passwort des Dienstkontos fehlt.',
  'The password is missing.': 'Das Passwort fehlt.',
  'The client id is missing.': 'Die Client-ID fehlt.',
  'The scope is missing.': 'Der Scope fehlt.',
  'Write an address such as https://login.example.com/oauth2/token.':
    'Schreiben Sie eine Adresse wie https://login.example.com/oauth2/token.',
  'Write the address without a password.': 'Schreiben Sie die Adresse ohne Passwort.',
  'Write the service principal, such as HTTP@mail.example.com.':
    'Schreiben Sie den Dienstprinzipal, etwa HTTP@mail.example.com.',
  'This holds a private key: paste the certificate of the authority alone.':
    'Das enthält einen privaten Schlüssel: Fügen Sie nur das Zertifikat der Zertifizierungsstelle ein.',
  'One of these certificates can’t be read. Paste them whole.':
    'Eines dieser Zertifikate ist nicht lesbar. Fügen Sie sie ganz ein.',

  'There are no Exchange servers here.': 'Hier gibt es keine Exchange-Server.',
  'No Exchange server is set for this account.': 'Für dieses Konto ist kein Exchange-Server festgelegt.',
  'The address of the Exchange server "{0}" can’t be read.': 'Die Adresse des Exchange-Servers „{0}“ ist nicht lesbar.',
  'Exchange lets us read the mailbox {0}.': 'Exchange lässt uns das Postfach {0} lesen.',
  'One calendar found.': 'Ein Kalender gefunden.',
  '{0} calendars found.': '{0} Kalender gefunden.',

  'Autodiscover needs a mail domain, such as example.com.': 'Autodiscover braucht eine Maildomäne wie example.com.',
  'Autodiscover of {0} leads to {1}, outside of the domain, in a way that can be forged. If that is your server, enter its address.':
    'Autodiscover von {0} führt zu {1}, außerhalb der Domäne und auf einem Weg, der gefälscht sein kann. Wenn das Ihr Server ist, tragen Sie seine Adresse ein.',
  'No Exchange server was found for {0}. Enter its address. ({1})':
    'Für {0} wurde kein Exchange-Server gefunden. Tragen Sie seine Adresse ein. ({1})',
  '{0} sent more than 1 MB.': '{0} hat mehr als 1 MB geschickt.',

  '{0} doesn’t know the schema of Exchange 2013; it is asked by an older one.':
    '{0} kennt das Schema von Exchange 2013 nicht; es wird nach einem älteren gefragt.',
  '{0} is busy and asks for a pause.': '{0} ist ausgelastet und bittet um eine Pause.',
  '{0} asks for a pause ({1}).': '{0} bittet um eine Pause ({1}).',
  '{0} answered with HTTP {1}.': '{0} hat mit HTTP {1} geantwortet.',
  '{0} leads elsewhere (HTTP {1}). Enter the address of EWS itself.':
    '{0} führt anderswohin (HTTP {1}). Tragen Sie die Adresse von EWS selbst ein.',
  '{0} doesn’t let this account or program use Exchange Web Services (HTTP 403).':
    '{0} lässt dieses Konto oder Programm die Exchange-Webdienste nicht benutzen (HTTP 403).',
  'There are no Exchange Web Services at this address of {0} (HTTP {1}).':
    'Unter dieser Adresse von {0} gibt es keine Exchange-Webdienste (HTTP {1}).',
  '{0} answered for {1} items when {2} were asked for.': '{0} hat für {1} Einträge geantwortet, gefragt war nach {2}.',
  '{0} answered without the id of the subscription that was made.':
    '{0} hat ohne die ID des Abonnements geantwortet, das angelegt wurde.',
  '{0} can’t answer for {1} at the moment ({2}).': '{0} kann gerade nicht für {1} antworten ({2}).',
  '{0} has no mailbox {1}. It may have been removed or moved away.':
    '{0} hat kein Postfach {1}. Vielleicht wurde es entfernt oder umgezogen.',
  'The service account may not act for {0} ({1}). Give it the role ApplicationImpersonation, with a scope that includes this mailbox.':
    'Das Dienstkonto darf nicht für {0} handeln ({1}). Geben Sie ihm die Rolle ApplicationImpersonation mit einem Bereich, in dem dieses Postfach liegt.',
  '{0} can’t act for {1} ({2}): its account in Active Directory can’t be used.':
    '{0} kann nicht für {1} handeln ({2}): Dessen Konto in Active Directory ist nicht nutzbar.',
  '{0} doesn’t let the service account read this of {1} ({2}).':
    '{0} lässt das Dienstkonto dies von {1} nicht lesen ({2}).',
  'The service account can’t sign in at {0}: {1}.': 'Das Dienstkonto kann sich bei {0} nicht anmelden: {1}.',
  'the account is disabled': 'das Konto ist deaktiviert',
  'its password has expired': 'sein Passwort ist abgelaufen',
  'its password must be changed first': 'sein Passwort muss erst geändert werden',
  'What was asked for isn’t in the mailbox {0} ({1}).': 'Was gefragt war, ist nicht im Postfach {0} ({1}).',
  'The service account has more subscriptions at {0} than its throttling policy allows.':
    'Das Dienstkonto hat bei {0} mehr Abonnements, als seine Drosselungsrichtlinie erlaubt.',

  '{0} doesn’t take the sign-in {1}; it offers {2}.': '{0} nimmt die Anmeldung {1} nicht an; angeboten wird {2}.',
  '{0} doesn’t let the service account in ({1}): its user name or its password is wrong, or it is locked.':
    '{0} lässt das Dienstkonto nicht herein ({1}): Der Benutzername oder das Passwort ist falsch, oder es ist gesperrt.',
  '{0} doesn’t let the service account in ({1}).': '{0} lässt das Dienstkonto nicht herein ({1}).',
  '{0} didn’t ask for a sign-in by NTLM (HTTP {1}).': '{0} hat keine Anmeldung mit NTLM verlangt (HTTP {1}).',
  '{0} closes the connection in the middle of the sign-in, which NTLM can’t do without. A proxy or load balancer in between may be the cause.':
    '{0} schließt mitten in der Anmeldung die Verbindung, ohne die NTLM nicht auskommt. Ein Proxy oder Lastverteiler dazwischen kann der Grund sein.',
  'Signing in by Kerberos needs the package "kerberos", which isn’t installed: see the guide for Exchange.':
    'Die Anmeldung mit Kerberos braucht das Paket „kerberos“, das nicht installiert ist: siehe die Anleitung für Exchange.',
  'There is no Kerberos ticket for {0}: {1}.': 'Es gibt kein Kerberos-Ticket für {0}: {1}.',
  '{0} doesn’t accept the client id or the client secret.':
    '{0} nimmt die Client-ID oder den geheimen Clientschlüssel nicht an.',
  '{0} doesn’t know the scope “{1}”, or doesn’t give it to this client.':
    '{0} kennt den Scope „{1}“ nicht oder gibt ihn diesem Client nicht.',
  '{0} gives no token ({1}).': '{0} gibt kein Token ({1}).',
  '{0} can’t give a token at the moment (HTTP {1}).': '{0} kann gerade kein Token geben (HTTP {1}).',
  '{0} answered without a token (HTTP {1}).': '{0} hat ohne Token geantwortet (HTTP {1}).',

  'More appointments lie within ten minutes of this calendar than the server lists.':
    'In zehn Minuten dieses Kalenders liegen mehr Termine, als der Server aufzählt.',
  '{0} tells less than there is, because of other requests at the same moment or a low EWSFindCountLimit in the throttling policy. It is asked again by itself.':
    '{0} zählt weniger auf, als da ist: wegen anderer Anfragen im selben Augenblick oder eines niedrigen EWSFindCountLimit in der Drosselungsrichtlinie. Es wird von selbst noch einmal gefragt.',
  '{0} goes on listing series without an end.': '{0} zählt Serien ohne Ende auf.',
  'Autodiscover at {0} answers {1}.': 'Autodiscover auf {0} antwortet {1}.',
  'Autodiscover at {0} told of {1} mailboxes, not {2}.':
    'Autodiscover auf {0} hat über {1} Postfächer Auskunft gegeben, nicht über {2}.',
  'The calendar kept changing while it was read. It is read again by itself.':
    'Der Kalender hat sich beim Lesen immer wieder geändert. Er wird von selbst noch einmal gelesen.',
  'Exchange lists it, and doesn’t find it.': 'Exchange führt ihn auf und findet ihn dann nicht.',
  'Its pattern is not known ({0}).': 'Sein Muster ist nicht bekannt ({0}).',
  'Its pattern names no day of the month ({0}).': 'Sein Muster nennt keinen Tag des Monats ({0}).',
  'Its pattern doesn’t say which day of the month.': 'Sein Muster sagt nicht, welcher Tag des Monats.',
  'Its pattern names no day of the week.': 'Sein Muster nennt keinen Wochentag.',
  'Its pattern names no month.': 'Sein Muster nennt keinen Monat.',
  'Its number of occurrences can’t be read.': 'Die Zahl seiner Wiederholungen ist nicht lesbar.',
  'Its last day can’t be read.': 'Sein letzter Tag ist nicht lesbar.',
  'When it recurs can’t be read.': 'Wann er sich wiederholt, ist nicht lesbar.',

  'The address is {0}.': 'Die Adresse ist {0}.',
  'Autodiscover at {0} leads to {1}.': 'Autodiscover bei {0} führt zu {1}.',
  '{0} lets the service account in.': '{0} lässt das Dienstkonto herein.',
  'It runs Exchange {0}.': 'Dort läuft Exchange {0}.',
  'The service account may act for {0}.': 'Das Dienstkonto darf für {0} handeln.',
  'The mailbox {0} has no calendar.': 'Das Postfach {0} hat keinen Kalender.',
  'The calendar of {0} can be read. Appointments in the next {1} days: {2}.':
    'Der Kalender von {0} ist lesbar. Termine in den nächsten {1} Tagen: {2}.',
  '{0} tells of changes in {1}.': '{0} meldet Änderungen in {1}.',
  '{0} has lost the subscription that it had just made ({1}). Calendars are looked at from time to time instead.':
    '{0} hat das eben angelegte Abonnement verloren ({1}). Kalender werden stattdessen von Zeit zu Zeit angesehen.',
  '{0} has opened a stream and tells nothing on it: something in between, such as a proxy, may hold answers back. Calendars are looked at from time to time instead.':
    '{0} hat einen Datenstrom geöffnet und meldet darauf nichts: Etwas dazwischen, etwa ein Proxy, hält vielleicht Antworten zurück. Kalender werden stattdessen von Zeit zu Zeit angesehen.',
};

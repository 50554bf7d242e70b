/** What is wrong with something that was entered, and refusals everybody may meet. */
export const forms: Record<string, string> = {
  'A name is needed.': 'Ein Name ist nötig.',
  'A name is needed: say what the token is for.': 'Ein Name ist nötig: schreiben Sie, wofür das Token ist.',
  '{0} needs a name.': '{0} braucht einen Namen.',
  'This is not an e-mail address.': 'Das ist keine E-Mail-Adresse.',
  'This is not a time zone of the IANA database (such as Europe/Berlin).':
    'Das ist keine Zeitzone der IANA-Datenbank (wie Europe/Berlin).',
  'A password has at least 10 characters.': 'Ein Passwort hat mindestens 10 Zeichen.',
  'A password has at most 256 characters.': 'Ein Passwort hat höchstens 256 Zeichen.',
  'The password is missing.': 'Das Passwort fehlt.',
  'The password is wrong.': 'Das Passwort ist falsch.',
  'The current password is wrong.': 'Das aktuelle Passwort ist falsch.',
  'Write a number such as +49 30 1234567 or an extension.':
    'Schreiben Sie eine Nummer wie +49 30 1234567 oder eine Nebenstelle.',
  'Write a number.': 'Schreiben Sie eine Nummer.',
  'Write the extension as the phone system knows it, such as 201.':
    'Schreiben Sie die Nebenstelle so, wie die Telefonanlage sie kennt, etwa 201.',
  'Write an http or https address.': 'Schreiben Sie eine http- oder https-Adresse.',
  'Leave user name and password out of the address: deliveries prove themselves by their signature.':
    'Lassen Sie Benutzername und Passwort aus der Adresse weg: Zustellungen weisen sich durch ihre Signatur aus.',
  'Write a whole number of days from {0} to {1}.': 'Schreiben Sie eine ganze Zahl von Tagen von {0} bis {1}.',
  'Write a time of day as HH:MM, from 00:00 to 23:59.': 'Schreiben Sie eine Uhrzeit als HH:MM, von 00:00 bis 23:59.',
  'Choose at least one day of the week.': 'Wählen Sie mindestens einen Wochentag.',
  'Choose at least one scope.': 'Wählen Sie mindestens ein Recht.',
  'Choose either a profile or a status.': 'Wählen Sie entweder ein Profil oder einen Status.',
  'Choose a profile or a status.': 'Wählen Sie ein Profil oder einen Status.',
  'Choose a file.': 'Wählen Sie eine Datei.',
  'Choose a country.': 'Wählen Sie ein Land.',
  'The address is missing.': 'Die Adresse fehlt.',
  'The file is larger than 20 MB.': 'Die Datei ist größer als 20 MB.',
  'This is too large: at most {0}.': 'Das ist zu groß: höchstens {0}.',
  'A forwarding needs a target; "off" and "doNotDisturb" have none.':
    'Eine Umleitung braucht ein Ziel; „aus“ und „nicht stören“ haben keines.',
  'The end lies in the past. Choose a later one.': 'Das Ende liegt in der Vergangenheit. Wählen Sie ein späteres.',
  'This time has passed already.': 'Diese Zeit ist schon vorbei.',
  'The interval ends before it begins.': 'Der Zeitraum endet, bevor er beginnt.',
  'The code is missing.': 'Der Code fehlt.',
  'The group is missing.': 'Die Gruppe fehlt.',
  'The client id is missing.': 'Die Client-ID fehlt.',
  'A scope has no spaces and no quotation marks.': 'Ein Scope hat keine Leerzeichen und keine Anführungszeichen.',
  'Name at least one location that this group administers.':
    'Nennen Sie mindestens einen Standort, den diese Gruppe verwaltet.',
  'Name at least one location that this user administers.':
    'Nennen Sie mindestens einen Standort, den dieser Benutzer verwaltet.',
  'Write an address such as https://login.example.com/realms/company.':
    'Schreiben Sie eine Adresse wie https://login.example.com/realms/company.',
  'Write the proxy as http://proxy.example.com:3128, without a password.':
    'Schreiben Sie den Proxy als http://proxy.example.com:3128, ohne Passwort.',
  'This is not a certificate: it begins with -----BEGIN CERTIFICATE-----.':
    'Das ist kein Zertifikat: es beginnt mit -----BEGIN CERTIFICATE-----.',
  'This is not the code that the app shows now. Check the clock of your phone.':
    'Das ist nicht der Code, den die App jetzt zeigt. Prüfen Sie die Uhr Ihres Telefons.',
  'The second factor was set up anew meanwhile: use the code of the new one.':
    'Der zweite Schritt wurde inzwischen neu eingerichtet: nehmen Sie den Code des neuen.',
  'You have a second factor already: remove it first to set up another one.':
    'Sie haben schon einen zweiten Schritt: entfernen Sie ihn, um einen anderen einzurichten.',
  'Remove your own second factor in your settings, with your password.':
    'Ihren eigenen zweiten Schritt entfernen Sie in Ihren Einstellungen, mit Ihrem Passwort.',
  'There is no second factor to remove.': 'Da ist kein zweiter Schritt, der zu entfernen wäre.',
  'You have no password here: whoever you sign in with asks for a second factor, not Whenabouts.':
    'Sie haben hier kein Passwort: wo Sie sich anmelden, wird nach einem zweiten Schritt gefragt, nicht von Whenabouts.',
  'This link was used or is too old: ask your administrator for a new one.':
    'Dieser Link ist benutzt oder zu alt: bitten Sie die Administration um einen neuen.',
  'Your new password is set. Sign in with it and with a code.':
    'Ihr neues Passwort ist gesetzt. Melden Sie sich damit und mit einem Code an.',
  'This set-up link is not the current one: the server prints a new one at each start.':
    'Dieser Einrichtungslink ist nicht der aktuelle: der Server gibt bei jedem Start einen neuen aus.',
  'Whenabouts is set up: sign in.': 'Whenabouts ist eingerichtet: melden Sie sich an.',
  'This belongs to somebody else.': 'Das gehört jemand anderem.',
  'This belongs to a location that others administer.': 'Das gehört zu einem Standort, den andere verwalten.',
  'There is nothing with this id.': 'Es ist nicht da oder nicht mehr.',
  'There is no such user.': 'Diesen Benutzer gibt es nicht oder nicht mehr.',
  'There is no such account.': 'Dieses Konto gibt es nicht oder nicht mehr.',
  'There is no such calendar.': 'Diesen Kalender gibt es nicht oder nicht mehr.',
  'There is no such profile.': 'Dieses Profil gibt es nicht oder nicht mehr.',
  'There is no such profile for this user.': 'Dieses Profil gibt es für diesen Benutzer nicht.',
  'There is no such group.': 'Diese Gruppe gibt es nicht oder nicht mehr.',
  'There is no such location.': 'Diesen Standort gibt es nicht oder nicht mehr.',
  'There is no such token.': 'Dieses Token gibt es nicht oder nicht mehr.',
  'There is no such webhook.': 'Diesen Webhook gibt es nicht oder nicht mehr.',
  'There is no such phone system.': 'Diese Telefonanlage gibt es nicht oder nicht mehr.',
  'There is no such import.': 'Diesen Import gibt es nicht oder nicht mehr.',
  'There is no such run.': 'Diesen Lauf gibt es nicht oder nicht mehr.',
  'There is no such removal.': 'Diese Entfernung gibt es nicht oder nicht mehr.',
  'Something with this name or number exists already.': 'Etwas mit diesem Namen oder dieser Nummer gibt es schon.',
  'Something this refers to no longer exists, or is still in use.':
    'Etwas, worauf sich das bezieht, gibt es nicht mehr, oder es wird noch benutzt.',
  'Something went wrong in the server. Its log says more.':
    'Im Server ist etwas schiefgegangen. Sein Protokoll sagt mehr.',
  'Something went wrong; the server’s log says more.': 'Etwas ist schiefgegangen; das Protokoll des Servers sagt mehr.',
  'A token works for a year at most.': 'Ein Token gilt höchstens ein Jahr.',
  'There are {0} tokens already: remove one first.': 'Es gibt schon {0} Token: entfernen Sie zuerst eines.',
  // What zod says where a schema has no words of its own.
  'Too small: expected string to have >={0} characters': 'Zu kurz: mindestens {0} Zeichen.',
  'Too big: expected string to have <={0} characters': 'Zu lang: höchstens {0} Zeichen.',
  'Too small: expected number to be >={0}': 'Zu klein: mindestens {0}.',
  'Too big: expected number to be <={0}': 'Zu groß: höchstens {0}.',
  'Invalid input: expected {0}, received undefined': 'Das fehlt.',
  'Invalid URL': 'Das ist keine Adresse.',
  'The request is not valid.': 'Die Anfrage ist nicht gültig.',
};

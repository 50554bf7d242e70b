/** What the server says of Exchange servers of one's own. */
export const exchange: Record<string, string> = {
  'There is no such Exchange server.': 'Diesen Exchange-Server gibt es nicht.',
  'There is no such Exchange server any more. Choose another one.':
    'Diesen Exchange-Server gibt es nicht mehr. Wählen Sie einen anderen.',
  'This isn’t the id of an Exchange server.': 'Das ist nicht die ID eines Exchange-Servers.',
  'The Exchange server "{0}" is in use: {1}.': 'Der Exchange-Server „{0}“ wird gebraucht: {1}.',
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
};

/** Identity providers and their check, resting accounts, and what a change of settings does to accounts. */
export const signIn: Record<string, string> = {
  'The provider knows the client id and its secret.': 'Der Anbieter kennt die Client-ID und ihr Geheimnis.',
  'The provider knows the client id and its secret. Register the redirect address {0} there.':
    'Der Anbieter kennt die Client-ID und ihr Geheimnis. Registrieren Sie dort die Umleitungsadresse {0}.',
  'The provider does not tell whether the client secret is right: the first sign-in will show it.':
    'Der Anbieter sagt nicht, ob das Client-Geheimnis stimmt: die erste Anmeldung wird es zeigen.',
  'The provider took a code that it never gave out: nobody should trust it.':
    'Der Anbieter hat einen Code angenommen, den er nie ausgegeben hat: ihm sollte niemand trauen.',
  'The provider names no {0}.': 'Der Anbieter nennt keinen {0}.',
  'The provider does not offer the authorization code flow.':
    'Der Anbieter bietet die Anmeldung mit Autorisierungscode nicht an.',
  'The provider signs by no way that can be checked with its published keys.':
    'Der Anbieter unterschreibt auf keine Weise, die sich mit seinen veröffentlichten Schlüsseln prüfen lässt.',
  'There are no keys under {0}: signatures can’t be checked.':
    'Unter {0} stehen keine Schlüssel: Unterschriften lassen sich nicht prüfen.',
  'The provider publishes one key.': 'Der Anbieter veröffentlicht einen Schlüssel.',
  'The provider publishes {0} keys.': 'Der Anbieter veröffentlicht {0} Schlüssel.',
  'The stored client secret of {0} does not open: enter it again.':
    'Das gespeicherte Client-Geheimnis von {0} lässt sich nicht öffnen: geben Sie es noch einmal ein.',
  '{0} does not accept the client id or the client secret.':
    '{0} nimmt die Client-ID oder das Client-Geheimnis nicht an.',
  '{0} names itself otherwise: the issuer has to be written letter by letter as the provider writes it.':
    '{0} nennt sich anders: der Aussteller muss Buchstabe für Buchstabe so geschrieben sein, wie der Anbieter ihn schreibt.',
  '{0} has no OpenID Connect under this address (no /.well-known/openid-configuration there).':
    '{0} hat unter dieser Adresse kein OpenID Connect (dort ist keine /.well-known/openid-configuration).',
  'There is no such identity provider.': 'Diesen Identitätsanbieter gibt es nicht oder nicht mehr.',
  'Write an https address: over http a sign-in can be read and forged.':
    'Schreiben Sie eine https-Adresse: über http lässt sich eine Anmeldung lesen und fälschen.',
  'Write the address as the provider names itself, without "?", "#" or a password.':
    'Schreiben Sie die Adresse so, wie der Anbieter sich nennt, ohne „?“, „#“ und Passwort.',
  'Only the role locationAdministrator has locations.': 'Nur die Administration von Standorten hat Standorte.',
  'Calendar synchronization is switched off for your group, so this account rests: nothing of it is shown. Your administrator can switch it on again; after a week the account is erased.':
    'Die Kalendersynchronisation ist für Ihre Gruppe ausgeschaltet, darum ruht dieses Konto: nichts davon wird gezeigt. Die Administration kann sie wieder einschalten; nach einer Woche wird das Konto gelöscht.',
  'Your group doesn’t allow calendars of this kind any more, so this account rests: nothing of it is shown. Your administrator can allow them again; after a week the account is erased.':
    'Ihre Gruppe erlaubt Kalender dieser Art nicht mehr, darum ruht dieses Konto: nichts davon wird gezeigt. Die Administration kann sie wieder erlauben; nach einer Woche wird das Konto gelöscht.',
  '{0} that users have connected will rest: nothing of them is shown. They can be allowed again within 7 days, then they are erased.':
    '{0}, die Benutzer verbunden haben, werden ruhen: nichts davon wird gezeigt. Binnen 7 Tagen können sie wieder erlaubt werden, dann werden sie gelöscht.',
  '{0} that rest will be read again.': '{0}, die ruhen, werden wieder gelesen.',
  'Of {0} subjects, places, people and addresses are erased here; only when users are busy stays.':
    'Von {0} werden Betreffe, Orte, Personen und Adressen hier gelöscht; es bleibt nur, wann Benutzer beschäftigt sind.',
  '{0} will be read again in full, with subjects.': '{0} werden ganz neu gelesen, mit Betreffen.',
  '{0} will be looked at again.': '{0} werden noch einmal angesehen.',
  '{0} account': '{0} Konto',
  'Kept until {0}. Allow these calendars again, or take this back, to keep them.':
    'Aufbewahrt bis {0}. Erlauben Sie diese Kalender wieder oder nehmen Sie das zurück, um sie zu behalten.',
};

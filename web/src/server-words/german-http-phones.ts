/** Phone systems that are reached by HTTP requests: their settings, what their answers mean, trying them out. */
export const httpPhones: Record<string, string> = {
  '{0} refuses the credentials (HTTP {1}).': '{0} lehnt die Anmeldung ab (HTTP {1}).',
  '{0} refuses the credentials (HTTP {1}): {2}.': '{0} lehnt die Anmeldung ab (HTTP {1}): {2}.',
  '{0} asks to come back later (HTTP {1}).': '{0} bittet, später wiederzukommen (HTTP {1}).',
  '{0} asks to come back later (HTTP {1}): {2}.': '{0} bittet, später wiederzukommen (HTTP {1}): {2}.',
  '{0} failed (HTTP {1}).': '{0} ist gescheitert (HTTP {1}).',
  '{0} failed (HTTP {1}): {2}.': '{0} ist gescheitert (HTTP {1}): {2}.',
  "{0} doesn't know it (HTTP {1}).": '{0} kennt das nicht (HTTP {1}).',
  "{0} doesn't know it (HTTP {1}): {2}.": '{0} kennt das nicht (HTTP {1}): {2}.',
  '{0} refused it (HTTP {1}).': '{0} hat es abgelehnt (HTTP {1}).',
  '{0} refused it (HTTP {1}): {2}.': '{0} hat es abgelehnt (HTTP {1}): {2}.',
  '{0} answered, but not with success (see "success").':
    '{0} hat geantwortet, aber nicht mit Erfolg (siehe „success“).',
  '{0} answered, but not with success: {1}.': '{0} hat geantwortet, aber nicht mit Erfolg: {1}.',
  '{0} answered without "{1}", which the next request needs.':
    '{0} hat ohne „{1}“ geantwortet; die nächste Anfrage braucht es.',
  'The phone system lists {0} extensions.': 'Die Telefonanlage führt {0} Nebenstellen.',
  '{0} of them can’t be understood, {1} for one.': '{0} davon sind nicht zu verstehen, etwa {1}.',
  'No token was given: {0}': 'Es wurde kein Token ausgegeben: {0}',
  'The phone system did not give a token in time.': 'Die Telefonanlage hat nicht rechtzeitig ein Token ausgegeben.',
  'The answer to the token request has no "access_token".':
    'Die Antwort auf die Token-Anfrage enthält kein „access_token“.',
  'The answer to the log-in has no token where the settings say.':
    'Die Antwort auf die Anmeldung enthält kein Token, wo die Einstellungen es nennen.',
  'The token contains a line break.': 'Das Token enthält einen Zeilenumbruch.',
  'The settings say nothing of tokens ("token"), but the sign-in is made for them.':
    'Die Einstellungen sagen nichts von Token („token“), die Anmeldung ist aber dafür gedacht.',
  'Tokens need a client id and a client secret.': 'Für Token braucht es eine Client-ID und ein Client-Geheimnis.',
  'Tokens need a refresh token.': 'Für Token braucht es ein Refresh-Token.',
  'Tokens need a user name and a password.': 'Für Token braucht es einen Benutzernamen und ein Passwort.',
  'The client id is missing.': 'Die Client-ID fehlt.',
  'The client secret is missing.': 'Das Client-Geheimnis fehlt.',
  'The user name is missing.': 'Der Benutzername fehlt.',
  'The refresh token is missing.': 'Das Refresh-Token fehlt.',
  'Calls that find the user busy or that nobody answers are forwarded or not: there is no other mode.':
    'Anrufe bei besetzter Leitung und solche, die niemand annimmt, werden umgeleitet oder nicht: eine andere Art gibt es nicht.',
  'There is nothing at {0} in the answer that tells the start of the phone system.':
    'In der Antwort steht bei {0} nichts, was den Start der Telefonanlage nennt.',
  "Several users of the phone system have the extension {0}: it can't be told whose forwarding to set.":
    'Mehrere Benutzer der Telefonanlage haben die Nebenstelle {0}: wessen Umleitung gemeint ist, lässt sich nicht sagen.',
  'The list at {0} has no end: its pages go round in circles.':
    'Die Liste bei {0} hat kein Ende: ihre Seiten gehen im Kreis.',
  'There is no list at "{0}" in the answer of {1}.': 'In der Antwort von {1} steht bei „{0}“ keine Liste.',
  'The next page of {0} lies on another server.': 'Die nächste Seite von {0} liegt auf einem anderen Server.',
  'A header name has no spaces or colons.': 'Der Name eines Headers hat keine Leerzeichen oder Doppelpunkte.',
  'A name has letters and digits.': 'Ein Name besteht aus Buchstaben und Ziffern.',
  'At least one request is needed.': 'Mindestens eine Anfrage ist nötig.',
  'At most five requests.': 'Höchstens fünf Anfragen.',
  'Name HTTP statuses, or a place in the answer.': 'Nennen Sie HTTP-Status oder eine Stelle in der Antwort.',
  'There is no further request "{0}". There are: {1}': 'Eine weitere Anfrage „{0}“ gibt es nicht. Es gibt: {1}',
  'There is no further request "{0}" in "read.more".': 'Eine weitere Anfrage „{0}“ steht nicht in „read.more“.',
  'A list can’t be read whole where "read" needs more than one request.':
    'Eine Liste kann nicht im Ganzen gelesen werden, wenn „read“ mehr als eine Anfrage braucht.',
  'Say where a call’s extension stands ("extension"), or its user ("user"), not both.':
    'Sagen Sie, wo die Nebenstelle eines Gesprächs steht („extension“) oder sein Benutzer („user“), nicht beides.',
  'A call’s user is only found where "lookup" reads the whole list.':
    'Der Benutzer eines Gesprächs wird nur gefunden, wenn „lookup“ die ganze Liste liest.',
  '{{id}} is the system’s own id of an extension: say in "lookup" how it is found.':
    '{{id}} ist die eigene Kennung der Anlage zu einer Nebenstelle: sagen Sie in „lookup“, wie man sie findet.',
  '{{{0}}} can’t stand here: this request is the same for everybody.':
    '{{{0}}} kann hier nicht stehen: diese Anfrage ist für alle dieselbe.',
  '{{{0}}} is unknown. There are: {1}': '{{{0}}} ist unbekannt. Es gibt: {1}',
  'Voicemail may contain {{extension}} and nothing else in braces.':
    'Die Voicemail darf {{extension}} enthalten und sonst nichts in geschweiften Klammern.',
  'The phone system says "{0}" for the mode of {1}; no word in "modes" is that.':
    'Die Telefonanlage nennt „{0}“ als Art der Umleitung von {1}; kein Wort in „modes“ ist das.',
  "The state of extension {0} can't be read: {1}.": 'Der Zustand der Nebenstelle {0} ist nicht zu lesen: {1}.',
  'the answer isn’t about it (see "proof")': 'die Antwort betrifft sie nicht (siehe „proof“)',
  'there is a true or false missing at "{0}"': 'bei „{0}“ fehlt ein Wahr oder Falsch',
  'what stands at "{0}" is no number': 'was bei „{0}“ steht, ist keine Nummer',
  'it is forwarded, but nothing stands at "{0}"': 'sie ist umgeleitet, aber bei „{0}“ steht nichts',
  'This phone system is set up with one forwarding for all callers: it has no word for "{0}".':
    'Diese Telefonanlage ist mit einer Umleitung für alle Anrufer eingerichtet: für „{0}“ hat sie kein Wort.',
  'The settings of this phone system don’t say how calls are forwarded while the user is busy.':
    'Die Einstellungen dieser Telefonanlage sagen nicht, wie Anrufe umgeleitet werden, wenn besetzt ist.',
  'The settings of this phone system don’t say how calls are forwarded that nobody answers.':
    'Die Einstellungen dieser Telefonanlage sagen nicht, wie Anrufe umgeleitet werden, die niemand annimmt.',
  '"{0}" can\'t stand in an address.': '„{0}“ kann nicht in einer Adresse stehen.',
  'A header value contains a line break.': 'Ein Header enthält einen Zeilenumbruch.',
  'Only HTTP phone systems can be tried out like this.': 'So lassen sich nur HTTP-Telefonanlagen ausprobieren.',
  'A refresh token may be good only once: save the phone system first (it begins by watching only), then try it.':
    'Ein Refresh-Token gilt vielleicht nur einmal: speichern Sie die Telefonanlage zuerst (sie beginnt mit Beobachten), dann probieren Sie sie aus.',
  'The stored sign-in was entered for another server than {0}: enter it again to try it there.':
    'Die gespeicherte Anmeldung wurde für einen anderen Server als {0} eingegeben: geben Sie sie noch einmal ein, um sie dort auszuprobieren.',
};

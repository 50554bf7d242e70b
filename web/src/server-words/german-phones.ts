/** Phone systems, forwarding, dialling, webhooks, the sample company. */
export const phones: Record<string, string> = {
  'The settings are complete.': 'Die Einstellungen sind vollständig.',
  'Choose an end that is still to come.': 'Wählen Sie ein Ende, das noch kommt.',
  'Your group’s settings leave pausing to administrators.':
    'Nach den Einstellungen Ihrer Gruppe hält nur die Administration an.',
  '{0} has paused your forwarding, and may resume it.': '{0} hat Ihre Umleitung angehalten und darf sie fortsetzen.',
  'Nothing was changed by hand at this phone, or it is over already.':
    'An diesem Telefon wurde nichts von Hand geändert, oder es ist schon vorbei.',
  'There is no such alert.': 'Diese Meldung gibt es nicht.',
  'The phone system is only observed: nothing is written to it.':
    'Die Telefonanlage wird nur beobachtet: an ihr wird nichts gesetzt.',
  'The phone system did not answer in time.': 'Die Telefonanlage hat nicht rechtzeitig geantwortet.',
  'The phone system answers; it was started at or as "{0}".':
    'Die Telefonanlage antwortet; gestartet wurde sie um oder als „{0}“.',
  'Nothing tells when this phone system was started: after a restart a lost forwarding is taken for a change by hand.':
    'Nichts sagt, wann diese Telefonanlage gestartet wurde: nach einem Neustart gilt eine verlorene Umleitung als von Hand geändert.',
  'Extension {0} is not forwarded.': 'Die Nebenstelle {0} ist nicht umgeleitet.',
  'Extension {0} has all to {1}.': 'Die Nebenstelle {0} leitet alles um auf {1}.',
  'Extension {0} has internal to {1}.': 'Die Nebenstelle {0} leitet interne Anrufe um auf {1}.',
  'Extension {0} has external to {1}.': 'Die Nebenstelle {0} leitet externe Anrufe um auf {1}.',
  'Extension {0} has doNotDisturb.': 'Die Nebenstelle {0} steht auf „nicht stören“.',
  'Extension {0} of {1} belongs to {2}.': 'Die Nebenstelle {0} von {1} gehört {2}.',
  'Extension {0} of {1} belonged to somebody until now: try again.':
    'Die Nebenstelle {0} von {1} gehörte bis eben jemandem: versuchen Sie es noch einmal.',
  'At {0} phones still forward by Whenabouts, {1} of them. If it is the same phone system that has moved, say so in its form, or by the API (inForce: leave). If it is another one, give everything back first: pause this one.':
    'Unter {0} leiten noch {1} Telefone durch Whenabouts um. Ist es dieselbe Telefonanlage unter neuer Adresse, sagen Sie das in ihrem Formular oder der API (inForce: leave). Ist es eine andere, geben Sie zuerst alles zurück: halten Sie diese hier an.',
  'The manager user may do all that is needed.': 'Der Manager-Benutzer darf alles, was nötig ist.',
  'The manager user may not do {0}: give it {1}.': 'Der Manager-Benutzer darf {0} nicht: geben Sie ihm {1}.',
  'The host name or address of the Asterisk server is missing.':
    'Der Name oder die Adresse des Asterisk-Servers fehlt.',
  'The name of the manager user (manager.conf) is missing.': 'Der Name des Manager-Benutzers (manager.conf) fehlt.',
  'Voicemail is dialled by digits, *, # and {{extension}}.':
    'Die Voicemail wird mit Ziffern, *, # und {{extension}} gewählt.',
  'Cannot reach Asterisk at {0} ({1}).': 'Asterisk ist unter {0} nicht erreichbar ({1}).',
  'The connection to Asterisk was closed.': 'Die Verbindung zu Asterisk wurde geschlossen.',
  '{0} refuses the manager user "{1}". Check its name and secret in manager.conf, and that its "permit" lines allow this server.':
    '{0} weist den Manager-Benutzer „{1}“ ab. Prüfen Sie seinen Namen und sein Geheimnis in manager.conf, und dass seine „permit“-Zeilen diesen Server zulassen.',
  'No voicemail number is set for this phone system.':
    'Für diese Telefonanlage ist keine Voicemail-Nummer eingetragen.',
  'This phone system has no voicemail number in its settings.':
    'Diese Telefonanlage hat keine Voicemail-Nummer in ihren Einstellungen.',
  'Asterisk keeps one forwarding for all callers (AstDB): it cannot tell internal from external callers. Use "all".':
    'Asterisk führt eine Umleitung für alle Anrufer (AstDB): es unterscheidet interne nicht von externen. Nehmen Sie „alle“.',
  'The password or token of this phone system is missing.': 'Das Passwort oder Token dieser Telefonanlage fehlt.',
  'The address starts with http:// or https:// and a host; placeholders come after the host.':
    'Die Adresse beginnt mit http:// oder https:// und einem Host; Platzhalter stehen nach dem Host.',
  'A JSON pointer starts with "/", such as /forwarding/target.':
    'Ein JSON-Zeiger beginnt mit „/“, etwa /forwarding/target.',
  "The phone system doesn't know extension {0}.": 'Die Telefonanlage kennt die Nebenstelle {0} nicht.',
  "The state of extension {0} isn't JSON.": 'Der Zustand der Nebenstelle {0} ist kein JSON.',
  'The settings of this phone system have no word for "{0}".':
    'Die Einstellungen dieser Telefonanlage haben kein Wort für „{0}“.',
  'The request budget of this phone system is used up for now.':
    'Die erlaubten Anfragen an diese Telefonanlage sind vorerst aufgebraucht.',
  '{0} did not answer in time.': '{0} hat nicht rechtzeitig geantwortet.',
  'The phone system accepted the forwarding of {0}, but {1} is not forwarded.':
    'Die Telefonanlage hat die Umleitung von {0} angenommen, aber {1} ist nicht umgeleitet.',
  'The phone system connector failed unexpectedly; the server log says why.':
    'Die Anbindung der Telefonanlage ist unerwartet gescheitert; das Protokoll des Servers sagt, warum.',
  'Calls would go round in circles ({0}), so the forwarding of {1} goes to voicemail instead.':
    'Die Anrufe gingen im Kreis ({0}), darum geht die Umleitung von {1} stattdessen auf die Voicemail.',
  'Calls would go round in circles ({0}), so the forwarding of {1} stays off.':
    'Die Anrufe gingen im Kreis ({0}), darum bleibt die Umleitung von {1} aus.',
  'The forwarding of {0} could not be given back: {1} Try again when the phone system can be reached, or pause the phone system to leave its phones as they are.':
    'Die Umleitung von {0} konnte nicht zurückgegeben werden: {1} Versuchen Sie es wieder, wenn die Telefonanlage erreichbar ist, oder halten Sie sie an, um ihre Telefone zu lassen, wie sie sind.',
  'The forwarding of {0} could not be given back yet: {1} It is tried again until {2} can be reached; pause that phone system to leave its phones as they are.':
    'Die Umleitung von {0} konnte noch nicht zurückgegeben werden: {1} Es wird wiederholt, bis {2} erreichbar ist; halten Sie diese Telefonanlage an, um ihre Telefone zu lassen, wie sie sind.',
  'Giving back the forwarding of {0}.': 'Die Umleitung von {0} wird zurückgegeben.',
  'Left as it is: {0}, because {1} is paused.': 'Gelassen, wie es ist: {0}, weil {1} angehalten ist.',
  '{0} is only observed, so the forwarding of {1} can’t be given back. Set it to active for that, or pause it to leave its phones as they are.':
    '{0} wird nur beobachtet, darum kann die Umleitung von {1} nicht zurückgegeben werden. Stellen Sie sie dafür auf aktiv, oder halten Sie sie an, um ihre Telefone zu lassen, wie sie sind.',
  'This would forward the calls of an extension to itself, and nothing would ring. Choose another number, or voicemail.':
    'Das leitete die Anrufe einer Nebenstelle auf sie selbst um, und nichts klingelte. Wählen Sie eine andere Nummer oder die Voicemail.',
  '{0} is an emergency number.': '{0} ist eine Notrufnummer.',
  '{0} is a code, not a number. Codes that may be dialled stand in the internal ranges.':
    '{0} ist ein Code, keine Nummer. Codes, die gewählt werden dürfen, stehen in den internen Bereichen.',
  '{0} is forbidden by the dialling rules of the location.': '{0} ist durch die Wählregeln des Standorts verboten.',
  'Write a range of numbers of the same length, such as 200-299, or one number.':
    'Schreiben Sie einen Bereich gleich langer Nummern, etwa 200-299, oder eine Nummer.',
  'Write a number such as 0900*, where x stands for any digit and * at the end for whatever follows.':
    'Schreiben Sie eine Nummer wie 0900*, wobei x für eine beliebige Ziffer steht und * am Ende für alles Weitere.',
  'Write the area code in digits, without the leading zero.':
    'Schreiben Sie die Ortsvorwahl in Ziffern, ohne die führende Null.',
  'Write the digits that are dialled to get an outside line, such as 0.':
    'Schreiben Sie die Ziffern, mit denen man eine Amtsleitung holt, etwa 0.',
  'Write the digits that are dialled first, such as 00, or +.':
    'Schreiben Sie die Ziffern, die zuerst gewählt werden, etwa 00, oder +.',
  'The location has a predefined target "{0}" already.': 'Der Standort hat schon ein vordefiniertes Ziel „{0}“.',
  'The location has no such predefined target.': 'Der Standort hat dieses vordefinierte Ziel nicht.',
  'Delivered (HTTP {0}).': 'Zugestellt (HTTP {0}).',
  '{0} says that it is gone (HTTP 410): switched off.': '{0} sagt, dass es weg ist (HTTP 410): ausgeschaltet.',
  'Starting the phone system': 'Die Telefonanlage wird gestartet',
  'Founding the company': 'Die Firma wird gegründet',
  'Reading the calendars': 'Die Kalender werden gelesen',
  'Giving call forwarding back': 'Anrufumleitungen werden zurückgegeben',
  'Removing people and calendars': 'Personen und Kalender werden entfernt',
  'The server was stopped in the middle. Remove the sample company, then make it again.':
    'Der Server wurde mittendrin angehalten. Entfernen Sie die Musterfirma und legen Sie sie neu an.',
  'The sample company is being made already.': 'Die Musterfirma wird schon angelegt.',
  'The sample company is there already.': 'Die Musterfirma ist schon da.',
  'The sample company is being removed: wait a moment.':
    'Die Musterfirma wird gerade entfernt: warten Sie einen Moment.',
  'Remove what is left of the sample company first.': 'Entfernen Sie zuerst, was von der Musterfirma übrig ist.',
  'The sample company needs a server that has all roles (WHENABOUTS_ROLES).':
    'Die Musterfirma braucht einen Server, der alle Rollen hat (WHENABOUTS_ROLES).',
  // Numbers
  '"{0}" is not a number.': '„{0}“ ist keine Nummer.',
  '{0} is not a number {1}. Write it as on a business card, with + or its area code.':
    '{0} ist {1} keine Nummer. Schreiben Sie sie wie auf einer Visitenkarte, mit + oder ihrer Vorwahl.',
  'in its country': 'in ihrem Land',
  '{0} is a premium or shared-cost number.': '{0} ist eine Mehrwertnummer oder eine mit geteilten Kosten.',
  '{0} begins with an emergency number.': '{0} beginnt mit einer Notrufnummer.',
  '{0} is not among the numbers that the dialling rules of the location allow.':
    '{0} gehört nicht zu den Nummern, die die Wählregeln des Standorts erlauben.',
  '{0} is in none of the location’s internal ranges ({1}): written as a forwarding target it is dialled outside.':
    '{0} liegt in keinem der internen Bereiche des Standorts ({1}): als Umleitungsziel geschrieben wird sie nach außen gewählt.',
  'No country is set: only numbers written with + are checked, all others are dialled as they were written.':
    'Es ist kein Land eingestellt: geprüft werden nur Nummern mit +, alle anderen werden gewählt, wie sie geschrieben sind.',
  'The country {0} is assumed from the time zone. Confirm it, or choose another.':
    'Das Land {0} ist aus der Zeitzone angenommen. Bestätigen Sie es oder wählen Sie ein anderes.',
  // Asterisk
  '{0} sent a message without an end.': '{0} hat eine Nachricht ohne Ende geschickt.',
  'The connection to {0} broke ({1}).': 'Die Verbindung zu {0} ist abgebrochen ({1}).',
  '{0} closed the connection.': '{0} hat die Verbindung geschlossen.',
  'The connection to {0} was closed.': 'Die Verbindung zu {0} wurde geschlossen.',
  '{0} for {1} contains a line break.': '{0} für {1} enthält einen Zeilenumbruch.',
  '{0} did not answer {1} in time.': '{0} hat auf {1} nicht rechtzeitig geantwortet.',
  "The manager user's secret is missing.": 'Das Geheimnis des Manager-Benutzers fehlt.',
  '"{0}" can\'t be dialled: a forwarding target has digits, letters and + * # only.':
    '„{0}“ lässt sich nicht wählen: ein Umleitungsziel hat nur Ziffern, Buchstaben und + * #.',
  'This version knows no phone systems of the kind "{0}".': 'Diese Version kennt keine Telefonanlagen der Art „{0}“.',
  'The phone system accepted the forwarding of {0}, but {1} shows {2}.':
    'Die Telefonanlage hat die Umleitung von {0} angenommen, aber {1} zeigt {2}.',
  'This server was held up before it could write to the phone system, and tries again.':
    'Dieser Server wurde aufgehalten, bevor er der Telefonanlage etwas mitteilen konnte, und versucht es erneut.',
  "The phone system accepted the forwarding of {0}, but {1} can't be read.":
    'Die Telefonanlage hat die Umleitung von {0} angenommen, aber {1} lässt sich nicht lesen.',
  'The phone system has not been written to in time.': 'Die Telefonanlage wurde nicht rechtzeitig beschrieben.',
  'Another process has taken over this phone system.': 'Ein anderer Prozess hat diese Telefonanlage übernommen.',
  'Forwarding may change at up to {0} phones at once: their phone system may pause itself until you let the changes through.':
    'Bei bis zu {0} Telefonen kann sich die Anrufumleitung auf einmal ändern: Ihre Telefonanlage hält dann vielleicht selbst an, bis Sie die Änderungen zulassen.',
};

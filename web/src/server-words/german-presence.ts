/** Of presence: choices by hand, what programs and clients claim, notes. */
export const presence: Record<string, string> = {
  'Name a profile, or choose none.': 'Nennen Sie ein Profil, oder wählen Sie keines.',
  'Write a whole number of minutes from {0} to {1}.': 'Schreiben Sie eine ganze Zahl von Minuten von {0} bis {1}.',
  'Write a whole number of seconds from {0} to {1}.': 'Schreiben Sie eine ganze Zahl von Sekunden von {0} bis {1}.',
  'No appointment is running that this could end with. Choose another end.':
    'Gerade läuft kein Termin, mit dem das enden könnte. Wählen Sie ein anderes Ende.',
  'The user has no profile "{0}", or it is switched off.':
    'Ein Profil „{0}“ hat der Benutzer nicht, oder es ist ausgeschaltet.',
  '{0} programs claim this user’s presence already. End one of them.':
    '{0} Programme melden schon etwas zur Präsenz dieses Benutzers. Beenden Sie eines davon.',
  'Nothing of the name "{0}" claims this user’s presence.':
    'Unter dem Namen „{0}“ ist zur Präsenz dieses Benutzers nichts gemeldet.',
  'A note knows nothing of {0}. It can hold {1}.': 'Eine Notiz kennt {0} nicht. Sie kann {1} enthalten.',
  'Write a name of up to 60 letters, digits, spaces and . _ -':
    'Schreiben Sie einen Namen aus bis zu 60 Buchstaben, Ziffern, Leerzeichen und . _ -',
  'Write 8 to 64 letters, digits, - and _ that no other client has.':
    'Schreiben Sie 8 bis 64 Buchstaben, Ziffern, - und _, die kein anderer Client hat.',
  'This lies in the past. Choose a later moment.':
    'Das liegt in der Vergangenheit. Wählen Sie einen späteren Zeitpunkt.',
  'Ask for at most {0} days.': 'Fragen Sie nach höchstens {0} Tagen.',
};

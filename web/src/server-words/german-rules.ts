/** Rules from appointments to profiles. */
export const rules: Record<string, string> = {
  'A rule needs a name.': 'Eine Regel braucht einen Namen.',
  'There is a rule of this name already.': 'Eine Regel dieses Namens gibt es schon.',
  'At most {0} rules.': 'Höchstens {0} Regeln.',
  'Write at least one word.': 'Schreiben Sie mindestens ein Wort.',
  'Write at least one category.': 'Schreiben Sie mindestens eine Kategorie.',
  'Write at least one calendar.': 'Schreiben Sie mindestens einen Kalender.',
  'Write at least one organizer.': 'Schreiben Sie mindestens einen Organisator.',
  'A mark is one to five signs that are neither letters nor digits, such as "!".':
    'Ein Zeichen davor sind ein bis fünf Zeichen, die weder Buchstaben noch Ziffern sind, etwa „!“.',
  'Write words, or the mark that the title begins with.':
    'Schreiben Sie Wörter, oder das Zeichen, mit dem der Betreff beginnt.',
  'Write "me", an e-mail address, or a domain such as example.com.':
    'Schreiben Sie „ich“, eine E-Mail-Adresse oder eine Domain wie example.com.',
  'Write a whole number of people.': 'Schreiben Sie eine ganze Zahl von Personen.',
  'Write a whole number of minutes.': 'Schreiben Sie eine ganze Zahl von Minuten.',
  'Write the least or the greatest number of people.':
    'Schreiben Sie, wie viele Personen es mindestens oder höchstens sind.',
  'The greatest number is smaller than the least.': 'Die höchste Zahl ist kleiner als die niedrigste.',
  'Write the least or the greatest length.': 'Schreiben Sie, wie lang es mindestens oder höchstens dauert.',
  'The greatest length is smaller than the least.': 'Die höchste Dauer ist kleiner als die niedrigste.',
  'Choose at least one, or leave the condition out.': 'Wählen Sie mindestens eines, oder lassen Sie die Bedingung weg.',
  'Choose a profile.': 'Wählen Sie ein Profil.',
  'Choose a profile, or that the appointment is ignored.':
    'Wählen Sie ein Profil, oder dass der Termin keine Präsenz ergibt.',
  'Your group allows no rules of one’s own.': 'Ihre Gruppe erlaubt keine eigenen Regeln.',
  'Of your appointments only when you are busy is stored here: a rule can’t look at {0}.':
    'Von Ihren Terminen wird hier nur gespeichert, wann Sie belegt sind: eine Regel kann nicht nach {0} fragen.',
  'The rule "{0}" {1}, but of {2} only when users are busy is stored. Take the condition out, or have more stored.':
    'Die Regel „{0}“ {1}, aber von {2} wird nur gespeichert, wann Benutzer belegt sind. Nehmen Sie die Bedingung heraus, oder lassen Sie mehr speichern.',
  'looks at titles': 'fragt nach dem Betreff',
  'looks at categories': 'fragt nach Kategorien',
  'looks at organizers': 'fragt nach dem Organisator',
  'looks at how many are invited': 'fragt nach der Zahl der Eingeladenen',
  'looks at links to join by': 'fragt nach Links zum Beitreten',
  titles: 'dem Betreff',
  categories: 'Kategorien',
  organizers: 'dem Organisator',
  'how many are invited': 'der Zahl der Eingeladenen',
  'links to join by': 'Links zum Beitreten',
  'Rules of their own of {0} {1} look at subjects: those rest.':
    'Eigene Regeln von {0} Benutzern fragen nach dem Betreff und Ähnlichem: sie ruhen.',
  'the rule "{0}" of {1}': 'die Regel „{0}“ von {1}',
  'own rules of {0}': 'eigene Regeln von {0}',
  'choices for appointments of {0}': 'Gewähltes für Termine von {0}',
  'There is no such appointment.': 'Diesen Termin gibt es nicht.',
  'The appointment is missing.': 'Der Termin fehlt.',
};

/** Rows of imports: why one is left alone, wrong or refused, and what of it is left out. */
export const imports: Record<string, string> = {
  'line {0}': 'Zeile {0}',
  // What a row says
  '"{0}" is not an e-mail address.': '„{0}“ ist keine E-Mail-Adresse.',
  'The name is too long: at most 200 characters.': 'Der Name ist zu lang: höchstens 200 Zeichen.',
  'The id is too long: at most 200 characters.': 'Die ID ist zu lang: höchstens 200 Zeichen.',
  'There is no group "{0}": make it first, or correct the name.':
    'Es gibt keine Gruppe „{0}“: legen Sie sie zuerst an oder berichtigen Sie den Namen.',
  'There is no group "{0}" in the location "{1}": make it first, or correct the name.':
    'Am Standort „{1}“ gibt es keine Gruppe „{0}“: legen Sie sie zuerst an oder berichtigen Sie den Namen.',
  'Several locations have a group "{0}": say which one in a column "location".':
    'Mehrere Standorte haben eine Gruppe „{0}“: nennen Sie in einer Spalte „Standort“, welche gemeint ist.',
  'The language "{0}" is neither German nor English and is left out.':
    'Die Sprache „{0}“ ist weder Deutsch noch Englisch und bleibt weg.',
  'The time zone "{0}" is not one such as Europe/Berlin and is left out.':
    'Die Zeitzone „{0}“ ist keine wie Europe/Berlin und bleibt weg.',
  'The mobile number is left out: {0}': 'Die Mobilnummer bleibt weg: {0}',
  'The mobile number "{0}" can’t be dialled and is left out.':
    'Die Mobilnummer „{0}“ lässt sich nicht wählen und bleibt weg.',
  'The extension "{0}" is not one such as 201 and is left out.':
    'Die Nebenstelle „{0}“ ist keine wie 201 und bleibt weg.',
  'The account is disabled.': 'Das Konto ist deaktiviert.',
  // Whose it is
  '{0} is being removed just now.': '{0} wird gerade entfernt.',
  '{0} belongs to {1}, who can’t give it up: see {2}.': '{0} gehört {1} und wird nicht frei: siehe {2}.',
  '{0} belongs to {1}, who isn’t in the source any more: change or remove that user first.':
    '{0} gehört {1}, und die Quelle kennt diesen Benutzer nicht mehr: ändern oder entfernen Sie ihn zuerst.',
  '{0} belongs to {1}, who comes from another import.': '{0} gehört {1} aus einem anderen Import.',
  '{0} belongs to {1}, who was made by hand.': '{0} gehört {1}, von Hand angelegt.',
  '{0} belongs to {1}, who was made by the configuration file.':
    '{0} gehört {1}, aus der Konfigurationsdatei angelegt.',
  '{0} belongs to {1}, who was made at the first sign-in.': '{0} gehört {1}, bei der ersten Anmeldung angelegt.',
  'Users of other origin are never touched.': 'Benutzer anderer Herkunft bleiben immer unberührt.',
  'Extension {0} is left out: it belongs to {1}.': 'Die Nebenstelle {0} bleibt weg: sie gehört {1}.',
  'Extension {0} is left out: {1} has it already.': 'Die Nebenstelle {0} bleibt weg: {1} hat sie schon.',
  'Extension {0} is left out: the user has several, and nothing says which one it replaces.':
    'Die Nebenstelle {0} bleibt weg: der Benutzer hat mehrere, und nichts sagt, welche sie ersetzt.',
  'Extension {0} is left out: somebody has been given it since the preview.':
    'Die Nebenstelle {0} bleibt weg: seit der Vorschau hat sie jemand bekommen.',
  // Since the preview
  'The group has been removed since the preview.': 'Die Gruppe wurde seit der Vorschau entfernt.',
  '{0} has been given to {1} since the preview.': '{0} gehört seit der Vorschau {1}.',
  '{0} still belongs to {1}, whose own row was refused.': '{0} gehört noch {1}, dessen eigene Zeile verweigert wurde.',
  'The user has been removed since the preview.': 'Der Benutzer wurde seit der Vorschau entfernt.',
  'The user is no longer kept by this import.': 'Diesen Benutzer pflegt der Import nicht mehr.',
  'The user is being removed.': 'Der Benutzer wird entfernt.',
  'Changed since the preview: {0}.': 'Seit der Vorschau geändert: {0}.',
  'Its address or id has been given to somebody since the preview.':
    'Die Adresse oder ID hat seit der Vorschau jemand anderes bekommen.',
  // The whole run
  '{0} row(s) don’t tell whose they are, so nobody counts as missing in this run. Correct them first.':
    '{0} Zeile(n) sagen nicht, wem sie gehören. Deshalb gilt in diesem Lauf niemand als fehlend. Berichtigen Sie sie zuerst.',
  'It would change, or not find, {0} % of the {1} users of this import, and only {2} % may change without a person. Look at the plan and carry it out if it is right.':
    'Es würde {0} % der {1} Benutzer dieses Imports ändern oder nicht finden; ohne einen Menschen dürfen es nur {2} % sein. Sehen Sie den Plan an und führen Sie ihn aus, wenn er richtig ist.',
  'The group for new users has been removed: choose another one in the settings of this import.':
    'Die Gruppe für neue Benutzer wurde entfernt: wählen Sie in den Einstellungen des Imports eine andere.',
  'There is no group yet that users could be put into.': 'Es gibt noch keine Gruppe, in die Benutzer kommen könnten.',
  'The file has more than {0} rows.': 'Die Datei hat mehr als {0} Zeilen.',
  'A newer run has taken its place.': 'Ein neuerer Lauf ist an seine Stelle getreten.',
  'The source is still being read: wait for the plan.': 'Die Quelle wird noch gelesen: warten Sie auf den Plan.',
  'It is being carried out already.': 'Er wird schon ausgeführt.',
  'It has been carried out.': 'Er ist ausgeführt.',
  'It failed: begin a new run.': 'Er ist gescheitert: beginnen Sie einen neuen Lauf.',
  'It was cancelled: begin a new run.': 'Er wurde abgebrochen: beginnen Sie einen neuen Lauf.',
  'This group belongs to the sample company: choose one of your own.':
    'Diese Gruppe gehört zur Beispielfirma: wählen Sie eine eigene.',
  // Directories
  'a reader without a name': 'einen Leser ohne Namen',
  '{0} gives only a part of the entries ({1}). Raise its limit for the reader, or narrow the filter.':
    '{0} gibt nur einen Teil der Einträge heraus ({1}). Heben Sie die Grenze für den Leser an oder fassen Sie den Filter enger.',
  '{0} wants the connection to be encrypted first ({1}): use ldaps, or StartTLS.':
    '{0} verlangt zuerst eine verschlüsselte Verbindung ({1}): nehmen Sie ldaps oder StartTLS.',
  '{0} doesn’t offer StartTLS ({1}). Use ldaps, or switch StartTLS off.':
    '{0} bietet kein StartTLS ({1}). Nehmen Sie ldaps oder schalten Sie StartTLS aus.',
  '{0} answered {1}. Check the reader’s rights, base and filter.':
    '{0} antwortete {1}. Prüfen Sie die Rechte des Lesers, Basis und Filter.',
  'The filter can’t be read: {0}': 'Der Filter ist nicht lesbar: {0}',
  'Write the name of an attribute, such as mail.': 'Schreiben Sie den Namen eines Attributs, etwa mail.',
};

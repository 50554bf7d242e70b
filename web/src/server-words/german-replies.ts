/** What the server says of automatic replies. */
export const replies: Record<string, string> = {
  'Microsoft 365 doesn’t let us set automatic replies of {0}: the permission MailboxSettings.ReadWrite is missing.':
    'Microsoft 365 lässt uns keine automatischen Antworten von {0} setzen: Die Berechtigung MailboxSettings.ReadWrite fehlt.',
  'Sign in again to allow it.': 'Melden Sie sich neu an, um es zu erlauben.',
  'Your administrator must grant it to the application.': 'Die Administration muss sie der Anwendung erteilen.',
  '{0} doesn’t tell the automatic replies.': '{0} nennt die automatischen Antworten nicht.',
  'The mailbox has not answered in time.': 'Das Postfach hat nicht rechtzeitig geantwortet.',
  'The mailbox has not been written to in time.': 'Das Postfach wurde nicht rechtzeitig beschrieben.',
  'The mailbox takes automatic replies and then shows others.':
    'Das Postfach nimmt automatische Antworten an und zeigt dann andere.',
  'This server was held up before it wrote to the mailbox.':
    'Dieser Server wurde aufgehalten, ehe er ins Postfach schrieb.',
  'Taking back the automatic replies of {0}.': 'Die automatischen Antworten von {0} werden zurückgenommen.',
  'The automatic replies of {0} could not be taken back yet: {1} It is tried again until the mailbox can be reached.':
    'Die automatischen Antworten von {0} ließen sich noch nicht zurücknehmen: {1} Es wird wiederholt, bis das Postfach erreichbar ist.',
  'The automatic replies of {0} could not be taken back: {1} Try again when the mailbox can be reached.':
    'Die automatischen Antworten von {0} ließen sich nicht zurücknehmen: {1} Versuchen Sie es wieder, wenn das Postfach erreichbar ist.',
  'Automatic replies could not be taken back, and end by themselves: {0}. {1}':
    'Automatische Antworten ließen sich nicht zurücknehmen und enden von selbst: {0}. {1}',
};

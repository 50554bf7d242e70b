/**
 * What may be chosen for calendar synchronization, and what of it can be carried out by this server. A choice whose
 * connector isn't there yet may be stored: it says so, and nothing is read by it.
 */

export interface Choice {
  value: string;
  available: boolean;
  /** Why it isn't available, and what happens when it is chosen all the same. Null where it is. */
  reason: string | null;
}

const yes = (value: string): Choice => ({ value, available: true, reason: null });
const notYet = (value: string, reason: string): Choice => ({ value, available: false, reason });

export const synchronizationChoices = {
  methods: [
    yes('serverSide'),
    notYet(
      'local',
      'The PC agent, which reads classic Outlook and Notes on users’ computers, isn’t part of this version. Until it is, nothing is read that way; calendars that users connect themselves are.',
    ),
    yes('off'),
  ],
  sources: [
    yes('microsoft365'),
    yes('exchange'),
    notYet(
      'domino',
      'The connector to Domino servers isn’t part of this version. Until it is, nothing is read from one.',
    ),
  ],
  ownAccounts: [yes('caldav'), yes('icalendar'), yes('microsoft365')],
  calendars: [yes('chosen'), yes('default'), yes('all')],
} as const satisfies Record<string, readonly Choice[]>;

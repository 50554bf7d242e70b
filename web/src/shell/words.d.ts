import 'i18next';
import type accounts from '../accounts/en.json';
import type administration from '../administration/en.json';
import type administrationLocations from '../administration/locations/en.json';
import type administrationProfiles from '../administration/profiles/en.json';
import type administrationSystem from '../administration/system/en.json';
import type administrationUsers from '../administration/users/en.json';
import type agenda from '../agenda/en.json';
import type presence from '../presence/en.json';
import type settings from '../settings/en.json';
import type setup from '../setup/en.json';
import type team from '../team/en.json';
import type shell from './en.json';

/** Every text has a key of a catalogue: the compiler refuses others. */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell';
    resources: {
      accounts: typeof accounts;
      administration: typeof administration;
      'administration/locations': typeof administrationLocations;
      'administration/profiles': typeof administrationProfiles;
      'administration/system': typeof administrationSystem;
      'administration/users': typeof administrationUsers;
      agenda: typeof agenda;
      presence: typeof presence;
      settings: typeof settings;
      setup: typeof setup;
      shell: typeof shell;
      team: typeof team;
    };
  }
}

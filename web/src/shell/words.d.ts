import 'i18next';
import type accounts from '../accounts/en.json';
import type admin from '../admin/en.json';
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
      admin: typeof admin;
      agenda: typeof agenda;
      presence: typeof presence;
      settings: typeof settings;
      setup: typeof setup;
      shell: typeof shell;
      team: typeof team;
    };
  }
}

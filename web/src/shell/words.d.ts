import 'i18next';
import type accounts from '../accounts/en.json';
import type accountsMicrosoft365 from '../accounts/microsoft365/en.json';
import type administrationAccess from '../administration/access/en.json';
import type administrationAudit from '../administration/audit/en.json';
import type administrationDialling from '../administration/dialling/en.json';
import type administration from '../administration/en.json';
import type administrationExchange from '../administration/exchange/en.json';
import type administrationGraph from '../administration/graph/en.json';
import type administrationHttpPhone from '../administration/http-phone/en.json';
import type administrationImport from '../administration/import/en.json';
import type administrationLeaving from '../administration/leaving/en.json';
import type administrationLocations from '../administration/locations/en.json';
import type administrationProfiles from '../administration/profiles/en.json';
import type administrationSignIn from '../administration/sign-in/en.json';
import type administrationSystem from '../administration/system/en.json';
import type administrationTrust from '../administration/trust/en.json';
import type administrationUsers from '../administration/users/en.json';
import type administrationWorkGroups from '../administration/work-groups/en.json';
import type agenda from '../agenda/en.json';
import type presence from '../presence/en.json';
import type presenceStack from '../presence/stack/en.json';
import type profiles from '../profiles/en.json';
import type rules from '../rules/en.json';
import type settingsColleagues from '../settings/colleagues/en.json';
import type settings from '../settings/en.json';
import type settingsHistory from '../settings/history/en.json';
import type settingsProfiles from '../settings/profiles/en.json';
import type settingsSecurity from '../settings/security/en.json';
import type setup from '../setup/en.json';
import type team from '../team/en.json';
import type shell from './en.json';

/** Every text has a key of a catalogue: the compiler refuses others. */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell';
    resources: {
      accounts: typeof accounts;
      'accounts/microsoft365': typeof accountsMicrosoft365;
      administration: typeof administration;
      'administration/audit': typeof administrationAudit;
      'administration/dialling': typeof administrationDialling;
      'administration/locations': typeof administrationLocations;
      'administration/profiles': typeof administrationProfiles;
      'administration/system': typeof administrationSystem;
      'administration/trust': typeof administrationTrust;
      'administration/users': typeof administrationUsers;
      'administration/access': typeof administrationAccess;
      'administration/exchange': typeof administrationExchange;
      'administration/graph': typeof administrationGraph;
      'administration/http-phone': typeof administrationHttpPhone;
      'administration/import': typeof administrationImport;
      'administration/leaving': typeof administrationLeaving;
      'administration/sign-in': typeof administrationSignIn;
      'settings/history': typeof settingsHistory;
      'administration/work-groups': typeof administrationWorkGroups;
      agenda: typeof agenda;
      presence: typeof presence;
      'presence/stack': typeof presenceStack;
      profiles: typeof profiles;
      rules: typeof rules;
      settings: typeof settings;
      'settings/colleagues': typeof settingsColleagues;
      'settings/profiles': typeof settingsProfiles;
      'settings/security': typeof settingsSecurity;
      setup: typeof setup;
      shell: typeof shell;
      team: typeof team;
    };
  }
}

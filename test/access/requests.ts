/**
 * What is sent to each operation that takes a body: right ones, so that what a handler refuses it refuses because of who
 * asks. Everything secret in them holds the marker of things.ts.
 */
import { randomBytes } from 'node:crypto';
import { addressSecret, inDays, secret, type Things } from './things.ts';

const unique = () => randomBytes(4).toString('hex');
const file = () => {
  const form = new FormData();
  form.set('file', new File(['BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n'], 'calendar.ics'));
  return form;
};
const company = () => {
  const form = new FormData();
  form.set(
    'file',
    new File([`whenabouts: 1\nlocations:\n  Company ${unique()}:\n    timeZone: UTC\n`], 'company.yaml'),
  );
  return form;
};
const phoneSettings = { host: '127.0.0.1', port: 1, username: 'ami' };
const phoneSecret = { password: secret };

export const bodies: Record<string, (things: Things) => unknown> = {
  setUp: () => ({}),
  signIn: () => ({}),
  acceptInvitation: () => ({}),
  changeMe: () => ({ mobileNumber: `+49 170 ${Math.floor(Math.random() * 1e7)}` }),
  changePassword: () => ({}), // a password is checked slowly on purpose, and refused here before that
  confirmSecondFactor: () => ({ code: '000000' }),
  renewRecoveryCodes: () => ({}),
  removeSecondFactor: () => ({}),
  createIdentityProvider: () => ({
    ...{ name: `Provider ${unique()}`, issuer: 'https://idp.invalid', clientId: 'whenabouts', secret, enabled: false },
  }),
  changeIdentityProvider: () => ({ name: `Provider ${unique()}`, secret }),
  createGraphApplication: () => ({
    ...{ name: `Application ${unique()}`, clientId: 'c', tenantId: 't', credential: { kind: 'secret', secret } },
    ...{ cloud: 'custom', loginAddress: 'http://127.0.0.1:1', graphAddress: 'http://127.0.0.1:1' },
  }),
  changeGraphApplication: () => ({ name: `Application ${unique()}`, credential: { kind: 'secret', secret } }),
  checkGraphApplication: () => ({}),
  createExchangeServer: () => ({
    ...{ name: `Exchange ${unique()}`, address: 'https://127.0.0.1:1/EWS/Exchange.asmx', secret },
    signIn: { kind: 'basic', userName: 'EXAMPLE\\reader' },
  }),
  changeExchangeServer: () => ({ name: `Exchange ${unique()}`, secret }),
  // A name that nobody has (RFC 2606), so that nothing is asked anywhere.
  findExchangeServer: () => ({ mailDomain: 'mail.invalid', signIn: { kind: 'ntlm', userName: 'reader' }, secret }),
  checkExchangeServer: () => ({ mailbox: 'ada@mail.invalid' }),
  startGraphConsent: () => ({}),
  pasteGraphConsent: () => ({ address: 'https://login.example.com/common/oauth2/nativeclient?code=a&state=b' }),
  writeSignInSettings: () => ({ secondFactorRequiredFor: [] }),

  createUser: ({ groupId }) => ({ email: `${unique()}@example.com`, displayName: 'New', groupId }),
  changeUser: ({ groupId }) => ({ displayName: `Changed ${unique()}`, groupId }),
  setRole: ({ locationId }) => ({ role: 'locationAdministrator', locationIds: [locationId] }),
  createApiToken: () => ({ name: 'A program', scopes: ['read'] }),
  writeAuditSettings: () => ({ keptDays: 100 + Math.floor(Math.random() * 1000) }),

  snoozeReminder: () => ({ minutes: 5 }),
  putProgramClaim: () => ({ status: 'doNotDisturb' }),
  reportClient: () => ({ client: 'matrix-client', state: 'active' }),
  setOwnRules: () => ({ rules: [{ name: unique(), effect: { ignore: true } }] }),
  tryOwnRules: () => ({ rules: [] }),
  chooseForAppointment: ({ uid }) => ({ uid, effect: { ignore: true } }),
  setManualPresence: () => ({ status: 'doNotDisturb', end: { rule: 'untilChanged' } }),

  createAccount: () => ({
    kind: 'icalendar-address',
    settings: { url: `https://calendar.invalid/${addressSecret}.ics` },
  }),
  uploadCalendarFile: file,
  checkAccount: () => ({
    ...{ kind: 'icalendar-file', settings: { fileName: 'a.ics' }, secret: { text: `BEGIN:VCALENDAR\r\n${secret}` } },
  }),
  changeAccount: () => ({ name: `Renamed ${unique()}`, secret: { text: `BEGIN:VCALENDAR\r\nX-A:${secret}` } }),
  selectCalendar: () => ({ selected: false }),

  pauseForwarding: () => ({ reason: `Because ${unique()}` }),
  pauseGroup: () => ({ reason: `Because ${unique()}` }),
  pausePhoneSystem: () => ({ reason: `Because ${unique()}` }),
  pauseAll: () => ({ reason: `Because ${unique()}` }),
  seeAlert: () => ({ seen: true }),

  createProfile: ({ groupId }) => ({ name: `Profile ${unique()}`, status: 'available', owner: 'group', groupId }),
  changeProfile: () => ({ name: `Profile ${unique()}` }),

  createLocation: () => ({ name: `Location ${unique()}`, timeZone: 'UTC' }),
  changeLocation: () => ({ name: `Location ${unique()}` }),
  createGroup: ({ locationId }) => ({ name: `Group ${unique()}`, locationId }),
  changeGroup: () => ({ name: `Group ${unique()}` }),
  setLocationFunction: () => ({ value: { tentativeCounts: Math.random() < 0.5 } }),
  previewLocationFunction: () => ({ value: { tentativeCounts: false } }),
  setGroupFunction: () => ({ mode: 'individual', value: { tentativeCounts: Math.random() < 0.5 } }),
  previewGroupFunction: () => ({ mode: 'default' }),
  tryLocationRules: () => ({ value: {} }),
  tryGroupRules: () => ({ mode: 'default' }),

  setDiallingRules: () => ({ country: 'DE', areaCode: String(30 + Math.floor(Math.random() * 60)) }),
  tryNumber: () => ({ number: '110' }),
  readDiallingImpact: () => ({ country: 'DE', forbidden: ['030*'] }),
  createPredefinedTarget: () => ({ name: `Target ${unique()}`, number: '+49 30 1234567' }),
  changePredefinedTarget: () => ({ name: `Target ${unique()}` }),
  createImportSource: () => ({ name: `Import ${unique()}`, kind: 'csv' }),
  changeImportSource: () => ({ name: `Import ${unique()}`, password: secret }),
  beginImportRun: () => {
    const form = new FormData();
    form.set('file', new File(['email,name\n'], 'users.csv'));
    return form;
  },

  chooseRelationship: () => ({ level: 'employee' }),
  createWorkGroup: ({ locationId }) => ({ name: `Team ${unique()}`, locationId }),
  changeWorkGroup: () => ({ name: `Team ${unique()}` }),
  setWorkGroupMembers: ({ userId }) => ({ userIds: [userId] }),

  createPhoneSystem: () => ({
    ...{ name: `Phones ${unique()}`, kind: 'asterisk', mode: 'paused', settings: phoneSettings, secret: phoneSecret },
  }),
  changePhoneSystem: () => ({ name: `Phones ${unique()}`, secret: phoneSecret }),
  tryPhoneSystem: () => ({
    settings: {
      set: { address: 'http://127.0.0.1:9/{{extension}}' },
      clear: { address: 'http://127.0.0.1:9/{{extension}}' },
      read: { address: 'http://127.0.0.1:9/{{extension}}', target: '/to' },
      attempts: 1,
    },
    extension: '201',
  }),
  createExtension: ({ userId, phoneSystemId }) => ({ userId, phoneSystemId, number: unique() }),

  writeNetworkSettings: () => ({ allowedNetworks: [`10.${Math.floor(Math.random() * 250)}.0.0/16`] }),
  planConfiguration: company,
  applyConfiguration: company,
  createWebhook: () => ({ url: `https://hooks.example.com/${addressSecret}/${unique()}`, active: false }),
  changeWebhook: () => ({ url: `https://hooks.example.com/${addressSecret}/${unique()}`, active: false }),
};

const now = () => `from=${inDays(-1)}&to=${inDays(1)}`;
/** What GETs need beside their path. */
export const queries: Record<string, (things: Things) => string> = {
  readAgenda: now,
  listReminders: now,
  readTimeline: now,
  readAppointmentOutcomes: now,
  forgetAppointmentChoice: ({ uid }) => `uid=${uid}`,
  listPresence: ({ userId }) => `users=${userId}`,
  followLive: ({ userId }) => `users=${userId}`,
};

/** Operations that leave nothing for the next to be tried on, beside DELETE. */
export const consuming: ReadonlySet<string> = new Set([
  'seeAlert',
  'cancelLeaving',
  'setRole',
  'selectCalendar',
  'startProfilesAgain',
]);

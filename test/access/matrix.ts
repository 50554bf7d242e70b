/**
 * Who may call what: written by hand, one line an operation. A new route needs a line here and, where it takes a body,
 * one in requests.ts; until then the test names it as missing.
 *
 * Columns, each about things that belong to the user `owner` (or to location A, where owner is):
 * anonymous; owner; another user of the same group; a reader; the administrator of location A (`here`); of another
 * location (`there`); the administrator of the system.
 *
 * - `-` refused: 401 for the anonymous, 403 for everybody else. `+` let through. `0` as if it weren't there: 404.
 * - `~` let through, and limited to what the asker administers: no id of location A comes back.
 *
 * Then what a token needs, of owner and of the administrator: any one of the scopes named does. `adm` is administration,
 * `adm:read` is either of administration:read and administration, `any` any token, `none` no token at all, `public`
 * looks at no token. Last, what the audit log calls the subject when the administrator has done it; `-` for what changes
 * nothing of the administration.
 */
export const table = `
operation              anonymous owner other reader here there admin   token:owner           token:admin               audit

readHealth                 +      +     +     +      +     +     +     public                public                    -
readSetupState             +      +     +     +      +     +     +     public                public                    -
setUp                      +      +     +     +      +     +     +     public                public                    -
signIn                     +      +     +     +      +     +     +     public                public                    -
signOut                    +      +     +     +      +     +     +     public                public                    -
acceptInvitation           +      +     +     +      +     +     +     public                public                    -
readSignInWays             +      +     +     +      +     +     +     public                public                    -
startProviderSignIn        +      +     +     +      +     +     +     public                public                    -
finishProviderSignIn       +      +     +     +      +     +     +     public                public                    -
readMe                     -      +     +     +      +     +     +     any                   any                       -
changeMe                   -      +     +     +      +     +     +     presence              presence                  user
changePassword             -      +     +     +      +     +     +     none                  none                      -
readSecondFactor           -      +     +     +      +     +     +     none                  none                      -
beginSecondFactor          -      +     +     +      +     +     +     none                  none                      -
confirmSecondFactor        -      +     +     +      +     +     +     none                  none                      -
renewRecoveryCodes         -      +     +     +      +     +     +     none                  none                      -
removeSecondFactor         -      +     +     +      +     +     +     none                  none                      -
removeSecondFactorOfUser   -      -     -     -      -     -     +     none                  none                      signIn
forgetIdentitiesOfUser     -      -     -     -      -     -     +     none                  none                      user
listSessions               -      +     +     +      +     +     +     none                  none                      -
endSession                 -      +     -     -      -     -     -     none                  none                      -
listSessionsOfUser         -      +     -     +      +     -     +     none                  none                      -
endSessionsOfUser          -      +     -     -      +     -     +     none                  none                      session
readSignInSettings         -      -     -     +      -     -     +     none                  adm:read                  -
writeSignInSettings        -      -     -     -      -     -     +     none                  adm                       configuration
listIdentityProviders      -      -     -     +      -     -     +     none                  adm:read                  -
createIdentityProvider     -      -     -     -      -     -     +     none                  adm                       identityProvider
changeIdentityProvider     -      -     -     -      -     -     +     none                  adm                       identityProvider
deleteIdentityProvider     -      -     -     -      -     -     +     none                  adm                       identityProvider
checkIdentityProvider      -      -     -     -      -     -     +     none                  adm                       -
listGraphApplications      -      -     -     +      -     -     +     none                  adm:read                  -
createGraphApplication     -      -     -     -      -     -     +     none                  adm                       graphApplication
changeGraphApplication     -      -     -     -      -     -     +     none                  adm                       graphApplication
deleteGraphApplication     -      -     -     -      -     -     +     none                  adm                       graphApplication
checkGraphApplication      -      -     -     -      -     -     +     none                  adm                       -
listExchangeServers        -      -     -     +      -     -     +     none                  adm:read                  -
readExchangeServer         -      -     -     +      -     -     +     none                  adm:read                  -
createExchangeServer       -      -     -     -      -     -     +     none                  adm                       exchangeServer
changeExchangeServer       -      -     -     -      -     -     +     none                  adm                       exchangeServer
deleteExchangeServer       -      -     -     -      -     -     +     none                  adm                       exchangeServer
findExchangeServer         -      -     -     -      -     -     +     none                  adm                       -
checkExchangeServer        -      -     -     -      -     -     +     none                  adm                       -
readGraphConsent           -      +     -     -      -     -     -     read,accounts         none                      -
startGraphConsent          -      +     -     -      -     -     -     accounts              none                      -
pasteGraphConsent          -      +     -     -      -     -     -     accounts              none                      -
finishGraphConsent         +      +     +     +      +     +     +     public                public                    -
takeGraphNotification      +      +     +     +      +     +     +     public                public                    -

listUsers                  -      +     +     +      +     +     +     read                  read,adm:read             -
createUser                 -      -     -     -      +     -     +     none                  adm                       user
changeUser                 -      -     -     -      +     -     +     none                  adm                       user
deleteUser                 -      -     -     -      +     -     +     none                  adm                       user
inviteUser                 -      -     -     -      +     -     +     none                  none                      user
readUserOverview           -      -     -     +      +     -     +     none                  adm:read                  -
resetUser                  -      -     -     -      +     -     +     none                  adm                       user
readRole                   -      -     -     +      +     -     +     none                  adm:read                  -
setRole                    -      -     -     -      -     -     +     none                  adm                       user

listApiTokens              -      +     +     +      +     +     +     none                  none                      -
createApiToken             -      +     +     +      +     +     +     none                  none                      apiToken
deleteApiToken             -      +     -     -      +     -     +     none                  none                      apiToken
readAuditLog               -      -     -     +      +     ~     +     none                  adm:read                  -
readAuditSettings          -      -     -     +      -     -     +     none                  adm:read                  -
writeAuditSettings         -      -     -     -      -     -     +     none                  adm                       auditLog

readAgenda                 -      +     +     +      +     +     +     read                  read                      -
openAppointment            -      +     -     -      -     -     -     read                  none                      -
listReminders              -      +     -     -      -     -     -     read                  none                      -
snoozeReminder             -      +     -     -      -     -     -     accounts              none                      -
dismissReminder            -      +     -     -      -     -     -     accounts              none                      -
undismissReminder          -      +     -     -      -     -     -     accounts              none                      -

readPresence               -      +     +     +      +     +     +     read                  read,adm:read             -
listPresence               -      +     +     +      +     +     +     read                  read,adm:read             -
readTimeline               -      +     -     +      +     -     +     read                  adm:read                  -
setManualPresence          -      +     -     -      +     -     +     presence              adm                       presence
clearManualPresence        -      +     -     -      +     -     +     presence              adm                       presence
readPresenceStack          -      +     -     +      +     -     +     read                  adm:read                  -
listProgramClaims          -      +     -     +      +     -     +     read,claims           adm:read,claims           -
putProgramClaim            -      +     -     -      +     -     +     presence,claims       adm,claims                presence
endProgramClaim            -      +     -     -      +     -     +     presence,claims       adm,claims                presence
reportClient               -      +     -     -      -     -     -     presence              none                      -
readOwnRules               -      +     -     -      -     -     -     read                  none                      -
setOwnRules                -      +     -     -      -     -     -     presence              none                      -
tryOwnRules                -      +     -     -      -     -     -     presence              none                      -
readAppointmentOutcomes    -      +     -     -      +     -     +     read                  adm:read                  -
chooseForAppointment       -      +     -     -      +     -     +     presence              adm                       presence
forgetAppointmentChoice    -      +     -     -      +     -     +     presence              adm                       presence
readPresenceHistory        -      +     -     -      -     -     -     read                  none                      -
listProfilesOfUser         -      +     -     +      +     -     +     read                  adm:read                  -
readForwardingLog          -      +     -     +      +     -     +     read                  adm:read                  -
followLive                 -      +     +     +      +     +     +     read                  read,adm:read             -
listRelationships          -      +     -     +      +     -     +     read                  adm:read                  -
chooseRelationship         -      +     -     -      -     -     -     none                  none                      -
forgetRelationship         -      +     -     -      -     -     -     none                  none                      -
readPrivacy                -      +     -     +      +     -     +     read                  adm:read                  -
listWorkGroups             -      -     -     +      +     ~     +     none                  adm:read                  -
createWorkGroup            -      -     -     -      +     -     +     none                  adm                       workGroup
changeWorkGroup            -      -     -     -      +     -     +     none                  adm                       workGroup
deleteWorkGroup            -      -     -     -      +     -     +     none                  adm                       workGroup
listWorkGroupMembers       -      -     -     +      +     -     +     none                  adm:read                  -
setWorkGroupMembers        -      -     -     -      +     -     +     none                  adm                       workGroup

listAccounts               -      +     +     +      +     +     +     read,accounts         read,accounts             -
createAccount              -      +     +     +      +     +     +     accounts              accounts,adm              -
uploadCalendarFile         -      +     +     +      +     +     +     accounts              accounts,adm              -
checkAccount               -      +     +     +      +     +     +     accounts              accounts,adm              -
readAccount                -      +     -     +      +     -     +     read,accounts         adm:read                  -
changeAccount              -      +     -     -      +     -     +     accounts              adm                       account
removeAccount              -      +     -     -      +     -     +     accounts              adm                       account
syncNow                    -      +     -     -      +     -     +     accounts              adm                       -
listCalendars              -      +     -     +      +     -     +     read,accounts         adm:read                  -
selectCalendar             -      +     -     -      +     -     +     accounts              adm                       account

listProfiles               -      +     +     +      +     +     +     read                  read,adm:read             -
readProfileOptions         -      +     +     +      +     +     +     read                  read,adm:read             -
createProfile              -      -     -     -      +     -     +     none                  adm                       profile
changeProfile              -      -     -     -      +     -     +     none                  adm                       profile
deleteProfile              -      -     -     -      +     -     +     none                  adm                       profile
listLocationProfiles       -      -     -     +      +     -     +     none                  adm:read                  -
listGroupProfiles          -      -     -     +      +     -     +     none                  adm:read                  -
startProfilesAgain         -      -     -     -      +     -     +     none                  adm                       profile

listLocations              -      -     -     +      +     ~     +     none                  adm:read                  -
createLocation             -      -     -     -      -     -     +     none                  adm                       location
changeLocation             -      -     -     -      +     -     +     none                  adm                       location
deleteLocation             -      -     -     -      -     -     +     none                  adm                       location
listGroups                 -      -     -     +      +     ~     +     none                  adm:read                  -
createGroup                -      -     -     -      +     -     +     none                  adm                       group
changeGroup                -      -     -     -      +     -     +     none                  adm                       group
deleteGroup                -      -     -     -      +     -     +     none                  adm                       group
listFunctions              -      -     -     +      +     +     +     none                  adm:read                  -
readLocationFunction       -      -     -     +      +     -     +     none                  adm:read                  -
setLocationFunction        -      -     -     -      +     -     +     none                  adm                       location
previewLocationFunction    -      -     -     -      +     -     +     none                  adm                       -
readGroupFunction          -      -     -     +      +     -     +     none                  adm:read                  -
setGroupFunction           -      -     -     -      +     -     +     none                  adm                       groupFunction
tryLocationRules           -      -     -     -      +     -     +     none                  adm                       -
tryGroupRules              -      -     -     -      +     -     +     none                  adm                       -
previewGroupFunction       -      -     -     -      +     -     +     none                  adm                       -

listPhoneSystems           -      -     -     +      +     +     +     none                  adm:read                  -
createPhoneSystem          -      -     -     -      -     -     +     none                  adm                       phoneSystem
changePhoneSystem          -      -     -     -      -     -     +     none                  adm                       phoneSystem
deletePhoneSystem          -      -     -     -      -     -     +     none                  adm                       phoneSystem
checkPhoneSystem           -      -     -     -      -     -     +     none                  adm                       -
tryPhoneSystem             -      -     -     -      -     -     +     none                  adm                       -
readOutlook                -      -     -     +      -     -     +     none                  adm:read                  -
readPhoneSystemLog         -      -     -     +      -     -     +     none                  adm:read                  -
readForwardingPause        -      +     -     +      +     -     +     read                  adm:read                  -
pauseForwarding            -      +     -     -      +     -     +     presence              adm                       user
resumeForwarding           -      +     -     -      +     -     +     presence              adm                       user
takePhoneBack              -      +     -     -      +     -     +     presence              adm                       -
readGroupPause             -      -     -     +      +     -     +     none                  adm:read                  -
pauseGroup                 -      -     -     -      +     -     +     none                  adm                       group
resumeGroup                -      -     -     -      +     -     +     none                  adm                       group
readPhoneSystemPause       -      -     -     +      -     -     +     none                  adm:read                  -
pausePhoneSystem           -      -     -     -      -     -     +     none                  adm                       phoneSystem
resumePhoneSystem          -      -     -     -      -     -     +     none                  adm                       phoneSystem
readPauseOfAll             -      -     -     +      -     -     +     none                  adm:read                  -
pauseAll                   -      -     -     -      -     -     +     none                  adm                       phoneSystem
resumeAll                  -      -     -     -      -     -     +     none                  adm                       phoneSystem
listAlerts                 -      -     -     +      +     ~     +     none                  adm:read                  -
seeAlert                   -      -     -     -      +     -     +     none                  adm                       alert
listExtensions             -      -     -     +      +     ~     +     none                  adm:read                  -
createExtension            -      -     -     -      +     -     +     none                  adm                       extension
deleteExtension            -      -     -     -      +     -     +     none                  adm                       extension
listLeavings               -      -     -     +      +     ~     +     none                  adm:read                  -
readLeaving                -      -     -     +      +     -     +     none                  adm:read                  -
cancelLeaving              -      -     -     -      +     -     +     none                  adm                       user
listCountries              -      +     +     +      +     +     +     read                  read,adm:read             -
readDiallingRules          -      -     -     +      +     -     +     none                  adm:read                  -
setDiallingRules           -      -     -     -      +     -     +     none                  adm                       location
tryNumber                  -      -     -     -      +     -     +     none                  adm                       -
readDiallingImpact         -      -     -     -      +     -     +     none                  adm                       -
listPhoneAbilities         -      -     -     +      +     -     +     none                  adm:read                  -
listPredefinedTargets      -      +     +     +      +     -     +     read                  adm:read                  -
createPredefinedTarget     -      -     -     -      +     -     +     none                  adm                       predefinedTarget
changePredefinedTarget     -      -     -     -      +     -     +     none                  adm                       predefinedTarget
deletePredefinedTarget     -      -     -     -      +     -     +     none                  adm                       predefinedTarget
listImportSources          -      -     -     +      -     -     +     none                  adm:read                  -
createImportSource         -      -     -     -      -     -     +     none                  adm                       importSource
changeImportSource         -      -     -     -      -     -     +     none                  adm                       importSource
deleteImportSource         -      -     -     -      -     -     +     none                  adm                       importSource
checkImportSource          -      -     -     -      -     -     +     none                  adm                       -
listImportRuns             -      -     -     +      -     -     +     none                  adm:read                  -
beginImportRun             -      -     -     -      -     -     +     none                  adm                       -
readImportRun              -      -     -     +      -     -     +     none                  adm:read                  -
carryOutImportRun          -      -     -     -      -     -     +     none                  adm                       -
cancelImportRun            -      -     -     -      -     -     +     none                  adm                       importSource

readNetworkSettings        -      -     -     +      -     -     +     none                  adm:read                  -
writeNetworkSettings       -      -     -     -      -     -     +     none                  adm                       network
listWebhooks               -      -     -     +      -     -     +     none                  adm:read                  -
createWebhook              -      -     -     -      -     -     +     none                  adm                       webhook
changeWebhook              -      -     -     -      -     -     +     none                  adm                       webhook
deleteWebhook              -      -     -     -      -     -     +     none                  adm                       webhook
testWebhook                -      -     -     -      -     -     +     none                  adm                       -
planConfiguration          -      -     -     -      -     -     +     none                  adm                       -
applyConfiguration         -      -     -     -      -     -     +     none                  adm                       location
exportConfiguration        -      -     -     -      -     -     +     none                  adm:read                  -
readConfigurationSchema    +      +     +     +      +     +     +     public                public                    -
readSampleCompany          -      -     -     +      -     -     +     none                  adm:read                  -
makeSampleCompany          -      -     -     -      -     -     +     none                  adm                       -
removeSampleCompany        -      -     -     -      -     -     +     none                  adm                       -
`;

export const people = ['anonymous', 'owner', 'other', 'reader', 'here', 'there', 'admin'] as const;
export type Who = (typeof people)[number];
export type Cell = '+' | '-' | '~' | '0';

export interface Row {
  operation: string;
  cells: Record<Who, Cell>;
  tokens: Record<'owner' | 'admin', readonly string[]>;
  /** What the audit log calls the subject; null for what isn't administration. */
  audit: string | null;
}

const scopesOf = (text: string): readonly string[] =>
  text === 'none'
    ? []
    : text === 'any' || text === 'public'
      ? ['read', 'presence', 'claims', 'accounts', 'administration:read', 'administration']
      : text
          .split(',')
          .flatMap((scope) =>
            scope === 'adm'
              ? ['administration']
              : scope === 'adm:read'
                ? ['administration:read', 'administration']
                : [scope],
          );

/** @throws Error for a line that hasn't all columns. */
export function readMatrix(text: string): Row[] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [operation, ...columns] = line.trim().split(/\s+/);
      const [ofOwner, ofAdmin, audit] = columns.slice(people.length);
      const cells = columns.slice(0, people.length);
      if (!operation || !audit || cells.some((cell) => !/^[-+~0]$/.test(cell)))
        throw new Error(`The matrix has a line that can't be read: ${line}`);
      return {
        operation,
        cells: Object.fromEntries(people.map((who, index) => [who, cells[index]])) as Record<Who, Cell>,
        tokens: { owner: scopesOf(ofOwner!), admin: scopesOf(ofAdmin!) },
        audit: audit === '-' ? null : audit,
      };
    });
}

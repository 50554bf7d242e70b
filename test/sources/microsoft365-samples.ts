/**
 * Answers of Graph v1.0 property by property as Microsoft's documentation shows them, left out what it leaves out there;
 * names, texts, ids and dates are ours. The pages are named beside each, at learn.microsoft.com/graph.
 */

const at = (dateTime: string, timeZone = 'UTC') => ({ dateTime: `${dateTime}:00.0000000`, timeZone });
const person = (name: string, address: string) => ({ emailAddress: { name, address } });
const organizer = person('Ada Lovelace', 'ada@contoso.example');
const context = 'https://graph.test/v1.0/$metadata#Collection(event)';
const delta = 'https://graph.test/v1.0/me/calendarView/delta';

const brief = (id: string, subject: string, start: string, end: string) => ({
  '@odata.type': '#microsoft.graph.event',
  '@odata.etag': `W/"${id}=="`,
  subject,
  body: { contentType: 'html', content: '' },
  start: at(start),
  end: at(end),
  attendees: [],
  organizer,
  id,
});

/** "Get incremental changes to events in a calendar view": a first round of three pages. */
export const deltaPages = [
  {
    '@odata.context': context,
    '@odata.nextLink': `${delta}?$skiptoken=one`,
    value: [
      brief('AAMkADA1=', 'Write the notes', '2026-12-09T20:30', '2026-12-09T22:00'),
      brief('AAMkADA2=', 'Fetch the engine', '2026-12-10T01:00', '2026-12-10T02:00'),
    ],
  },
  {
    '@odata.context': context,
    '@odata.nextLink': `${delta}?$skiptoken=two`,
    value: [
      brief('AAMkADA3=', 'Buy cards', '2026-12-10T19:30', '2026-12-10T21:30'),
      brief('AAMkADA4=', 'Punch cards', '2026-12-10T22:00', '2026-12-11T00:00'),
    ],
  },
  {
    '@odata.context': context,
    '@odata.deltaLink': `${delta}?$deltatoken=three`,
    value: [
      {
        ...brief('AAMkADA5=', 'Run!', '2026-12-12T02:00', '2026-12-12T07:30'),
        location: { displayName: 'Workshop' },
      },
    ],
  },
];

/** The same page: the next round. */
export const deltaNext = {
  '@odata.context': context,
  '@odata.deltaLink': `${delta}?$deltatoken=four`,
  value: [
    { '@odata.type': '#microsoft.graph.event', id: 'AAMkADA2=', '@removed': { reason: 'deleted' } },
    {
      ...brief('AAMkADA6=', 'Lecture', '2026-12-25T06:00', '2026-12-25T07:30'),
      location: {
        displayName: 'Royal Institution',
        address: { street: '21 Albemarle Street', city: 'London', state: '', countryOrRegion: 'UK', postalCode: '' },
        coordinates: { latitude: 51.5097, longitude: -0.1424 },
      },
    },
  ],
};

/** "List events", asked for with Prefer: outlook.timezone="Pacific Standard Time". */
export const events = {
  '@odata.context': "https://graph.test/v1.0/$metadata#users('u')/events(subject,body,organizer,attendees,start,end)",
  value: [
    {
      '@odata.etag': 'W/"events=="',
      id: 'AAMkAGIA=',
      subject: 'Welcome ',
      bodyPreview: 'Bring the notes.',
      body: { contentType: 'html', content: '<html><body><p>Bring the notes.</p></body></html>' },
      start: at('2026-12-21T10:00', 'Pacific Standard Time'),
      end: at('2026-12-21T12:00', 'Pacific Standard Time'),
      location: { displayName: 'Hall', locationType: 'default', uniqueId: 'Hall', uniqueIdType: 'private' },
      locations: [{ displayName: 'Hall', locationType: 'default', uniqueIdType: 'unknown' }],
      attendees: [
        {
          type: 'required',
          status: { response: 'none', time: '0001-01-01T00:00:00Z' },
          ...person('Grace Hopper', 'grace@contoso.example'),
        },
      ],
      organizer,
    },
  ],
};

const instance = (id: string, type: string, start: string, end: string) => ({
  '@odata.etag': 'W/"instances=="',
  id,
  subject: 'Quarter',
  bodyPreview: '',
  seriesMasterId: 'AAMkAGUz=',
  type,
  recurrence: null,
  start: at(start),
  end: at(end),
});

/** "List instances", with `$select`. */
export const instances = {
  '@odata.context':
    "https://graph.test/v1.0/$metadata#users('u')/events('AAMkAGUz%3D')/instances(subject,type,start,end)",
  value: [
    instance('AAMkAGUzA=', 'exception', '2026-12-16T20:30', '2026-12-16T21:00'),
    instance('AAMkAGUzB=', 'occurrence', '2026-12-08T20:30', '2026-12-08T21:00'),
    instance('AAMkAGUzC=', 'occurrence', '2026-12-22T20:30', '2026-12-22T21:00'),
  ],
};

/** "List calendars": no word about which is the default one. */
export const calendars = {
  '@odata.context': 'https://graph.test/v1.0/$metadata#me/calendars',
  value: [
    {
      '@odata.id': "https://graph.test/v1.0/users('u@t')/calendars('AAMkAGI2=')",
      id: 'AAMkAGI2=',
      name: 'Calendar',
      color: 'auto',
      changeKey: 'nfZyf7VcrEKL==',
      canShare: true,
      canViewPrivateItems: true,
      hexColor: '',
      canEdit: true,
      allowedOnlineMeetingProviders: ['teamsForBusiness'],
      defaultOnlineMeetingProvider: 'teamsForBusiness',
      isTallyingResponses: true,
      isRemovable: false,
      owner: { name: 'Ada Lovelace', address: 'ada@contoso.example' },
    },
  ],
};

/** "Get user mailbox settings": with capitals that the metadata doesn't know. */
export const automaticReplies = {
  status: 'Scheduled',
  externalAudience: 'All',
  scheduledStartDateTime: at('2026-12-14T07:00'),
  scheduledEndDateTime: at('2026-12-28T07:00'),
  internalReplyMessage: '<html>\n<body>\n<p>At the fair.<br>\n</p></body>\n</html>\n',
  externalReplyMessage: '<html>\n<body>\n<p>At a fair.<br>\n</p></body>\n</html>\n',
};

/** The same page. */
export const mailboxSettings = {
  '@odata.context': 'https://graph.test/v1.0/$metadata#Me/mailboxSettings',
  timeZone: 'UTC',
  language: { locale: 'en-US', displayName: 'English (United States)' },
  workingHours: {
    daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
    startTime: '08:00:00.0000000',
    endTime: '17:00:00.0000000',
    timeZone: { name: 'Pacific Standard Time' },
  },
  userPurpose: { value: 'user' },
  dateFormat: 'MM/dd/yyyy',
  timeFormat: 'hh:mm tt',
  delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
};

/** The same page: working hours in a zone that somebody drew up. */
export const workingHours = {
  daysOfWeek: ['monday', 'saturday'],
  startTime: '09:00:00.0000000',
  endTime: '18:30:00.0000000',
  timeZone: {
    '@odata.type': '#microsoft.graph.customTimeZone',
    bias: -200,
    name: 'Customized Time Zone',
    standardOffset: { time: '02:00:00.0000000', dayOccurrence: 4, dayOfWeek: 'sunday', month: 5, year: 0 },
    daylightOffset: {
      daylightBias: -100,
      ...{ time: '02:00:00.0000000', dayOccurrence: 2, dayOfWeek: 'sunday', month: 10, year: 0 },
    },
  },
};

/** "Create subscription". */
export const subscription = {
  '@odata.context': 'https://graph.test/v1.0/$metadata#subscriptions/$entity',
  id: '7f105c7d-2dc5-4530-97cd-4e7ae6534c08',
  resource: 'me/events',
  applicationId: '24d3b144-21ae-4080-943f-7067b395b914',
  changeType: 'created,updated,deleted',
  clientState: 'ours',
  notificationUrl: 'https://whenabouts.example/api/v1/graph/notifications/1',
  expirationDateTime: '2026-12-20T18:23:45.9356913Z',
  creatorId: '8ee44408-0679-472c-bc2a-692812af3438',
  latestSupportedTlsVersion: 'v1_2',
  notificationContentType: 'application/json',
};

/** "changeNotification resource type" and "Reduce missing subscriptions and change notifications". */
export const notices = {
  value: [
    {
      id: 'notice',
      subscriptionId: subscription.id,
      subscriptionExpirationDateTime: '2026-12-20T11:00:00.0000000Z',
      clientState: 'ours',
      changeType: 'updated',
      resource: 'Users/u/Events/AAMkADA5=',
      tenantId: '9f4ebab6-520d-49c0-85cc-7b25c78d4a94',
      resourceData: {
        '@odata.type': '#Microsoft.Graph.Event',
        '@odata.id': 'Users/u/Events/AAMkADA5=',
        '@odata.etag': 'W/"notice=="',
        id: 'AAMkADA5=',
      },
    },
    {
      subscriptionId: subscription.id,
      subscriptionExpirationDateTime: '2026-12-20T11:00:00.0000000Z',
      tenantId: '9f4ebab6-520d-49c0-85cc-7b25c78d4a94',
      clientState: 'ours',
      lifecycleEvent: 'reauthorizationRequired',
    },
  ],
};

/** "Combine multiple HTTP requests using JSON batching": parts in any order, errors with an empty code. */
export const batchParts = (bodies: readonly { id: string; body: object }[]) => ({
  responses: [
    {
      id: '1',
      status: 403,
      headers: { 'Cache-Control': 'no-cache', 'Content-Type': 'application/json' },
      body: {
        error: {
          code: '',
          message: 'You may not.',
          innerError: { date: '2026-12-01T10:17:05', 'request-id': 'r', 'client-request-id': 'c' },
        },
      },
    },
    ...bodies.map(({ id, body }) => ({
      id,
      status: 200,
      headers: { 'OData-Version': '4.0', 'Content-Type': 'application/json;odata.metadata=minimal;charset=utf-8' },
      body,
    })),
  ],
});

/** "Microsoft Graph error responses and resource types": the inner error says more. */
export const errorWith = (code: string, inner: string) => ({
  error: {
    code,
    message: 'What went wrong.',
    innererror: { code: inner, 'request-id': 'r', date: '2026-12-01T10:17:05' },
  },
});

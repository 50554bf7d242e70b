/** The simulator by itself: it answers in the order of Microsoft's schema, and does what Exchange is documented to do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ewsSchema } from '../../test/ews-schema.ts';
import { type Asking, all, ask, findItem, getItem, getOof, listen, setOof, subscribe, texts, view } from './asking.ts';
import { type Exchange, startExchange } from './exchange.ts';
import { tame } from './habits.ts';

let server: Exchange;
let asking: Asking;
/** Every answer to EWS that came as one. */
const answers: string[] = [];
const november = view('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z');

beforeAll(async () => {
  const inspect = (_: unknown, { body }: { body: string | null }) =>
    void (body?.startsWith('<?xml') && answers.push(body));
  server = await startExchange({ habits: { ...tame, notificationsIn: 'types' }, inspect });
  const { world } = server;
  world.addAccount({ impersonates: ['ada@contoso.example', 'many@contoso.example', 'gone@contoso.example'] });
  world.addUser({ name: 'Grace Hopper', address: 'grace@contoso.example' });
  world.addUser({ name: 'Gone', address: 'gone@contoso.example', mailbox: false });
  const { mailbox } = world.addUser({
    name: 'Ada Lovelace',
    address: 'ada@contoso.example',
    aliases: ['a@contoso.example'],
  });
  mailbox.addCalendar('Travel');
  mailbox.create({
    subject: 'Review & <plan>',
    start: '2026-11-23T10:00',
    end: '2026-11-23T11:00',
    attendees: [{ name: 'Ben', address: 'ben@example.org' }],
    categories: ['Red', 'Blue'],
    location: 'Room 1',
    joinUrl: 'https://meet.example/1?a=1&b=2',
    sensitivity: 'private',
    showAs: 'oof',
    response: 'accepted',
    reminder: null,
  });
  mailbox.create({
    ...{ subject: 'Tokyo', start: '2026-11-24T00:00', end: '2026-11-25T00:00', isAllDay: true },
    timeZone: 'Tokyo Standard Time',
  });
  const series = mailbox.create(
    { subject: 'Stand-up', start: '2026-11-17T09:00', end: '2026-11-17T09:15', timeZone: 'Customized Time Zone' },
    {
      recurrence: {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: ['tuesday', 'thursday'] },
        range: { type: 'numbered', startDate: '2026-11-17', numberOfOccurrences: 5 },
      },
    },
  );
  mailbox.updateOccurrence(series.number, '2026-11-19', { start: '2026-11-19T14:00', end: '2026-11-19T14:30' });
  mailbox.cancelOccurrence(series.number, '2026-11-24');
  asking = { url: server.url, mailbox: 'ada@contoso.example' };
});
afterAll(() => server.stop());

const code = async (operation: string, how: Partial<Asking> = {}) => {
  const { status, body } = await ask({ ...asking, ...how }, operation);
  return [status, ...texts(body, 'ResponseCode')];
};

describe('calendars', () => {
  test('a calendar view shows occurrences with what differs, in order, and no cancelled one', async () => {
    const { body } = await ask(asking, findItem(november, '<t:BaseShape>AllProperties</t:BaseShape>'));
    const seen = all(body, 'CalendarItem').map((item) => [
      ...['Subject', 'Start', 'CalendarItemType'].map((name) => texts(item, name)[0]),
    ]);
    expect(seen).toEqual([
      ['Stand-up', '2026-11-17T08:00:00Z', 'Occurrence'],
      ['Stand-up', '2026-11-19T13:00:00Z', 'Exception'],
      ['Review & <plan>', '2026-11-23T09:00:00Z', 'Single'],
      ['Tokyo', '2026-11-23T15:00:00Z', 'Single'],
      ['Stand-up', '2026-11-26T08:00:00Z', 'Occurrence'],
    ]);
    const truth = server.world.truth('ada@contoso.example', Date.UTC(2026, 10, 1), Date.UTC(2026, 11, 1));
    expect(truth.map(({ start }) => new Date(start).toISOString().replace('.000', ''))).toEqual(
      seen.map(([, at]) => at),
    );
    expect(texts(body, 'EmailAddress'), 'FindItem tells no addresses').toEqual([]);
    expect(all(body, 'RootFolder')[0]!.attributes).toMatchObject({
      TotalItemsInView: '5',
      IncludesLastItemInRange: 'true',
    });
  });

  test('a view is cut off and says so, and spans two years at most', async () => {
    const cut = await ask(asking, findItem(view('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', 2)));
    expect(all(cut.body, 'CalendarItem')).toHaveLength(2);
    expect(all(cut.body, 'RootFolder')[0]!.attributes.IncludesLastItemInRange).toBe('false');
    expect(await code(findItem(view('2026-01-01T00:00:00Z', '2028-02-01T00:00:00Z')))).toEqual([
      200,
      'ErrorCalendarViewRangeTooBig',
    ]);
    expect(await code(findItem(november, undefined, 'inbox'))).toEqual([
      200,
      'ErrorCalendarFolderIsInvalidForCalendarView',
    ]);
  });

  test('items in full: series with recurrence and differences, zones with their rules, times in the zone that was asked for', async () => {
    const found = await ask(asking, findItem(november));
    const ids = all(found.body, 'ItemId').map(({ attributes }) => attributes.Id!);
    const zone = '<t:TimeZoneContext><t:TimeZoneDefinition Id="W. Europe Standard Time"/></t:TimeZoneContext>';
    const shape =
      '<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent><t:AdditionalProperties><t:ExtendedFieldURI PropertySetId="6ed8da90-450b-101b-98da-00aa003f1305" PropertyId="35" PropertyType="Binary"/></t:AdditionalProperties>';
    const { body } = await ask({ ...asking, header: zone }, getItem(ids, shape));
    const [first, , review, tokyo] = all(body, 'CalendarItem');
    expect(texts(review!, 'Start')).toEqual(['2026-11-23T10:00:00+01:00']);
    expect([
      ...texts(review!, 'LegacyFreeBusyStatus'),
      ...texts(review!, 'Sensitivity'),
      ...texts(review!, 'MyResponseType'),
    ]).toEqual(['OOF', 'Private', 'Accept']);
    expect([...texts(review!, 'String'), ...texts(review!, 'ReminderIsSet')]).toEqual(['Red', 'Blue', 'false']);
    expect(texts(tokyo!, 'Start'), 'midnight in Tokyo').toEqual(['2026-11-23T16:00:00+01:00']);
    expect(all(tokyo!, 'StartTimeZone')[0]!.attributes.Id).toBe('Tokyo Standard Time');
    expect(
      all(first!, 'RecurringDayTransition')
        .slice(0, 2)
        .map((each) => texts(each, 'Month')[0]),
      'rules of a zone drawn up by hand',
    ).toEqual(['3', '10']);
    expect(Buffer.from(texts(first!, 'Value')[0]!, 'base64').toString('hex').toUpperCase()).toBe(
      texts(first!, 'UID')[0],
    );
    const mime = Buffer.from(texts(first!, 'MimeContent')[0]!, 'base64').toString();
    expect(mime).toContain('RECURRENCE-ID:20261117T080000Z');
    const master = await ask(
      asking,
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:RecurringMasterItemId OccurrenceId="${ids[0]}"/></m:ItemIds></m:GetItem>`,
    );
    const [item] = all(master.body, 'CalendarItem');
    const whole = await ask(
      asking,
      getItem(
        [all(item!, 'ItemId')[0]!.attributes.Id!],
        '<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>',
      ),
    );
    const calendar = Buffer.from(texts(whole.body, 'MimeContent')[0]!, 'base64').toString();
    for (const line of [
      'RRULE:FREQ=WEEKLY;BYDAY=TU,TH;WKST=SU;INTERVAL=1;COUNT=5',
      'EXDATE;TZID=Europe/Berlin:20261124T090000',
      'RECURRENCE-ID:20261119T080000Z',
    ])
      expect(calendar.split('\r\n')).toContain(line);
    expect([texts(item!, 'DaysOfWeek')[0], texts(item!, 'NumberOfOccurrences')[0]]).toEqual(['Tuesday Thursday', '5']);
    expect(texts(all(item!, 'ModifiedOccurrences')[0]!, 'OriginalStart')).toEqual(['2026-11-19T08:00:00Z']);
    expect(texts(all(item!, 'DeletedOccurrences')[0]!, 'Start')).toEqual(['2026-11-24T08:00:00Z']);
  });

  test('one item’s trouble is its own, and ids change when an item is moved', async () => {
    const { mailbox } = server.world.userBy('ada@contoso.example')!;
    const moving = mailbox!.create({ subject: 'Moving', start: '2026-10-05T10:00', end: '2026-10-05T11:00' });
    const october = findItem(view('2026-10-01T00:00:00Z', '2026-10-31T00:00:00Z'));
    const [id] = all((await ask(asking, october)).body, 'ItemId').map(({ attributes }) => attributes.Id!);
    mailbox!.move(moving.number, 'cal2');
    expect(await code(getItem([id!, 'nonsense']))).toEqual([200, 'ErrorItemNotFound', 'ErrorInvalidIdMalformed']);
    expect(all((await ask(asking, october)).body, 'ItemId')).toEqual([]);
    mailbox!.delete(moving.number);
  });

  test('folders: calendars are found by their class, below the one they lie in', async () => {
    const deep =
      '<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:FolderClass"/></t:AdditionalProperties></m:FolderShape><m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="folder:FolderClass"/><t:FieldURIOrConstant><t:Constant Value="IPF.Appointment"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>';
    const { body } = await ask(asking, deep);
    expect(all(body, 'CalendarFolder').map((each) => texts(each, 'DisplayName')[0])).toEqual(['Calendar', 'Travel']);
    const one = await ask(
      asking,
      '<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>',
    );
    expect(texts(one.body, 'ChildFolderCount')).toEqual(['1']);
  });

  test('what changed since a state, with masters and without windows; a broken state is told', async () => {
    const sync = (state: string, most = 512) =>
      `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId>${state && `<m:SyncState>${state}</m:SyncState>`}<m:MaxChangesReturned>${most}</m:MaxChangesReturned></m:SyncFolderItems>`;
    const first = await ask(asking, sync('', 2));
    expect([all(first.body, 'Create').length, texts(first.body, 'IncludesLastItemInRange')[0]]).toEqual([2, 'false']);
    const second = await ask(asking, sync(texts(first.body, 'SyncState')[0]!));
    expect([all(second.body, 'Create').length, texts(second.body, 'IncludesLastItemInRange')[0]]).toEqual([1, 'true']);
    const { mailbox } = server.world.userBy('ada@contoso.example')!;
    const brief = mailbox!.create({ subject: 'Brief', start: '2026-10-05T10:00', end: '2026-10-05T11:00' });
    const third = await ask(asking, sync(texts(second.body, 'SyncState')[0]!));
    expect(all(third.body, 'Create')).toHaveLength(1);
    mailbox!.delete(brief.number);
    const fourth = await ask(asking, sync(texts(third.body, 'SyncState')[0]!));
    expect([all(fourth.body, 'Delete').length, all(fourth.body, 'Create').length]).toEqual([1, 0]);
    expect(await code(sync('AAAA'))).toEqual([200, 'ErrorInvalidSyncStateData']);
  });
});

describe('who may', () => {
  test('impersonation reaches its scope and no further', async () => {
    const folder = findItem(november);
    expect(await code(folder, { mailbox: 'grace@contoso.example' })).toEqual([500, 'ErrorImpersonateUserDenied']);
    expect(await code(folder, { mailbox: 'nobody@contoso.example' })).toEqual([500, 'ErrorNonExistentMailbox']);
    expect(await code(folder, { mailbox: 'gone@contoso.example' })).toEqual([500, 'ErrorNonExistentMailbox']);
    expect(await code(folder, { mailbox: null }), 'the account has no mailbox of its own').toEqual([
      200,
      'ErrorNonExistentMailbox',
    ]);
    expect(await code(folder, { mailbox: 'a@contoso.example' }), 'an alias is no primary address').toEqual([
      500,
      'ErrorNonExistentMailbox',
    ]);
    const refused = await ask({ ...asking, authorization: 'Basic bm86bm8=' }, folder);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Negotiate, NTLM, Basic realm="mail.contoso.example"',
    ]);
  });

  test('a request out of the schema’s order is refused, as is what is no XML', async () => {
    const turned =
      '<m:GetItem><m:ItemIds><t:ItemId Id="x"/></m:ItemIds><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape></m:GetItem>';
    const { status, text } = await ask(asking, turned);
    expect(status).toBe(500);
    expect(text).toContain('ErrorSchemaValidation');
    expect(text).toContain("invalid child element 'ItemIds'");
    for (const wrong of [
      findItem(november).replace(' Traversal="Shallow"', ''),
      findItem(november).replace('IdOnly', 'Everything'),
      findItem(
        november,
        '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="calendar:Nothing"/></t:AdditionalProperties>',
      ),
      listen(['x'], 31),
      subscribe().replace(/<t:EventTypes>.*<\/t:EventTypes>/, ''),
      '<m:DeleteItem/>',
    ])
      expect(await code(wrong), wrong).toEqual([500, 'ErrorSchemaValidation']);
    expect(await code('<m:GetItem>')).toEqual([500, 'ErrorInvalidRequest']);
  });

  test('what a later schema brought is not for those who name an earlier one', async () => {
    const zones =
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="calendar:StartTimeZone"/></t:AdditionalProperties>';
    expect(await code(getItem(['x'], zones), { version: 'Exchange2007_SP1' })).toEqual([
      500,
      'ErrorInvalidPropertyVersionForRequest',
    ]);
    expect(await code(getItem(['x'], zones), { version: 'Exchange3000' })).toEqual([500, 'ErrorInvalidServerVersion']);
  });
});

describe('other servers and bad days', () => {
  const january = findItem(
    view('2027-01-01T00:00:00Z', '2027-02-01T00:00:00Z'),
    '<t:BaseShape>AllProperties</t:BaseShape>',
  );
  const kinds = async () => texts((await ask(asking, january)).body, 'CalendarItemType');

  test('a server that expands nothing shows masters, or even those alone that begin in the window', async () => {
    const { world } = server;
    const { mailbox } = world.userBy('ada@contoso.example')!;
    const recurrence = (startDate: string) => ({
      recurrence: { pattern: { type: 'daily', interval: 14 }, range: { type: 'noEnd', startDate } } as const,
    });
    const before = mailbox!.create(
      { subject: 'Before', start: '2026-12-30T09:00', end: '2026-12-30T10:00' },
      recurrence('2026-12-30'),
    );
    const within = mailbox!.create(
      { subject: 'Within', start: '2027-01-30T09:00', end: '2027-01-30T10:00' },
      recurrence('2027-01-30'),
    );
    expect(await kinds()).toEqual(['Occurrence', 'Occurrence', 'Occurrence']);
    world.habits = { ...world.habits, calendarView: 'masters' };
    expect(await kinds()).toEqual(['RecurringMaster', 'RecurringMaster']);
    world.habits = { ...world.habits, calendarView: 'mastersThatBegin' };
    expect(await kinds()).toEqual(['RecurringMaster']);
    world.habits = { ...world.habits, calendarView: 'occurrences' };
    for (const { number } of [before, within]) mailbox!.delete(number);
  });

  test('a database that is being moved says so for each thing; a mailbox that went is nobody’s', async () => {
    const { world } = server;
    const many = world.addUser({
      name: 'Many',
      address: 'many@contoso.example',
      trouble: 'ErrorMailboxMoveInProgress',
    });
    const mailbox = many.address;
    expect(await code(getItem(['x', 'y']), { mailbox })).toEqual([
      200,
      'ErrorMailboxMoveInProgress',
      'ErrorMailboxMoveInProgress',
    ]);
    many.trouble = null;
    expect(await code(january, { mailbox })).toEqual([200, 'NoError']);
    world.moveAway(many);
    expect(await code(january, { mailbox })).toEqual([500, 'ErrorNonExistentMailbox']);
  });

  test('answers without prefixes and with what no schema knows mean the same', async () => {
    const { world } = server;
    const before = await ask(asking, findItem(november));
    const { habits } = world;
    world.habits = { ...habits, prefixes: 'none', declaration: false, unknownElements: true };
    const after = await ask(asking, findItem(november));
    world.habits = habits;
    expect(after.text).toMatch(/^<Envelope xmlns=/);
    expect(all(after.body, 'ItemId')).toEqual(all(before.body, 'ItemId'));
  });
});

describe('limits', () => {
  test('“later” is told in three shapes', async () => {
    server.throttling.order('fault', 'unavailable', 'unavailableEmpty', 'message');
    const fault = await ask(asking, findItem(november));
    expect([fault.status, texts(fault.body, 'ResponseCode')[0], texts(fault.body, 'Value')[0]]).toEqual([
      500,
      'ErrorServerBusy',
      '1000',
    ]);
    expect((await ask(asking, findItem(november))).status).toBe(503);
    expect(await ask(asking, findItem(november))).toMatchObject({ status: 503, text: '' });
    const message = await ask(asking, findItem(november));
    expect([message.status, texts(message.body, 'ResponseCode')[0], texts(message.body, 'Value')[0]]).toEqual([
      200,
      'ErrorServerBusy',
      '1000',
    ]);
    expect(server.throttling.tooEarly, 'this client did not wait').toBeGreaterThan(0);
  });

  test('who asks for pages gets as many as the policy allows, who does not an error', async () => {
    const { world } = server;
    const { habits } = world;
    world.habits = { ...habits, findLimit: 3 };
    const paged = await ask(asking, findItem(view('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', 100)));
    expect([
      all(paged.body, 'CalendarItem').length,
      all(paged.body, 'RootFolder')[0]!.attributes.IncludesLastItemInRange,
    ]).toEqual([3, 'false']);
    const whole = await ask(asking, findItem(november));
    expect([texts(whole.body, 'ResponseCode')[0], texts(whole.body, 'Value')[0]]).toEqual([
      'ErrorExceededFindCountLimit',
      '3',
    ]);
    world.habits = { ...habits, findLimit: 3, findLimitTaken: [2, 2] };
    expect(
      all(
        (await ask(asking, findItem(view('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', 100)))).body,
        'CalendarItem',
      ),
    ).toHaveLength(1);
    world.habits = habits;
  });

  test('no more requests at a time than the policy allows', async () => {
    const { world } = server;
    world.habits = { ...world.habits, maxConcurrency: 0 };
    expect(await code(findItem(november))).toEqual([500, 'ErrorExceededConnectionCount']);
    world.habits = { ...world.habits, maxConcurrency: 27 };
  });
});

test('automatic replies are read and set, with a schedule that makes sense', async () => {
  const before = await ask(asking, getOof('ada@contoso.example'));
  expect([texts(before.body, 'OofState')[0], texts(before.body, 'AllowExternalOof')[0]]).toEqual(['Disabled', 'All']);
  const duration = (from: string, to: string) =>
    `<t:Duration><t:StartTime>${from}</t:StartTime><t:EndTime>${to}</t:EndTime></t:Duration>`;
  const scheduled = (when: string) =>
    `<t:OofState>Scheduled</t:OofState><t:ExternalAudience>Known</t:ExternalAudience>${when}<t:InternalReply><t:Message>Away</t:Message></t:InternalReply><t:ExternalReply><t:Message>Away</t:Message></t:ExternalReply>`;
  expect(await code(setOof('ada@contoso.example', scheduled('')))).toEqual([200, 'ErrorInvalidScheduledOofDuration']);
  expect(
    await code(setOof('ada@contoso.example', scheduled(duration('2099-01-01T00:00:00Z', '2099-01-02T00:00:00Z')))),
  ).toEqual([200, 'NoError']);
  expect(server.world.userBy('ada@contoso.example')!.mailbox!.automaticReplies).toMatchObject({
    status: 'scheduled',
    externalAudience: 'contactsOnly',
    scheduledStart: '2099-01-01T00:00:00.000Z',
  });
  expect(await code(getOof('grace@contoso.example'))).toEqual([200, 'ErrorAccessDenied']);
  const zones = await ask(
    asking,
    '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>Tokyo Standard Time</t:Id></m:Ids></m:GetServerTimeZones>',
  );
  expect(all(zones.body, 'Period').map(({ attributes }) => attributes.Bias)).toEqual(['-PT9H']);
});

test('people can change on a page what stands in a calendar', async () => {
  const overview = async () => (await fetch(`${server.url}/`)).text();
  const { id, mailbox } = server.world.userBy('grace@contoso.example')!;
  expect(await overview()).toContain('svc-whenabouts@contoso.example');
  const body = new URLSearchParams({ user: id, action: 'add', subject: 'By hand' });
  await fetch(`${server.url}/do`, { method: 'POST', body });
  expect([...mailbox!.items.values()].map(({ fields }) => fields.subject)).toEqual(['By hand']);
  expect(await overview()).toContain('By hand');
  expect(await (await fetch(`${server.url}/owa/?ItemID=AAMk%2B`)).text()).toContain('?ItemID=AAMk%2B');
});

test('every answer is in the order of Microsoft’s schema', () => {
  expect(answers.length).toBeGreaterThan(20);
  const schema = ewsSchema();
  if (!schema) return;
  try {
    expect(schema.faultsOf(answers)).toEqual([]);
  } finally {
    schema.close();
  }
});

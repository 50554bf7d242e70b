/** The simulator by itself: what it answers has the shapes of Microsoft's metadata, and it does what the real thing is known to. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Habits, nasty, tame } from './habits.ts';
import { type Microsoft365, startMicrosoft365 } from './microsoft365.ts';

const schema = JSON.parse(readFileSync(new URL('./schema/graph.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(schema, 'graph');
const shape = (name: string) => ajv.compile({ $ref: `graph#/$defs/${name}` });
const shapes = {
  event: shape('event'),
  calendar: shape('calendar'),
  settings: shape('mailboxSettings'),
  subscription: shape('subscription'),
  presence: shape('presence'),
  notice: shape('changeNotification'),
};

let cloud: Microsoft365;
let token = '';
const seen: string[] = [];
const start = Date.UTC(2026, 10, 16);
const end = Date.UTC(2026, 10, 30);
const window = `startDateTime=${new Date(start).toISOString()}&endDateTime=${new Date(end).toISOString()}`;

/** Holds every answer against the schema. */
function inspect(path: string, body: unknown): void {
  const kind = /\/calendars(\?|$)|\/calendar$/.test(path)
    ? 'calendar'
    : /mailboxSettings$/.test(path)
      ? 'settings'
      : /subscriptions/.test(path)
        ? 'subscription'
        : /presence$/.test(path)
          ? 'presence'
          : /events|calendarView/.test(path)
            ? 'event'
            : null;
  if (!kind || !body || typeof body !== 'object' || 'error' in body) return;
  const { '@odata.context': _, ...rest } = body as { value?: unknown[] } & Record<string, unknown>;
  for (const value of Array.isArray(rest.value) ? rest.value : [rest]) {
    const validate = shapes[kind];
    if (!validate(value)) throw new Error(`${path}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
    seen.push(kind);
  }
}

async function get(path: string, init: RequestInit & { prefer?: string } = {}) {
  const address = path.startsWith('http') ? path : `${cloud.url}/v1.0${path}`;
  const headers = {
    authorization: `Bearer ${token}`,
    ...(init.prefer && { prefer: init.prefer }),
    ...(init.headers as object),
  };
  const answer = await fetch(address, { ...init, headers });
  const text = await answer.text();
  const body = text ? JSON.parse(text) : null;
  if (answer.ok) inspect(new URL(address).pathname, body);
  return { status: answer.status, body, headers: answer.headers };
}

beforeAll(async () => {
  cloud = await startMicrosoft365({ habits: tame });
  const { world } = cloud;
  const tenant = world.addTenant();
  world.addApplication({ tenantId: tenant.id, clientId: 'public', kind: 'public' });
  world.addApplication({
    tenantId: tenant.id,
    clientId: 'confidential',
    redirectUris: ['http://127.0.0.1/callback'],
    secrets: [{ value: 'right', expiresAt: Date.now() + 1_000_000 }],
    adminConsent: { scopes: [], roles: ['Calendars.Read'] },
    mailboxScope: ['grace@contoso.example'],
  });
  const ada = world.addUser({ tenantId: tenant.id, name: 'Ada Lovelace', address: 'ada@contoso.example' });
  world.addUser({ tenantId: tenant.id, name: 'Grace Hopper', address: 'grace@contoso.example' });
  const { mailbox } = ada;
  mailbox.create({
    subject: 'Review',
    start: '2026-11-23T10:00',
    end: '2026-11-23T11:00',
    joinUrl: 'https://teams.example/j',
  });
  mailbox.create({
    subject: 'Holiday',
    start: '2026-11-24T00:00',
    end: '2026-11-25T00:00',
    isAllDay: true,
    showAs: 'oof',
  });
  const series = mailbox.create(
    { subject: 'Stand-up', start: '2026-11-17T09:00', end: '2026-11-17T09:15' },
    {
      recurrence: {
        pattern: { type: 'daily', interval: 1 },
        range: { type: 'numbered', startDate: '2026-11-17', numberOfOccurrences: 5 },
      },
    },
  );
  mailbox.updateOccurrence(series.number, '2026-11-19', { start: '2026-11-19T14:00', end: '2026-11-19T14:30' });
  token = cloud.grant('public', ada.address, [
    'Calendars.Read',
    'MailboxSettings.ReadWrite',
    'Presence.ReadWrite',
    'User.Read',
  ]).access_token;
});
afterAll(() => cloud.stop());

async function round(link: string, prefer?: string) {
  const events: Array<Record<string, unknown>> = [];
  for (let next = link; ; ) {
    const { status, body } = await get(next, prefer ? { prefer } : {});
    if (status !== 200) return { status, events, delta: '' };
    events.push(...body.value);
    if (body['@odata.deltaLink']) return { status, events, delta: body['@odata.deltaLink'] as string };
    next = body['@odata.nextLink'];
  }
}

describe('Graph', () => {
  test('answers in the shapes of Microsoft’s metadata', async () => {
    const { body } = await get('/me/calendars');
    const [calendar] = body.value;
    await get(`/me/calendars/${calendar.id}/calendarView?${window}&$top=50`);
    await get('/me/mailboxSettings');
    await get('/me/presence');
    const { events } = await round(`/me/calendars/${calendar.id}/calendarView/delta?${window}`);
    const stub = events.find(({ type }) => type === 'occurrence')!;
    expect(
      Object.keys(stub)
        .filter((key) => !key.startsWith('@'))
        .sort(),
    ).toEqual(['end', 'id', 'seriesMasterId', 'start', 'type']);
    const master = await get(`/me/events/${stub.seriesMasterId}`);
    expect(master.body).toMatchObject({
      type: 'seriesMaster',
      subject: 'Stand-up',
      start: { dateTime: '2026-11-17T08:00:00.0000000', timeZone: 'UTC' },
    });
    const instances = await get(`/me/events/${stub.seriesMasterId}/instances?${window}`);
    expect(instances.body.value.map(({ type }: { type: string }) => type).sort()).toEqual([
      'exception',
      ...Array(4).fill('occurrence'),
    ]);
    expect(
      new Set(instances.body.value.map(({ iCalUId }: { iCalUId: string }) => iCalUId)).size,
      'an iCalUId for each occurrence',
    ).toBe(5);
    expect(events.find(({ subject }) => subject === 'Holiday')).toMatchObject({
      start: { dateTime: '2026-11-24T00:00:00.0000000' },
    });
    expect(new Set(seen)).toEqual(new Set(['calendar', 'event', 'settings', 'presence']));
  });

  test('tells in the next round what changed, removals outside the window included', async () => {
    const { mailbox } = cloud.world.userBy('ada@contoso.example')!;
    const first = await round(`/me/calendarView/delta?${window}`);
    expect((await round(first.delta)).events).toEqual([]);
    const far = mailbox!.create({ subject: 'Far away', start: '2028-01-01T10:00', end: '2028-01-01T11:00' });
    mailbox!.update(1, { subject: 'Review, moved', start: '2026-11-23T15:00', end: '2026-11-23T16:00' });
    const second = await round(first.delta);
    expect(second.events.map(({ subject, '@removed': removed }) => [subject, removed])).toEqual([
      ['Review, moved', undefined],
      [undefined, { reason: 'deleted' }],
    ]);
    mailbox!.delete(far.number);
    const [series] = [...mailbox!.items.values()].filter(({ recurrence }) => recurrence);
    mailbox!.cancelOccurrence(series!.number, '2026-11-20');
    expect((await round(second.delta)).events).toEqual([
      expect.objectContaining({ '@removed': { reason: 'deleted' } }),
      expect.objectContaining({ '@removed': { reason: 'deleted' } }),
    ]);
    cloud.rounds.forgetAll();
    expect([404, 410]).toContain((await round(second.delta)).status);
  });

  test('under its worst habits tells the same in the end', async () => {
    const bad: Habits = { ...nasty, faults: 0, cuts: 0, moody429: 0, forgottenTokens: 0, latency: [0, 0] };
    cloud.world.habits = bad;
    try {
      const truth = await get(`/me/calendarView?${window}&$top=100`);
      const { events } = await round(`/me/calendarView/delta?${window}`, 'odata.maxpagesize=50');
      const ids = new Set(
        events.filter((event) => !event['@removed'] && event.type !== 'seriesMaster').map(({ id }) => id),
      );
      expect(ids).toEqual(new Set(truth.body.value.map(({ id }: { id: string }) => id)));
    } finally {
      cloud.world.habits = { ...tame };
    }
  });

  test('lets four requests at a time into a mailbox, and judges each part of a batch alone', async () => {
    cloud.world.habits = { ...tame, latency: [250, 250] };
    try {
      const answers = await Promise.all(Array.from({ length: 6 }, () => get('/me/mailboxSettings')));
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
      expect(answers.find(({ status }) => status === 429)!.headers.get('retry-after')).toBe('1');
      const requests = [...Array(5)].map((_, at) => ({
        id: String(at),
        method: 'GET',
        url: at === 4 ? '/me/events/none' : '/me/mailboxSettings',
      }));
      const { body } = await get('/$batch', {
        method: 'POST',
        body: JSON.stringify({ requests }),
        headers: { 'content-type': 'application/json' },
      });
      expect(body.responses.map(({ status }: { status: number }) => status).sort()).toEqual([200, 200, 200, 200, 404]);
    } finally {
      cloud.world.habits = { ...tame };
    }
  });

  test('keeps automatic replies as pages, and refuses a schedule that is over', async () => {
    const patch = (automaticRepliesSetting: object) =>
      get('/me/mailboxSettings', { method: 'PATCH', body: JSON.stringify({ automaticRepliesSetting }) });
    const at = (ahead: number) => ({ dateTime: new Date(Date.now() + ahead).toISOString(), timeZone: 'UTC' });
    const schedule = (from: number, to: number) => ({
      ...{ status: 'scheduled', scheduledStartDateTime: at(from), scheduledEndDateTime: at(to) },
    });
    const { status, body } = await patch({ ...schedule(-1_000, 3_600_000), internalReplyMessage: 'Away' });
    expect(status).toBe(200);
    expect(body.automaticRepliesSetting).toMatchObject({ status: 'scheduled', externalAudience: 'all' });
    expect(body.automaticRepliesSetting.internalReplyMessage).toMatch(/^<html>[\s\S]*Away/);
    expect((await patch(schedule(-7_200_000, -3_600_000))).status).toBe(400);
    expect((await patch({ status: 'on' })).status).toBe(400);
    expect((await patch({ status: 'disabled' })).status).toBe(200);
  });

  test('an application reaches the mailboxes of its scope and no other', async () => {
    const body = new URLSearchParams({
      client_id: 'confidential',
      client_secret: 'right',
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    });
    const { id } = cloud.world.tenants[0]!;
    const granted = (await (await fetch(`${cloud.url}/${id}/oauth2/v2.0/token`, { method: 'POST', body })).json()) as {
      access_token: string;
    };
    const headers = { authorization: `Bearer ${granted.access_token}` };
    expect((await get('/users/grace@contoso.example/calendars', { headers })).status).toBe(200);
    expect((await get('/users/ada@contoso.example/calendars', { headers })).status).toBe(403);
    expect((await get('/users/nobody@contoso.example/calendars', { headers })).status).toBe(404);
  });
});

describe('subscriptions', () => {
  test('are validated, tell of changes and of their own end', async () => {
    const got: Array<Record<string, unknown>> = [];
    const { createServer } = await import('node:http');
    let arrived = () => {};
    const server = createServer((request, response) => {
      const check = new URL(request.url!, 'http://x').searchParams.get('validationToken');
      let text = '';
      request
        .on('data', (chunk) => {
          text += chunk;
        })
        .on('end', () => {
          if (check === null) got.push(...JSON.parse(text).value);
          response.writeHead(check === null ? 202 : 200, { 'content-type': 'text/plain' }).end(check ?? '');
          arrived();
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address() as { port: number };
    const notificationUrl = `http://127.0.0.1:${address.port}/notices`;
    const wanted = {
      changeType: 'created,updated,deleted',
      resource: 'me/events',
      clientState: 'secret',
      notificationUrl,
      lifecycleNotificationUrl: notificationUrl,
      expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const post = (body: object) => get('/subscriptions', { method: 'POST', body: JSON.stringify(body) });
    expect((await post({ ...wanted, notificationUrl: 'http://127.0.0.1:1/' })).status).toBe(400);
    const made = await post(wanted);
    expect(made.status).toBe(201);
    expect((await post(wanted)).status).toBe(409);
    const told = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    cloud.world
      .userBy('ada@contoso.example')!
      .mailbox!.create({ subject: 'New', start: '2026-11-26T10:00', end: '2026-11-26T11:00' });
    await told;
    expect(got[0]).toMatchObject({ subscriptionId: made.body.id, clientState: 'secret', changeType: 'created' });
    expect(shapes.notice(got[0]), ajv.errorsText(shapes.notice.errors)).toBe(true);
    expect((await get(`/subscriptions/${made.body.id}`, { method: 'DELETE' })).status).toBe(204);
    server.closeAllConnections();
    server.close();
  });
});

describe('the identity platform', () => {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const tenantId = () => cloud.world.tenants[0]!.id;
  const post = async (fields: Record<string, string>) => {
    const answer = await fetch(`${cloud.url}/${tenantId()}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
    return (await answer.json()) as Record<string, string> & { error_codes?: number[] };
  };
  const authorize = async (fields: Record<string, string>, method = 'POST') => {
    const answer = await fetch(`${cloud.url}/${tenantId()}/oauth2/v2.0/authorize`, {
      method,
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() };
  };
  const fields = () => ({
    client_id: 'public',
    response_type: 'code',
    redirect_uri: cloud.nativeClient(),
    scope: 'openid offline_access Calendars.ReadWrite',
    state: 's',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });

  test('asks for consent, gives a code once, checks the verifier, rotates refresh tokens', async () => {
    const user = cloud.world.userBy('grace@contoso.example')!.id;
    expect((await authorize({ ...fields(), user })).text).toContain('Permissions requested');
    const { location } = await authorize({ ...fields(), user, answer: 'accept' });
    const code = new URL(location!).searchParams.get('code')!;
    const exchange = {
      client_id: 'public',
      grant_type: 'authorization_code',
      code,
      redirect_uri: cloud.nativeClient(),
    };
    expect((await post({ ...exchange, code_verifier: 'wrong' })).error_codes).toEqual([501481]);
    expect((await post({ ...exchange, code_verifier: verifier, client_secret: 'x' })).error_codes).toEqual([700025]);
    const granted = await post({ ...exchange, code_verifier: verifier });
    expect(granted).toMatchObject({ token_type: 'Bearer', scope: 'openid Calendars.ReadWrite' });
    expect((await post({ ...exchange, code_verifier: verifier })).error_codes).toEqual([54005]);
    const refreshed = await post({
      client_id: 'public',
      grant_type: 'refresh_token',
      refresh_token: granted.refresh_token!,
    });
    expect(refreshed.refresh_token).not.toBe(granted.refresh_token);
    cloud.world.userBy('grace@contoso.example')!.validFrom = Date.now() + 1;
    expect(
      (await post({ client_id: 'public', grant_type: 'refresh_token', refresh_token: refreshed.refresh_token! }))
        .error_codes,
    ).toEqual([50173]);
  });

  test('refuses what isn’t registered, and sends to the administrator where only they consent', async () => {
    expect((await authorize({ ...fields(), redirect_uri: 'https://elsewhere.example/' })).text).toContain(
      'AADSTS50011',
    );
    expect((await authorize({ ...fields(), client_id: 'nobody' })).text).toContain('AADSTS700016');
    cloud.world.tenants[0]!.userConsent = 'administratorsOnly';
    const user = cloud.world.userBy('ada@contoso.example')!.id;
    cloud.world.userBy('ada@contoso.example')!.consents.clear();
    expect((await authorize({ ...fields(), user, answer: 'accept' })).text).toContain('Need admin approval');
    expect((await authorize({ ...fields(), user, answer: 'cancel' })).location).toContain('access_denied');
    expect(
      (await post({ client_id: 'confidential', client_secret: 'wrong', grant_type: 'client_credentials' })).error_codes,
    ).toEqual([7000215]);
  });
});

/**
 * What is sent, held against Microsoft's own schema where an Exchange server or another implementation supplies it: set
 * EWS_SCHEMA_DIR to the folder of messages.xsd and types.xsd (they lie in the virtual directory of EWS). The schema isn't
 * ours to pass on.
 */
import { afterAll, expect, test } from 'vitest';
import { ewsSchema } from '../../../../../test/ews-schema.ts';
import { writeReplies } from '../automatic-replies.ts';
import type { ExchangeMailbox, Operation } from '../client.ts';
import { findCalendarFolders } from '../operations/find-calendar-folders.ts';
import { findCalendarItems, findRecurringMasters } from '../operations/find-calendar-items.ts';
import { getItems } from '../operations/get-items.ts';
import { getOof } from '../operations/oof-settings.ts';
import { shapeOf } from '../operations/shapes.ts';
import { streamEvents } from '../operations/stream-events.ts';
import { subscribeStreaming, unsubscribe } from '../operations/subscribe-streaming.ts';
import { messagesNamespace, requestEnvelope, type ServerVersion, serverVersions } from './request.ts';
import { element, textElement, writeXml } from './writer.ts';

const schema = ewsSchema();
afterAll(() => schema?.close());
const written: string[] = [];

/** What an operation sends, without anybody to answer. */
async function sentBy(version: ServerVersion, work: (mailbox: ExchangeMailbox) => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const send = (operation: Operation) => {
    const node = typeof operation === 'function' ? operation(version) : operation;
    sent.push(requestEnvelope(node, version, { kind: 'PrimarySmtpAddress', value: 'anna@contoso.example' }));
  };
  const answer = { namespace: messagesNamespace, name: 'Answer', attributes: {}, children: [], text: '' };
  await work({
    address: 'anna@contoso.example',
    host: 'mail.contoso.example',
    call: async (operation) => {
      send(operation);
      return answer;
    },
    async *stream(operation) {
      send(operation);
      yield answer;
    },
  }).catch(() => undefined);
  return sent;
}

const from = Temporal.Instant.from('2026-10-05T00:00Z');
const replies = {
  ...({ internalMessage: 'Away <until> & "five"\r\n', externalMessage: '', audience: 'known' } as const),
  ...({ status: 'scheduled', start: from, end: from.add({ hours: 24 }) } as const),
};
const operations: [string, (mailbox: ExchangeMailbox) => Promise<unknown>][] = [
  ['GetFolder FindFolder', findCalendarFolders],
  ['FindItem', (mailbox) => findCalendarItems(mailbox, 'AAMk=', { from, to: from.add({ hours: 24 }) })],
  ['FindItem', (mailbox) => findRecurringMasters(mailbox, 'AAMk=')],
  ['GetItem', (mailbox) => getItems(mailbox, ['AAMk=', 'AAMl='])],
  ['GetItem', (mailbox) => getItems(mailbox, ['AAMk='], { mime: true })],
  ['Subscribe', (mailbox) => subscribeStreaming(mailbox, ['AAMk=', 'AAMl='])],
  ['Unsubscribe', (mailbox) => unsubscribe(mailbox, 'JgBl')],
  ['GetStreamingEvents', (mailbox) => Array.fromAsync(streamEvents(mailbox, ['JgBl', 'JgBm'], 29))],
  ['GetUserOofSettingsRequest', getOof],
  ['SetUserOofSettingsRequest', (mailbox) => writeReplies(mailbox, replies)],
  ['SetUserOofSettingsRequest', (mailbox) => writeReplies(mailbox, { ...replies, status: 'disabled', start: null })],
];
const requests = serverVersions.flatMap((version) => operations.map(([names, work]) => ({ names, version, work })));

test.each(requests)('$names by $version is what the schema asks for', async ({ names, version, work }) => {
  const sent = await sentBy(version, work);
  const bodies = sent.map((text) => /<soap:Body><m:(\w+)/.exec(text)?.[1]);
  expect(bodies).toEqual(names.split(' '));
  for (const text of sent) expect(text).toContain(`<t:RequestServerVersion Version="${version}"/>`);
  if (version === 'Exchange2010_SP1') expect(sent.join()).not.toMatch(/JoinOnlineMeetingUrl|StartTimeZoneId/);
  written.push(...sent);
});

test('all of it is valid by Microsoft’s schema, and another order isn’t', { timeout: 60_000 }, ({ skip }) => {
  if (!schema)
    return skip(
      'The requests weren’t held against Microsoft’s schema: EWS_SCHEMA_DIR isn’t set (see the head of this file).',
    );
  expect(written).toHaveLength(requests.length + serverVersions.length);
  expect(schema.faultsOf(written)).toEqual([]);
  const disordered = element('m:GetItem', {}, [
    element('m:ItemIds', {}, [element('t:ItemId', { Id: 'AAMk=' })]),
    shapeOf('m:ItemShape', []),
  ]);
  expect(schema.faultsOf([requestEnvelope(disordered, 'Exchange2013', null)]).join()).toContain('ItemIds');
});

test('text comes through as it is, but for what XML has no way to write', () => {
  const text = 'a<b>&"\'\t\n\r]]> ä € 😀';
  const written = writeXml(textElement('t:Message', `${text}\u0000\u0007\ud800\ufffe`));
  expect(written).toBe('<t:Message>a&lt;b&gt;&amp;"\'\t\n&#13;]]&gt; ä € 😀\ufffd</t:Message>');
  expect(writeXml(element('t:ItemId', { Id: '"<a>\n&' }))).toBe('<t:ItemId Id="&quot;&lt;a&gt;&#10;&amp;"/>');
});

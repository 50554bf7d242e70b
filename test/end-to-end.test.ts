/**
 * The product's one sentence, on real parts: another client writes an appointment to a real CalDAV server (Radicale),
 * and a real INVITE to its owner's extension on a real Asterisk rings the target while the appointment lasts, and the
 * owner's phone, or wherever the owner forwarded it before, once it is over. Also with the server killed between.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Product, startProduct, until } from './product.ts';
import { type AsteriskLab, startAsterisk } from './servers/asterisk.ts';
import { describeWith } from './servers/needs.ts';
import { type Radicale, startRadicale } from './servers/radicale.ts';
import { type Phones, startPhones } from './servers/sipp.ts';
import { dropTarget, makeTarget } from './store.ts';

interface Presence {
  status: string;
  until: string | null;
  reason: { origin: string; title?: string };
  forwarding: { mode: string; target: string | null };
  phones: Array<{ extension: string; phase: string; error: string | null }>;
}

describeWith(['radicale', 'asterisk', 'sipp'], 'from a real calendar to a real phone', () => {
  let target: Awaited<ReturnType<typeof makeTarget>>;
  let radicale: Radicale;
  let lab: AsteriskLab;
  let phones: Phones;
  let product: Product;
  let calendar: string;
  let accountId: string;

  beforeAll(async () => {
    target = await makeTarget();
    await Promise.all([
      startRadicale().then((started) => (radicale = started)),
      startAsterisk().then((started) => (lab = started)),
      startProduct(target).then((started) => (product = started)),
    ]);
    phones = await startPhones(lab);
    calendar = await radicale.makeCalendar('work');
    await product.api('PUT', '/settings/network', {
      allowedNetworks: ['127.0.0.0/8'],
      proxy: null,
      certificateAuthorities: [],
    });

    const me = await product.api<{ id: string }>('GET', '/me');
    const { host, port, username, password } = lab.ami;
    const system = await product.api<{ id: string }>('POST', '/phone-systems', {
      name: 'Asterisk',
      kind: 'asterisk',
      mode: 'active',
      settings: { host, port, username },
      secret: { password },
    });
    await product.api('POST', '/extensions', { userId: me.id, phoneSystemId: system.id, number: '101' });
    const { profiles } = await product.api<{ profiles: Array<{ id: string; key: string | null }> }>('GET', '/profiles');
    const appointment = profiles.find((profile) => profile.key === 'appointment');
    await product.api('PATCH', `/profiles/${appointment?.id}`, {
      forwarding: { mode: 'all', target: { kind: 'number', number: '102' } },
    });
    const account = await product.api<{ id: string }>('POST', '/accounts', {
      kind: 'caldav',
      settings: { address: radicale.address },
      secret: { kind: 'basic', username: radicale.user, password: radicale.password },
    });
    accountId = account.id;
    await until('first sync', health, ({ lastSuccessAt }) => lastSuccessAt !== null);
  });
  afterAll(async () => {
    await product?.stop();
    await phones?.stop();
    await Promise.all([lab?.stop(), radicale?.stop()]);
    if (target) await dropTarget(target);
  });

  const health = () =>
    product.api<{ lastSuccessAt: string | null; lastAttemptAt: string | null }>('GET', `/accounts/${accountId}`);
  const presence = () => product.api<Presence>('GET', '/users/me/presence');

  /** Written by another client; the product is told to look. Seconds are whole, as iCalendar has no others. */
  async function meet(uid: string, start: Temporal.Instant, end: Temporal.Instant): Promise<void> {
    const stamp = (at: Temporal.Instant) => at.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
    const response = await radicale.request(
      'PUT',
      `${calendar}${uid}.ics`,
      [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//another client//EN',
        'BEGIN:VEVENT',
        `UID:${uid}`,
        `DTSTAMP:${stamp(start)}`,
        `DTSTART:${stamp(start)}`,
        `DTEND:${stamp(end)}`,
        `SUMMARY:${uid}`,
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
      { 'content-type': 'text/calendar' },
    );
    expect(response.status).toBe(201);
    await product.api('POST', `/accounts/${accountId}/sync`);
    const seen = () =>
      product.api<{ appointments: Array<{ title: string }> }>(
        'GET',
        `/users/me/agenda?from=${start.subtract({ hours: 1 })}&to=${end.add({ hours: 1 })}`,
      );
    await until('the agenda', seen, ({ appointments }) => appointments.some(({ title }) => title === uid), 5);
  }
  const inSeconds = (seconds: number) =>
    Temporal.Now.instant().round({ smallestUnit: 'second', roundingMode: 'ceil' }).add({ seconds });
  const passed = (at: Temporal.Instant) =>
    new Promise((resolve) => setTimeout(resolve, Number(at.epochMilliseconds - Date.now())));

  test('calls follow the appointment at its second, and come back at its end', async () => {
    expect(await phones.placeCall('101')).toBe('101');
    const [start, end] = [inSeconds(2), inSeconds(9)];
    await meet('weekly', start, end);
    expect(await presence()).toMatchObject({ status: 'available', forwarding: { mode: 'off' } });

    await passed(start);
    const taken = await until('presence', presence, ({ status }) => status === 'appointment', 5);
    expect(taken).toMatchObject({ reason: { origin: 'appointment', title: 'weekly' }, forwarding: { target: '102' } });
    expect(Temporal.Instant.from(taken.until!).equals(end)).toBe(true);
    await until('the phone', presence, ({ phones: [phone] }) => phone?.phase === 'applied', 5);
    expect(await phones.placeCall('101')).toBe('102');

    await passed(end);
    await until('presence', presence, ({ status }) => status === 'available', 5);
    await until('the phone', presence, ({ phones: [phone] }) => phone?.phase === 'idle', 5);
    expect(await phones.placeCall('101')).toBe('101');
  });

  test('the forwarding that the user had before is back afterwards', async () => {
    expect(await phones.placeCall('*72103', '101')).toContain('answered by the phone system');
    expect(await phones.placeCall('101')).toBe('103');
    const [start, end] = [inSeconds(2), inSeconds(8)];
    await meet('review', start, end);
    await passed(start);
    await until('the phone', presence, ({ phones: [phone] }) => phone?.phase === 'applied', 5);
    expect(await phones.placeCall('101')).toBe('102');
    await passed(end);
    await until('the phone', presence, ({ phones: [phone] }) => phone?.phase === 'idle', 5);
    expect(await phones.placeCall('101')).toBe('103');
  });

  describe('with the server killed', () => {
    test('during the appointment: taken, killed, over while down, given back at the next start', async () => {
      const [start, end] = [inSeconds(2), inSeconds(7)];
      await meet('killed during', start, end);
      await passed(start);
      await until('the phone', presence, ({ phones: [phone] }) => phone?.phase === 'applied', 5);
      await product.kill();
      expect(await phones.placeCall('101')).toBe('102');
      await passed(end);
      await product.start();
      await until('the phone', presence, ({ phones: [phone] }) => phone?.phase === 'idle');
      expect(await phones.placeCall('101')).toBe('103');
    });

    test('before the appointment: late ones are activated at once', async () => {
      const [start, end] = [inSeconds(2), inSeconds(600)];
      await meet('killed before', start, end);
      await product.kill();
      await passed(start.add({ milliseconds: 500 }));
      await product.start();
      await until('the phone', presence, ({ phones: [phone] }) => phone?.phase === 'applied');
      expect(await phones.placeCall('101')).toBe('102');
      // Called off by the other client: given back without waiting for the end.
      await radicale.request('DELETE', `${calendar}killed before.ics`);
      await product.api('POST', `/accounts/${accountId}/sync`);
      await until('the phone', presence, ({ phones: [phone] }) => phone?.phase === 'idle');
      expect(await phones.placeCall('101')).toBe('103');
    });
  });
});

/** GetServerTimeZones: the zones that the server knows, with their rules where they are asked for. */
import { child, type Element, m } from '../xml/element.ts';
import type { Call } from './call.ts';
import { each, response } from './errors.ts';
import { zoneDefinition } from './time.ts';

const known = [
  ...['UTC', 'W. Europe Standard Time', 'Romance Standard Time', 'GMT Standard Time', 'Eastern Standard Time'],
  ...['Pacific Standard Time', 'Tokyo Standard Time', 'India Standard Time', 'AUS Eastern Standard Time'],
];

export function serverTimeZones({ request, world }: Call): Element {
  const asked = child(request, 'Ids')?.children.map(({ text }) => text.trim());
  const full = request.attributes.ReturnFullTimeZoneData !== 'false';
  const year = new Date(world.clock.now()).getUTCFullYear();
  const zones = known.filter((id) => !asked || asked.includes(id));
  const definitions = zones.map((id) => zoneDefinition('TimeZoneDefinition', id, full, year));
  return response('GetServerTimeZones', [
    each('GetServerTimeZonesResponseMessage', () => m('TimeZoneDefinitions', {}, definitions)),
  ]);
}

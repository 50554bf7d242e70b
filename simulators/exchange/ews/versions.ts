/** Schema versions a request may name (t:RequestServerVersion); without one it is served as in 2007. */
export const versions = [
  ...(['Exchange2007', 'Exchange2007_SP1', 'Exchange2010', 'Exchange2010_SP1', 'Exchange2010_SP2'] as const),
  ...(['Exchange2013', 'Exchange2013_SP1', 'Exchange2015', 'Exchange2016'] as const),
];
export type Version = (typeof versions)[number];

export const isAtLeast = (version: Version, wanted: Version): boolean =>
  versions.indexOf(version) >= versions.indexOf(wanted);

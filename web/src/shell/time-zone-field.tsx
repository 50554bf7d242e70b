import { NativeSelect } from '@mantine/core';

/** The browser's own zone, by its IANA name. */
export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function TimeZoneField(props: { label: string; value: string; onChange(zone: string): void; error?: string }) {
  const zones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), props.value]);
  return (
    <NativeSelect
      label={props.label}
      value={props.value}
      error={props.error}
      data={[...zones].sort().map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

import type { Presence } from '../../../server/src/api/schemas/presence.ts';

export type Status = Presence['status'];

/** In the order people look for them. */
export const statuses: readonly Status[] = [
  'available',
  'beRightBack',
  'appointment',
  'onThePhone',
  'doNotDisturb',
  'outOfOffice',
  'unavailable',
];

/** Every status has its own outline, so that it is known without its colour; `cut` is drawn in the page's colour. */
const shapes: Record<Status, { body: string; cut: string; hollow?: true }> = {
  available: { body: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z', cut: 'm4.8 8.3 2.3 2.3 4.2-4.7' },
  beRightBack: {
    body: 'M8 1.800a6.2 6.2 0 1 0 0 12.400A6.2 6.2 0 0 0 8 1.800Z',
    cut: 'M8 4.500V8l2.3 1.5',
    hollow: true,
  },
  appointment: {
    body: 'M3.5 1.500h9a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2Z',
    cut: 'M4.5 6h7M4.5 9.500h4',
  },
  onThePhone: {
    body: 'M4.2 1 1.4 2.300C1 9 7 15 13.7 14.600L15 11.800l-3.8-2.6-1.9 1.700a9 9 0 0 1-4.2-4.200l1.7-1.900z',
    cut: '',
  },
  doNotDisturb: { body: 'M5.1 1h5.800L15 5.100v5.800L10.9 15H5.100L1 10.900V5.100Z', cut: 'M4.5 8h7' },
  outOfOffice: { body: 'M8 .3 15.7 8 8 15.7.3 8Z', cut: 'M5 8h5.600M8.5 5.7 10.8 8l-2.3 2.3' },
  unavailable: {
    body: 'M8 1.800a6.2 6.2 0 1 0 0 12.400A6.2 6.2 0 0 0 8 1.800Z',
    cut: 'm5.7 5.7 4.6 4.600M10.3 5.700l-4.6 4.6',
    hollow: true,
  },
};

export function StatusMark({ status, size = 16 }: { status: Status; size?: number }) {
  const { body, cut, hollow } = shapes[status];
  return (
    <svg
      className={hollow ? 'status-mark hollow' : 'status-mark'}
      data-status={status}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path className="status-body" d={body} />
      {cut && <path className="status-cut" d={cut} />}
    </svg>
  );
}

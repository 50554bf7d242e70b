/** Line icons on a 20-pixel grid, drawn for Whenabouts; always beside a text or with a label on their button. */
const paths = {
  agenda: 'M4 5h12M4 10h8M4 15h10M16.5 10h.01',
  team: 'M7.5 9a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM2.5 16.5c0-3 2.2-4.7 5-4.7s5 1.7 5 4.7M13 4a2.5 2.5 0 0 1 0 4.8M14.7 12.2c1.8.6 2.8 2.1 2.8 4.3',
  calls: 'M3 14.5 8.2 9.3l3 3L17 6.5M12.5 6.5H17V11',
  accounts: 'M4 5.5h12v11H4zM4 8.5h12M7 3.5v3M13 3.5v3M10 10.5v4M8 12.5h4',
  settings:
    'M3.5 6h8M15.5 6h1M3.5 14h1M8.5 14h8M13.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6.5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  admin: 'M3.5 16.500V7L10 3.5 16.5 7v9.500zM8 16.500v-4h4v4M7.5 8.500h.01M12.5 8.500h.01',
  refresh: 'M16 10a6 6 0 1 1-1.8-4.250M16 3v3.500h-3.5',
  join: 'M3.5 6h8.500v8H3.500zM12 9l4.5-2.500v7L12 11',
  open: 'M8.5 4.500h-4v11h11v-4M11.5 4h4.500v4.500M16 4l-6.5 6.5',
  series:
    'M4 8.500V8a2.5 2.5 0 0 1 2.5-2.500H15M12.5 3 15 5.5 12.5 8M16 11.500v.5a2.5 2.5 0 0 1-2.5 2.500H5M7.5 17 5 14.5 7.5 12',
  private: 'M5.5 9h9v7h-9zM7.5 9V6.500a2.5 2.5 0 0 1 5 0V9',
  tentative: 'M7.5 7.500a2.5 2.5 0 1 1 3.7 2.200c-.8.4-1.2.9-1.2 1.800M10 14.500h.01',
  left: 'm12 5-5 5 5 5',
  right: 'm8 5 5 5-5 5',
  down: 'm5 8 5 5 5-5',
  bell: 'M5.5 13.500V9a4.5 4.5 0 0 1 9 0v4.500l1.5 1H4zM8.5 16.500h3',
  close: 'm5.5 5.5 9 9M14.5 5.500l-9 9',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  plus: 'M10 4.500v11M4.5 10h11',
  trash: 'M4.5 6h11M8 6V4h4v2M6 6l.7 10h6.600L14 6',
  signOut: 'M8.5 4.500h-4v11h4M8 10h8.500M13.5 7l3 3-3 3',
  download: 'M10 4v9M6.500 9.500 10 13l3.500-3.500M4 12.500v4h12v-4',
  print: 'M6 8V3.500h8V8M6 14H3.500V8h13v6H14M6 12h8v5H6z',
  signIn: 'M11.5 4.500h4v11h-4M3.5 10h8.500M9 7l3 3-3 3',
  shield: 'M10 3 16 5v4.500c0 3.500-2.400 6.200-6 7.500-3.600-1.300-6-4-6-7.500V5zM7.5 10l2 2 3.500-4',
  key: 'M7 13a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM10.500 9.500H17V12M14 9.500V12',
  search: 'M9 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM13 13l3.5 3.5',
  warning: 'M10 3.5 17 16H3zM10 8v4M10 14h.01',
  offline: 'M3 8a10 10 0 0 1 14 0M6 11a5.8 5.8 0 0 1 8 0M10 15h.01M4 4l12 12',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  undo: 'M7.5 5 4 8.5 7.5 12M4 8.500h7a4 4 0 0 1 0 8H8',
  keyboard: 'M3 6h14v8.500H3zM6 9h.01M9 9h.01M12 9h.01M15 9h.01M7 12h6',
  clock: 'M10 16.500a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM10 6.500V10l2.5 1.5',
  place: 'M10 17s5-4.6 5-8.500a5 5 0 0 0-10 0C5 12.4 10 17 10 17ZM10 10a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Z',
  person: 'M10 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 16.500c0-3 2.6-4.7 6-4.700s6 1.7 6 4.7',
  upload: 'M10 13V4M6.5 7.5 10 4l3.5 3.500M4 12.500v4h12v-4',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  link: 'M8.5 11.500a3 3 0 0 0 4.3 0l2.7-2.700a3 3 0 0 0-4.3-4.300L10 5.700M11.5 8.500a3 3 0 0 0-4.3 0l-2.7 2.700a3 3 0 0 0 4.3 4.300l1.2-1.2',
  server: 'M4 4h12v5H4zM4 11h12v5H4zM7 6.500h.01M7 13.500h.01',
  pause: 'M7.5 5v10M12.5 5v10',
  play: 'M7 4.500v11l8.5-5.500z',
  eye: 'M2.5 10s2.8-5 7.5-5 7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5ZM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  phone: 'M6.5 3.5 4 4.500c0 6 5.5 11.5 11.5 11.500l1-2.5-3.5-2-1.5 1.500a9 9 0 0 1-4.5-4.500L8.5 7z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

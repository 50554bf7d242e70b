import type { ReactNode } from 'react';
import { useMayChange } from './may-change.ts';

/** Controls that change something: shown to readers too, but not theirs to use. */
export function ForChange({ children }: { children: ReactNode }) {
  return (
    <fieldset className="for-change" disabled={!useMayChange()}>
      {children}
    </fieldset>
  );
}

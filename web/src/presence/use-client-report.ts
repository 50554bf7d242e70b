import { useEffect } from 'react';
import type { Me } from '../../../server/src/api/schemas/users.ts';

/** Begins to report a little after the page is there, where anything follows from it. */
const afterMs = 5_000;

export function useClientReport({ id: userId, clientHeeded }: Pick<Me, 'id' | 'clientHeeded'>): void {
  useEffect(() => {
    if (!clientHeeded) return;
    let stop: (() => void) | undefined;
    let left = false;
    const timer = setTimeout(async () => {
      const { reportThisPage } = await import('./client-report.ts');
      if (!left) stop = reportThisPage(userId);
    }, afterMs);
    return () => {
      left = true;
      clearTimeout(timer);
      stop?.();
    };
  }, [userId, clientHeeded]);
}

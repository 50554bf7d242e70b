import { useEffect } from 'react';

/** Begins to report a little after the page is there: nothing that anybody waits for. */
const afterMs = 5_000;

export function useClientReport(userId: string): void {
  useEffect(() => {
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
  }, [userId]);
}

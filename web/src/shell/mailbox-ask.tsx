import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useState } from 'react';
import type { GraphConsent } from '../../../server/src/api/schemas/graph-consent.ts';
import { get } from './api.ts';

/** Apart from everybody's first load: only who is asked, or comes back, loads them. */
const ConsentDialog = lazy(() => import('../accounts/microsoft365/consent-dialog.tsx'));
const Outcome = lazy(() => import('../accounts/microsoft365/outcome.tsx'));

/** Forgotten when somebody signs in (setup/sign-in-page.tsx): once a session is enough, in however many tabs. */
export const askedKey = 'whenabouts.microsoft365Asked';

// Read before a page's own search parameters replace it.
const cameBack = new URLSearchParams(window.location.search).get('microsoft365');

/** Leads to Microsoft's sign-in where the user's group wants it, and says what came of one. */
export function MailboxAsk() {
  const [outcome, setOutcome] = useState(cameBack);
  const [asked, setAsked] = useState(() => localStorage.getItem(askedKey) !== null);
  const consent = useQuery({
    queryKey: ['graphConsent'],
    queryFn: ({ signal }) => get<GraphConsent>('/users/me/graph-consent', signal),
    enabled: !asked && !outcome,
    staleTime: 300_000,
  });
  const said = useCallback(() => {
    setOutcome(null);
    const url = new URL(window.location.href);
    url.searchParams.delete('microsoft365');
    window.history.replaceState(window.history.state, '', url);
  }, []);
  const putOff = () => {
    localStorage.setItem(askedKey, '1');
    setAsked(true);
  };
  return (
    <Suspense>
      {outcome && <Outcome outcome={outcome} onSaid={said} />}
      {!outcome && !asked && consent.data?.needed && <ConsentDialog unasked onClose={putOff} />}
    </Suspense>
  );
}

import './shell/tokens.css';
import './shell/shell.css';
import './presence/presence.css';
import './agenda/agenda.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { languageReady } from './shell/language.ts';
import { router } from './shell/router.tsx';
import { keepPages } from './shell/service-worker.ts';
import { queries } from './shell/session.ts';
import { applyTheme } from './shell/theme.ts';

applyTheme();
await languageReady;
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Suspense>
        <RouterProvider router={router} />
      </Suspense>
    </QueryClientProvider>
  </StrictMode>,
);
// After everything the page itself needs; without it all works, only not offline.
setTimeout(() => void keepPages().catch(() => undefined), 5000);

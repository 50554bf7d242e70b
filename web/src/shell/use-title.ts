import { useEffect } from 'react';
import { announce } from './notices.tsx';

let lastTitle: string | undefined;

/** Names the page in the browser's tab and history, and tells screen readers when it has changed. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Whenabouts`;
    if (lastTitle !== undefined && lastTitle !== title) announce(title);
    lastTitle = title;
  }, [title]);
}

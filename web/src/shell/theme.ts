import { useSyncExternalStore } from 'react';

/** Light, dark, or as the system has it. Kept in the browser: it belongs to the screen, not to the user. */

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
const storageKey = 'whenabouts.theme';
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function stored(): Theme {
  const value = localStorage.getItem(storageKey);
  return themes.find((theme) => theme === value) ?? 'system';
}

function shown(): 'light' | 'dark' {
  const theme = stored();
  if (theme === 'system') return systemDark.matches ? 'dark' : 'light';
  return theme;
}

export function applyTheme(): void {
  document.documentElement.dataset.mantineColorScheme = shown();
  for (const tell of listeners) tell();
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  applyTheme();
}

systemDark.addEventListener('change', applyTheme);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, stored);
export const useShownTheme = (): 'light' | 'dark' => useSyncExternalStore(subscribe, shown);

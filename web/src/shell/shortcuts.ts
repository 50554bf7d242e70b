import { useEffect, useRef } from 'react';

/** Single keys, as mail programs have them; never while typing or inside a dialog, nor with a modifier. */
export const shortcuts = ['a', 'c', 'f', 'k', 's', 'p', 't', 'ArrowLeft', 'ArrowRight', 'j', 'r', '/', '?'] as const;
export type Shortcut = (typeof shortcuts)[number];

export function useShortcut(key: Shortcut, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const at = event.target as HTMLElement;
      if (at.closest('input, textarea, select, [contenteditable], [role=listbox], [role=radiogroup]')) return;
      if (document.querySelector('dialog[open]')) return;
      event.preventDefault();
      latest.current();
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [key]);
}

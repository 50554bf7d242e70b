import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Confirm } from '../shell/dialog.tsx';

/**
 * Asks before a page with unsaved changes is left, by a link as by closing the browser's tab. `release`: what was typed
 * is saved, one may go on at once.
 */
export function useUnsaved(dirty: boolean): { dialog: ReactNode; release(): void } {
  const { t } = useTranslation('administration');
  const released = useRef(false);
  if (!dirty) released.current = false;
  const blocks = () => dirty && !released.current;
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: blocks,
    enableBeforeUnload: blocks,
    withResolver: true,
  });
  return {
    release() {
      released.current = true;
    },
    dialog: status === 'blocked' && (
      <Confirm
        title={t('leave.title')}
        text={t('leave.text')}
        confirm={t('leave.yes')}
        onConfirm={proceed}
        onClose={reset}
      />
    ),
  };
}

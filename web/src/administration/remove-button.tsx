import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Confirm } from '../shell/dialog.tsx';
import { Problem } from '../shell/parts.tsx';
import { useChange } from './administration.queries.ts';

/** Removes something after a question. A refusal, which says what is in the way, stands where one has just asked. */
export function RemoveButton(props: {
  /** For screen readers: what of the list it removes. */
  label: string;
  title: string;
  text: string;
  path: string;
  /** The lists that are read again. */
  keys: readonly string[];
}) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const change = useChange(...props.keys);
  function close(): void {
    setAsking(false);
    change.reset();
  }
  return (
    <>
      <button type="button" className="button quiet" aria-label={props.label} onClick={() => setAsking(true)}>
        {t('remove')}
      </button>
      {asking && (
        <Confirm
          title={props.title}
          text={props.text}
          confirm={t('remove')}
          busy={change.isPending || change.isError}
          onClose={close}
          onConfirm={() => change.mutate({ method: 'DELETE', path: props.path }, { onSuccess: close })}
        >
          {change.isError && <Problem error={change.error} />}
        </Confirm>
      )}
    </>
  );
}

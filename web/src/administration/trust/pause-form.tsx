import { Radio, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { type PausePlace, usePausing } from './trust.queries.ts';

/** Asks which kind of pause, why, and until when. */
export function PauseForm({ place, name, onClose }: { place: PausePlace; name: string; onClose(): void }) {
  const { t } = useTranslation('administration/trust');
  const pausing = usePausing(place);
  const [giveBack, setGiveBack] = useState(true);
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    const end = until === '' ? null : new Date(until).toISOString();
    pausing.mutate(
      { giveBack, reason: reason.trim() || null, until: end },
      {
        onSuccess() {
          notify(t('isPaused', { name }));
          onClose();
        },
      },
    );
  }

  return (
    <Dialog title={t('pauseTitle', { name })} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <Radio.Group
          label={t('whatNow')}
          value={giveBack ? 'giveBack' : 'leave'}
          onChange={(value) => setGiveBack(value === 'giveBack')}
        >
          <Radio value="giveBack" label={t('choice.giveBack')} description={t('choice.giveBackHint')} mt="xs" />
          <Radio value="leave" label={t('choice.leave')} description={t('choice.leaveHint')} mt="xs" />
        </Radio.Group>
        <TextInput
          label={t('reason')}
          description={t('reasonHint')}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('untilLabel')}
          description={t('untilHint')}
          error={fieldError(pausing.error, 'until')}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        {pausing.isError && !isFieldError(pausing.error, ['until']) && <Problem error={pausing.error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={pausing.isPending}>
            {t(giveBack ? 'giveBackNow' : 'pauseNow')}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t('cancel', { ns: 'shell' })}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

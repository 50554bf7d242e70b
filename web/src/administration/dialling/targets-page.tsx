import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PredefinedTarget } from '../../../../server/src/api/schemas/dialling.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { notify } from '../../shell/notices.tsx';
import { Empty } from '../../shell/parts.tsx';
import { ServerWords } from '../../shell/server-words.tsx';
import { useChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { RemoveButton } from '../remove-button.tsx';
import { Section } from '../section.tsx';
import { targetsQuery } from './dialling.queries.ts';

/** The numbers of a location that profiles may forward to, by name. */
export default function TargetsPage({ id }: { id: string }) {
  const { t } = useTranslation('administration/dialling');
  const targets = useQuery(targetsQuery(id));
  const mayChange = useMayChange();
  const [editing, setEditing] = useState<PredefinedTarget | 'new' | null>(null);
  return (
    <Section
      title={t('targets.title')}
      intro={t('targets.intro')}
      add={{ label: t('targets.add'), run: () => setEditing('new') }}
      query={targets}
    >
      {targets.data?.length === 0 && <Empty icon="phone" title={t('targets.none')} text={t('targets.noneText')} />}
      <ul className="list" hidden={targets.data?.length === 0}>
        {targets.data?.map((target) => (
          <li key={target.id}>
            <div>
              <strong>{target.name}</strong>
              <p>
                {target.number}
                {target.dialled && ` · ${t('targets.dialled', { number: target.dialled })}`}
              </p>
              {target.dialled === null && <p className="problem-text">{t('targets.refused')}</p>}
              <ServerWords text={target.reason} />
            </div>
            {mayChange && (
              <div className="actions">
                <button
                  type="button"
                  className="button quiet"
                  aria-label={t('targets.changeLabel', { name: target.name })}
                  onClick={() => setEditing(target)}
                >
                  {t('change', { ns: 'shell' })}
                </button>
                <RemoveButton
                  label={t('targets.removeLabel', { name: target.name })}
                  title={t('targets.removeTitle', { name: target.name })}
                  text={t('targets.removeText')}
                  path={`/predefined-targets/${target.id}`}
                  keys={['targets']}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      {editing && (
        <TargetForm target={editing === 'new' ? null : editing} locationId={id} onClose={() => setEditing(null)} />
      )}
    </Section>
  );
}

function TargetForm(props: { target: PredefinedTarget | null; locationId: string; onClose(): void }) {
  const { t } = useTranslation('administration/dialling');
  const { target } = props;
  const save = useChange('targets', 'profiles');
  const [name, setName] = useState(target?.name ?? '');
  const [number, setNumber] = useState(target?.number ?? '');

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = { name: name.trim(), number: number.trim() };
    save.mutate(
      target
        ? { method: 'PATCH', path: `/predefined-targets/${target.id}`, body }
        : { method: 'POST', path: `/locations/${props.locationId}/predefined-targets`, body },
      {
        onSuccess() {
          notify(t('saved', { ns: 'shell' }));
          props.onClose();
        },
      },
    );
  }

  return (
    <Dialog title={target ? t('targets.changeLabel', { name: target.name }) : t('targets.add')} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('targets.name')}
          required
          maxLength={100}
          autoComplete="off"
          value={name}
          error={fieldError(save.error, 'name')}
          onChange={({ currentTarget: { value } }) => setName(value)}
        />
        <TextInput
          label={t('targets.number')}
          description={t('targets.numberHint')}
          required
          type="tel"
          autoComplete="off"
          value={number}
          error={fieldError(save.error, 'number')}
          onChange={({ currentTarget: { value } }) => setNumber(value)}
        />
        <FormFoot change={save} beside={['name', 'number']} />
      </form>
    </Dialog>
  );
}

import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';
import { browserZone, TimeZoneField } from '../../shell/time-zone-field.tsx';
import { type Group, type Location, locationsQuery, useChange } from '../administration.queries.ts';

export function LocationForm(props: { location: Location | null; onClose(): void; onMade?(location: Location): void }) {
  const { t } = useTranslation('administration/locations');
  const { location } = props;
  const save = useChange<Location>('locations', 'groups');
  const [name, setName] = useState(location?.name ?? '');
  const [timeZone, setTimeZone] = useState(location?.timeZone ?? browserZone());

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = { name: name.trim(), timeZone };
    save.mutate(
      location
        ? { method: 'PATCH', path: `/locations/${location.id}`, body }
        : { method: 'POST', path: '/locations', body },
      {
        onSuccess(made) {
          notify(t('saved', { ns: 'shell' }));
          props.onClose();
          props.onMade?.(made);
        },
      },
    );
  }

  return (
    <Dialog title={location ? t('changeTitle', { name: location.name }) : t('add')} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('name')}
          description={t('nameHint')}
          required
          maxLength={100}
          autoComplete="off"
          value={name}
          error={fieldError(save.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TimeZoneField
          label={t('timeZone')}
          value={timeZone}
          error={fieldError(save.error, 'timeZone')}
          onChange={setTimeZone}
        />
        {save.isError && !isFieldError(save.error, ['name', 'timeZone']) && <Problem error={save.error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={save.isPending}>
            {location ? t('save', { ns: 'shell' }) : t('add')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function GroupForm(props: {
  group: Group | null;
  locationId: string;
  onClose(): void;
  onMade?(group: Group): void;
}) {
  const { t } = useTranslation('administration/locations');
  const { group } = props;
  const { data: locations = [] } = useQuery(locationsQuery);
  const save = useChange<Group>('groups', 'locations', 'function');
  const [name, setName] = useState(group?.name ?? '');
  const [locationId, setLocationId] = useState(props.locationId);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = { name: name.trim(), locationId };
    save.mutate(
      group ? { method: 'PATCH', path: `/groups/${group.id}`, body } : { method: 'POST', path: '/groups', body },
      {
        onSuccess(made) {
          notify(t('saved', { ns: 'shell' }));
          props.onClose();
          props.onMade?.(made);
        },
      },
    );
  }

  return (
    <Dialog title={group ? t('changeTitle', { name: group.name }) : t('group.add')} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('name')}
          description={t('group.nameHint')}
          required
          maxLength={100}
          autoComplete="off"
          value={name}
          error={fieldError(save.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {group && locations.length > 1 && (
          <NativeSelect
            label={t('group.location')}
            description={t('group.locationHint')}
            value={locationId}
            error={fieldError(save.error, 'locationId')}
            data={locations.map((location) => ({ value: location.id, label: location.name }))}
            onChange={(event) => setLocationId(event.currentTarget.value)}
          />
        )}
        {save.isError && !isFieldError(save.error, ['name', 'locationId']) && <Problem error={save.error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={save.isPending}>
            {group ? t('save', { ns: 'shell' }) : t('group.add')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

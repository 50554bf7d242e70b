import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../shell/dialog.tsx';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { notify } from '../../shell/notices.tsx';
import { browserZone, TimeZoneField } from '../../shell/time-zone-field.tsx';
import { type Group, type Location, locationsQuery, useChange } from '../administration.queries.ts';

interface Ends<Made> {
  onClose(): void;
  onMade?(made: Made): void;
}

export function LocationForm({ location, ...ends }: { location: Location | null } & Ends<Location>) {
  const { t } = useTranslation('administration/locations');
  const [timeZone, setTimeZone] = useState(location?.timeZone ?? browserZone());
  return (
    <NamedForm<Location>
      {...ends}
      known={location}
      path="/locations"
      also={{ timeZone }}
      keys={['locations', 'groups']}
      add={t('add')}
      hint={t('nameHint')}
      more={(error) => (
        <TimeZoneField
          label={t('timeZone')}
          value={timeZone}
          error={fieldError(error, 'timeZone')}
          onChange={setTimeZone}
        />
      )}
    />
  );
}

export function GroupForm({ group, ...props }: { group: Group | null; locationId: string } & Ends<Group>) {
  const { t } = useTranslation('administration/locations');
  const { data: locations = [] } = useQuery(locationsQuery);
  const [locationId, setLocationId] = useState(props.locationId);
  return (
    <NamedForm<Group>
      {...props}
      known={group}
      path="/groups"
      also={{ locationId }}
      keys={['groups', 'locations', 'function']}
      add={t('group.add')}
      hint={t('group.nameHint')}
      more={(error) =>
        group &&
        locations.length > 1 && (
          <NativeSelect
            label={t('group.location')}
            description={t('group.locationHint')}
            value={locationId}
            error={fieldError(error, 'locationId')}
            data={locations.map((location) => ({ value: location.id, label: location.name }))}
            onChange={(event) => setLocationId(event.currentTarget.value)}
          />
        )
      }
    />
  );
}

/** What has a name, and one thing more. */
function NamedForm<Made>(
  props: Ends<Made> & {
    known: { id: string; name: string } | null;
    path: string;
    also: Record<string, string>;
    keys: readonly string[];
    add: string;
    hint: string;
    more(error: unknown): ReactNode;
  },
) {
  const { t } = useTranslation('administration/locations');
  const { known, path, also } = props;
  const save = useChange<Made>(...props.keys);
  const [name, setName] = useState(known?.name ?? '');

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = { name: name.trim(), ...also };
    save.mutate(known ? { method: 'PATCH', path: `${path}/${known.id}`, body } : { method: 'POST', path, body }, {
      onSuccess(made) {
        notify(t('saved', { ns: 'shell' }));
        props.onClose();
        props.onMade?.(made);
      },
    });
  }

  return (
    <Dialog title={known ? t('changeTitle', { name: known.name }) : props.add} onClose={props.onClose}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('name')}
          description={props.hint}
          required
          maxLength={100}
          autoComplete="off"
          value={name}
          error={fieldError(save.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {props.more(save.error)}
        <FormFoot
          change={save}
          beside={['name', ...Object.keys(also)]}
          label={known ? t('save', { ns: 'shell' }) : props.add}
        />
      </form>
    </Dialog>
  );
}

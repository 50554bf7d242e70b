import './users.css';
import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useDeferredValue, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { findUsers } from './users.queries.ts';

export interface PickedUser {
  id: string;
  displayName: string;
}

/** One person, found by typing: arrow keys choose among those found, Enter takes one, an emptied field means nobody. */
export function UserPicker(props: {
  label: string;
  description?: string;
  /** Undefined while it isn't known who it is. */
  picked: PickedUser | null | undefined;
  except?: readonly string[];
  error?: string | undefined;
  pick(user: PickedUser | null): void;
}) {
  const { t } = useTranslation('administration/users');
  const list = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const search = useDeferredValue((typed ?? '').trim());
  const isOpen = typed !== null && search !== '';
  const { data = [] } = useQuery({ ...findUsers(search), enabled: isOpen });
  const found = data.filter(({ id }) => !props.except?.includes(id));

  function take(index: number): void {
    const user = found[index];
    if (!user) return;
    props.pick({ id: user.id, displayName: user.displayName });
    setTyped(null);
  }
  function pressed(event: KeyboardEvent): void {
    if (!isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((found.length + at + step) % Math.max(1, found.length));
    else if (event.key === 'Enter') take(at);
    else if (event.key === 'Escape') setTyped(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div className="picker">
      <TextInput
        label={props.label}
        description={props.description}
        error={props.error}
        placeholder={t('picker.placeholder')}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found[at] ? `${list}-${at}` : undefined}
        autoComplete="off"
        value={typed ?? props.picked?.displayName ?? ''}
        onChange={(event) => {
          const text = event.currentTarget.value;
          setTyped(text);
          setAt(0);
          if (text.trim() === '') props.pick(null);
        }}
        onKeyDown={pressed}
        onBlur={() => setTyped(null)}
      />
      <div id={list} role="listbox" aria-label={t('picker.found')} className="picker-list" hidden={!isOpen}>
        {found.map((user, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which names the active option.
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field hears the keys.
          <div
            key={user.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(index)}
          >
            <strong>{user.displayName}</strong> <small>{user.email}</small>
          </div>
        ))}
        {isOpen && found.length === 0 && <p className="hint">{t('picker.none')}</p>}
      </div>
    </div>
  );
}

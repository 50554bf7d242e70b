import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Draft, draftOf } from './draft.ts';
import { type RecipeName, recipeNames, recipes, settingsOf } from './recipes.ts';
import type { SecretKind } from './secret.tsx';

/** Fills the templates from a recipe, and again with the company's own server as it is typed. */
export function RecipeChoice({ fill }: { fill(draft: Draft, secret: SecretKind): void }) {
  const { t } = useTranslation('administration/http-phone');
  const [name, setName] = useState<RecipeName>('empty');
  const [server, setServer] = useState('');
  function choose(name: RecipeName, server: string): void {
    setName(name);
    setServer(server);
    if (name === 'empty') fill(draftOf(null), 'none');
    else fill(draftOf(settingsOf(name, server)), recipes[name].secret);
  }
  const example = name === 'empty' ? null : recipes[name].server;
  return (
    <>
      <NativeSelect
        label={t('recipe')}
        description={name === 'empty' ? t('recipeHint') : t(`recipeOf.${name}`)}
        value={name}
        data={recipeNames.map((value) => ({ value, label: t(`recipes.${value}`) }))}
        onChange={(event) => choose(recipeNames.find((one) => one === event.currentTarget.value)!, server)}
      />
      {name !== 'empty' && example && (
        <TextInput
          label={t('server')}
          placeholder={example}
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          required
          pattern="https?://.+"
          value={server}
          onChange={(event) => choose(name, event.currentTarget.value)}
        />
      )}
    </>
  );
}
